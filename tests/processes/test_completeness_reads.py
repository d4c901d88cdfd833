"""How complete a site is, as the roll-up has it: by channel, day, place, node; gauges apart."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from energy.base.quality import Quality
from energy.metering.completeness import Completeness
from energy.metering.plant import PlaceTree, SupplyGraph
from processes.completeness_reads import (
    By,
    CompletenessError,
    CompletenessReport,
    default_days,
    read_completeness,
)
from tests.fixtures.batches import MIDNIGHT, reading
from tests.fixtures.meters import counter_facts, gauge_facts, interval_facts
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.supply import node, parts
from tests.processes.test_formula_desk import NET, campus, define

__all__ = ["campus"]
pytestmark = pytest.mark.servers
FIRST, LAST = date(2019, 1, 1), date(2019, 1, 2)


def report(site: TestSite, **options: object) -> CompletenessReport:
    return read_completeness(site.writer, site.site, site.clock, FIRST, LAST, **options)  # type: ignore[arg-type]


def lived(site: TestSite) -> None:
    """Live through two days: one meter whole, one with gaps and an estimate, one silent."""
    whole, gaps, intervals = (
        site.counter("whole"),
        site.counter("gaps"),
        site.counter("intervals", facts=interval_facts()),
    )
    site.counter("silent")
    site.counter("power", facts=gauge_facts())
    site.counter("other", facts=counter_facts(quantity="reactive_energy_import"))
    site.accept(*(reading(whole, 15 * n, n) for n in range(193)))
    site.accept(*(reading(gaps, 15 * n, n) for n in (*range(10), *range(20, 97))))
    site.accept(*(reading(gaps, 15 * n, n, Quality.ESTIMATED) for n in range(97, 121)))
    site.accept(*(reading(intervals, 15 * n, n) for n in range(1, 97)))
    site.project(rollups=True)
    site.clock.move_to(MIDNIGHT + timedelta(days=5))


def test_the_worst_channel_comes_first_and_the_total_counts_each_once(
    site_schema: TestSite,
) -> None:
    lived(site_schema)
    found = report(site_schema)
    rows = {row.what.split("/")[0]: row.intervals for row in found.rows}
    assert rows == {
        "silent": Completeness(expected=192),
        "other": Completeness(expected=192),
        "intervals": Completeness(expected=192, measured=96),
        "gaps": Completeness(expected=192, measured=85, shaped=11, estimated=24),
        "whole": Completeness(expected=192, measured=192),
    }
    assert found.rows[0].what.split("/")[0] in {"silent", "other"}
    assert found.rows[-1].score == 1
    assert found.total.expected == 5 * 192
    worst = report(site_schema, worst=3)
    assert (len(worst.rows), worst.things, worst.total) == (3, 5, found.total)


def test_days_places_and_points_add_up_to_the_same_total(site_schema: TestSite) -> None:
    lived(site_schema)
    whole = report(site_schema).total
    days = report(site_schema, by=By.DAY)
    assert [row.what for row in days.rows] == ["2019-01-01", "2019-01-02"]
    assert sum((row.intervals or Completeness() for row in days.rows), Completeness()) == whole
    assert report(site_schema, by=By.PLACE).total == whole
    (one,) = report(site_schema, point="gaps").rows
    assert one.score == Fraction(96, 192)
    assert report(site_schema, utility="water").rows == ()


def test_what_is_not_over_yet_is_not_expected(site_schema: TestSite) -> None:
    lived(site_schema)
    site_schema.clock.move_to(MIDNIGHT + timedelta(days=5))
    later = read_completeness(
        site_schema.writer,
        site_schema.site,
        site_schema.clock,
        date(2019, 1, 5),
        date(2019, 1, 9),
        point="whole",
    )
    assert later.total == Completeness(expected=92)
    assert default_days(site_schema.clock, site_schema.site) == (
        date(2018, 12, 30),
        date(2019, 1, 5),
    )


def test_a_point_that_moved_counts_for_each_place_on_the_days_it_was_there(
    site_schema: TestSite,
) -> None:
    lived(site_schema)
    metering = site_schema.application("metering")
    places = [{"key": key, "kind": "floor", "name": key} for key in ("b1", "b2/east")]
    tree = PlaceTree(site=site_schema.site.key, places=places, command_id=command("tree"))
    tree.move_points(
        ["gaps"],
        "b2/east",
        valid_from=MIDNIGHT + timedelta(days=1),
        reason="moved",
        by=command("anne"),
        command_id=command("move"),
    )
    metering.store(tree)
    site_schema.project()
    places_found = report(site_schema, by=By.PLACE)
    rows = {row.what: row.intervals for row in places_found.rows}
    moved = Completeness(expected=96, estimated=24)
    assert rows["b2/east"] == moved
    assert rows["b1"] == Completeness(
        expected=places_found.total.expected - 96,
        measured=places_found.total.measured,
        shaped=11,
    )
    inside = report(site_schema, place="b2/east")
    assert {row.what.split("/")[0]: row.intervals for row in inside.rows} == {"gaps": moved}
    assert [row.intervals for row in report(site_schema, place="b2/east", by=By.DAY).rows] == [
        moved
    ]


def nodes_of(**points: str) -> dict[str, Any]:
    """Return a graph of an incomer and what it feeds: nodes with their points."""
    fed = [node(key, "grid", point=point) for key, point in points.items()]
    nodes, edges = parts(node("grid", kind="incomer"), *fed)
    return {"utility": "electricity", "nodes": nodes, "edges": edges}


def test_a_meter_counts_for_each_supply_node_on_the_days_it_was_at_or_below_it(
    site_schema: TestSite,
) -> None:
    lived(site_schema)
    first = nodes_of(east="gaps", west="whole")
    second = nodes_of(east="whole", west="gaps")
    graph = SupplyGraph(
        site=site_schema.site.key, valid_from=MIDNIGHT, command_id=command("graph"), **first
    )
    graph.redefine(valid_from=MIDNIGHT + timedelta(days=1), command_id=command("swap"), **second)
    site_schema.application("metering").store(graph)
    site_schema.project()
    found = report(site_schema, by=By.NODE)
    assert {row.what: row.intervals for row in found.rows} == {
        # `gaps` on the first day, `whole` on the second; and the other way round.
        "electricity/east": Completeness(expected=192, measured=85 + 96, shaped=11),
        "electricity/west": Completeness(expected=192, measured=96, estimated=24),
        "electricity/grid": Completeness(expected=384, measured=85 + 192, shaped=11, estimated=24),
    }
    assert found.total == report(site_schema).total  # each channel once, in a node or in none


def test_what_is_not_there_is_refused_with_the_next_step(site_schema: TestSite) -> None:
    lived(site_schema)
    for message, options in (
        ("meter list", {"point": "nowhere"}),
        ("site tree", {"place": "nowhere"}),
    ):
        with pytest.raises(CompletenessError, match=message):
            report(site_schema, **options)
    with pytest.raises(CompletenessError):
        read_completeness(site_schema.writer, site_schema.site, site_schema.clock, LAST, FIRST)


def test_a_gauge_without_a_known_interval_has_no_score(site_schema: TestSite) -> None:
    number = site_schema.counter("power", facts=gauge_facts())
    site_schema.accept(*(reading(number, n, 5) for n in range(0, 1440, 5)))
    site_schema.accept(reading(number, 5000, 5))
    site_schema.project(rollups=True)
    site_schema.clock.move_to(MIDNIGHT + timedelta(days=5))
    (row,) = report(site_schema, by=By.GAUGE).rows
    assert (row.intervals, row.received) == (None, 288)


def test_the_report_of_completeness_says_that_computed_points_are_not_in_it(
    campus: TestSite,
) -> None:
    define(campus, NET)
    found = report(campus)
    assert (found.things, found.computed) == (2, 1)
