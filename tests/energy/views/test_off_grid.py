"""Delivered intervals beside their grid: one finding a channel and day, whatever the order."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from energy.journal.decisions import Decisions, FindingKey
from tests.energy.views.test_usage_intervals import known
from tests.fixtures.batches import at, reading
from tests.fixtures.meters import change_ratio, find_meter, interval_facts
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.rebuild import copied_journal, folded_live, view_rows
from tests.fixtures.statements import MANAGER

pytestmark = pytest.mark.servers


def test_findings_of_days_beside_the_grid_are_the_same_in_other_slices(new_site: Any) -> None:
    site, again = new_site(), new_site()
    channel = site.counter(facts=interval_facts())
    odd = [reading(channel, 15 * n + (n % 3 == 0) * 2, 1) for n in range(1, 200)]
    site.accept(*odd[60:100])
    site.mark("one")
    site.accept(*odd[:30], reading(channel, 31, 7))
    metering = site.application("metering")
    meter = find_meter(metering, site.site.key)
    change_ratio(meter, when=at(100), counts={}, multiplier=Fraction(7))
    metering.store(meter)
    site.accept(*odd[30:60])
    site.mark("two")
    site.accept(*odd[100:])
    folded_live(site, 1)
    copied_journal(site, again)
    folded_live(again, 50)
    live, anew = view_rows(site), view_rows(again)
    assert live == anew
    known_now = [row for row in off_grid(site) if row[3]]
    assert sum(row[2] for row in known_now) == 67
    assert len(known_now) == 3


def off_grid(site: TestSite) -> list[tuple[Any, ...]]:
    return site.rows(
        "SELECT start_at, end_at, (proof->>'readings')::int, explained_position IS NULL "
        "FROM {s}.finding WHERE code = 'interval.off_grid' ORDER BY start_at, position"
    )


@pytest.mark.parametrize("slices", [1, 7, 192])
def test_a_gateway_with_odd_seconds_fills_no_page(site_schema: TestSite, slices: int) -> None:
    channel = site_schema.counter(facts=interval_facts())
    odd = [(15 * n + 0.05, 1) for n in range(192)]
    for n in range(0, 192, 192 // slices):
        site_schema.accept(*(reading(channel, *each) for each in odd[n : n + 192 // slices]))
        if slices < 192:
            site_schema.project()
    site_schema.project()
    assert known(site_schema, channel) == {}
    a_day = [(at(1440 * n + 0.05), at(1440 * n + 1425.05), 96, True) for n in range(2)]
    assert off_grid(site_schema) == a_day


def test_the_finding_of_a_day_follows_from_its_readings_alone(site_schema: TestSite) -> None:
    channel = site_schema.counter(facts=interval_facts())
    for minute in (107, 32, 62):  # late ones, too
        site_schema.accept(reading(channel, minute, 1))
        site_schema.project()
    assert off_grid(site_schema) == [(at(32), at(107), 3, True)]
    [(position,)] = site_schema.rows("SELECT position FROM {s}.finding")
    mark = site_schema.mark("bill run")
    site_schema.accept(reading(channel, 45, 1), reading(channel, 92, 1))
    site_schema.project()
    assert off_grid(site_schema) == [(at(32), at(107), 3, False), (at(32), at(107), 4, True)]
    key = FindingKey(code="interval.off_grid", channel=channel, start=at(32), position=mark + 1)
    decisions = Decisions(site_schema.writer, site_schema.schema, site_schema.clock)
    decisions.resolve(key, reason="seen", by=MANAGER, command_id=command("seen"))
    site_schema.accept(reading(channel, 60, 1))  # a sound one changes nothing
    site_schema.project()
    open_now = "SELECT count(*) FROM {s}.finding WHERE resolved_position IS NULL AND "
    open_now += "explained_position IS NULL"
    assert site_schema.rows(open_now) == [(0,)]
    site_schema.accept(reading(channel, 122, 1))
    site_schema.project()
    assert site_schema.rows(open_now) == [(1,)]
    assert position < mark
