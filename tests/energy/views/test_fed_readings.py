"""A meter found wired the wrong way round long ago: old days, late readings, proofs, arrivals."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from energy.base.period import Period, span_of_days
from energy.base.quality import Quality
from energy.metering.meter import FedSpan
from energy.views.arrivals import usage_arrived
from energy.views.as_of import folded_as_of, folded_position, usage_as_of
from energy.views.register_proof import register_proofs
from energy.views.usage import read_spans
from tests.energy.views.test_old_readings import drop_before
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.meters import commission, find_meter
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.two_way import plan_two_way

pytestmark = pytest.mark.servers
SLOW = pytest.mark.slow
DAYS = 6
WRONG = (1440, 4 * 1440)
"""From when to when, after the midnight. [min]"""
WHOLE = Period(start=MIDNIGHT, end=at(DAYS * 1440))
IMPORT, EXPORT = 1, 2


def shown(minute: int) -> tuple[int, int]:
    """Return what both registers show: a count of import every minute, of export every fifth."""
    wrong = min(max(minute - WRONG[0], 0), WRONG[1] - WRONG[0])
    right = minute - wrong
    return right + wrong // 5, right // 5 + wrong


@pytest.fixture
def site(site_schema: TestSite) -> TestSite:
    """Six days by the quarter-hour, three of them wired the wrong way round; nobody knows."""
    first, _ = plan_two_way(site_schema, "m1")
    assert first == IMPORT
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key)
    commission(meter, since=MIDNIGHT, start_counts={IMPORT: 0, EXPORT: 0})
    metering.store(meter)
    for day in range(DAYS):
        minutes = range(day * 1440, (day + 1) * 1440 + 1, 15)
        both = [reading(n, m, shown(m)[n - 1]) for m in minutes for n in (IMPORT, EXPORT)]
        site_schema.accept(*both)
    site_schema.project()
    return site_schema


def tell(site: TestSite) -> None:
    metering = site.application("metering")
    meter = find_meter(metering, site.site.key)
    start, end = (dict(zip((IMPORT, EXPORT), shown(minute), strict=True)) for minute in WRONG)
    meter.feed(
        FedSpan(
            start=at(WRONG[0]),
            end=at(WRONG[1]),
            feeds={IMPORT: EXPORT, EXPORT: IMPORT},
            start_counts=start,
            end_counts=end,
        ),
        reason="CT reversed",
        record={},
        command_id=command("feed"),
    )
    metering.store(meter)
    site.project()


def usage(site: TestSite) -> dict[int, list[int]]:
    with site.writer.connection() as connection:
        spans = read_spans(connection, site.schema, [IMPORT, EXPORT], WHOLE)
        position = folded_position(connection, site.schema)
        folded = folded_as_of(
            connection, site.schema, site.site.zone, [IMPORT, EXPORT], WHOLE, position
        )
    for number, span in spans.items():
        assert span.quality.tolist() == folded[number].quality.tolist()
        assert span.usage.tolist() == folded[number].usage.tolist()
    return {number: span.usage.tolist() for number, span in spans.items()}


TRUE = {IMPORT: [150] * 96 * DAYS, EXPORT: [30] * 96 * DAYS}


@pytest.mark.parametrize("dropped_days", [3, *(pytest.param(n, marks=SLOW) for n in (0, 2, 6))])
def test_old_days_are_folded_from_the_right_register(site: TestSite, dropped_days: int) -> None:
    before = usage(site)
    assert before != TRUE
    if dropped_days:
        drop_before(site, MIDNIGHT + timedelta(days=dropped_days))
    with site.writer.connection() as connection:
        position = folded_position(connection, site.schema)
    tell(site)
    assert usage(site) == TRUE
    with site.writer.connection() as connection:
        then = usage_as_of(connection, site.schema, site.site.zone, [IMPORT], WHOLE, position)
    assert then[IMPORT].usage.tolist() == before[IMPORT]


def test_a_late_reading_counts_for_the_channel_that_its_register_feeds(site: TestSite) -> None:
    tell(site)
    position = site.application("metering").position()
    late = 2 * 1440 + 7  # between two readings, of the register that counts import there
    site.accept(reading(EXPORT, late, shown(late)[1] + 5))
    site.project()
    found = usage(site)
    quarter = late // 15
    changed = np.flatnonzero(np.array(found[IMPORT]) != TRUE[IMPORT])
    assert changed.tolist() == []  # within its quarter-hour: no boundary moved
    assert found[EXPORT] == TRUE[EXPORT]
    site.accept(reading(EXPORT, 15 * quarter, shown(15 * quarter)[1] + 3, Quality.CORRECTED))
    site.project()
    found = usage(site)
    assert found[IMPORT][quarter - 1 : quarter + 1] == [180, 120]
    assert found[EXPORT] == TRUE[EXPORT]
    with site.writer.connection() as connection:
        then = usage_as_of(connection, site.schema, site.site.zone, [IMPORT], WHOLE, position)
    assert then[IMPORT].usage.tolist() == TRUE[IMPORT]


def test_what_arrived_explains_the_figure_by_the_meter_event(site: TestSite) -> None:
    with site.writer.connection() as connection:
        since = folded_position(connection, site.schema)
    tell(site)
    site.accept(reading(EXPORT, 2 * 1440, shown(2 * 1440)[1] + 3, Quality.CORRECTED))
    site.project()
    with site.writer.connection() as connection:
        found = usage_arrived(
            connection,
            site.schema,
            site.site.zone,
            IMPORT,
            span_of_days(date(2019, 1, 2), date(2019, 1, 3), site.site.zone),
            since=since,
            until=folded_position(connection, site.schema),
        )
    assert [(lot.kind, lot.difference) for lot in found.lots if lot.difference] == [
        ("meter", 2 * 1440 * 8)
    ]
    assert [len(lot.days) for lot in found.lots if lot.kind == "batch"] == [2]


def test_a_bill_is_proved_by_the_register_that_counted(site: TestSite) -> None:
    tell(site)
    with site.writer.connection() as connection:
        proofs = register_proofs(connection, site.schema, IMPORT, WHOLE)
    ends = [(each.opening.count, each.closing.count) for each in proofs]
    assert ends == [
        (shown(0)[0], shown(WRONG[0])[0]),
        (shown(WRONG[0])[1], shown(WRONG[1])[1]),
        (shown(WRONG[1])[0], shown(DAYS * 1440)[0]),
    ]
    assert sum(closing - opening for opening, closing in ends) == DAYS * 1440
    for one, two in pairwise(proofs):
        assert one.closing.at == two.opening.at
