"""Supply nodes balanced from readings: graphs and ties as they held, and as they were known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy.base.clock import from_us
from energy.base.period import Period, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.channel import Direction, Kind
from energy.metering.plant import PlantError, SupplyGraph
from energy.metering.reading import Reading
from energy.metering.supply.balance import NodeBalance
from energy.metering.supply.balance_losses import element_losses
from energy.metering.supply.book import SupplyAct, SupplyChange
from energy.metering.supply.culprit_verdict import Reading as Verdict
from energy.metering.supply.graph import Tie
from energy.metering.usage_groups import Every
from energy.views.balance import _states, balanced, balances, point_channels
from energy.views.plant_rows import derive, read_supply
from energy.views.rebuild import METERING_TABLES
from energy.views.validation.balance import checked_balance, explained
from energy.views.validation.readings import Met
from tests.fixtures.meters import LONG_AGO, counter_facts, gauge_facts
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.rebuild import copied_journal
from tests.fixtures.supply import STATION, Part, node, parts, tie

pytestmark = pytest.mark.servers
UTC_ZONE = ZoneInfo("UTC")
START = datetime(2019, 1, 7, tzinfo=UTC)
DAY = Period(start=START, end=START + timedelta(days=1))
USED = {"grid-a": 100, "f1": 60, "f2": 38, "grid-b": 50, "f3": 51, "m1": 40, "m2": 20}
"""Counts of 10 Wh a quarter-hour."""


class Station:
    """A site with the meters of a station."""

    def __init__(self, site: TestSite) -> None:
        self.site = site
        self.channels = {point: site.counter(point) for point in USED}

    def define(self, *more: Part, since: datetime = LONG_AGO) -> SupplyGraph:
        nodes, edges = parts(*STATION, *more)
        graph = SupplyGraph(
            site=self.site.site.key,
            utility="electricity",
            valid_from=since,
            nodes=nodes,
            edges=edges,
            command_id=command("supply"),
        )
        self.site.application("metering").store(graph)
        return graph

    def change(self, graph: SupplyGraph, *changes: SupplyChange) -> int:
        graph.change(
            changes,
            valid_from=changes[0].valid_from,
            reason="switched",
            by=None,
            command_id=command("change", *(repr(c) for c in changes)),
        )
        return self.site.application("metering").store(graph)

    def read(self, hours: Iterable[int], used: dict[str, int] | None = None) -> None:
        """Let every meter be read at whole hours behind the start."""
        self.site.accept(
            *(
                Reading(
                    channel=self.channels[point],
                    at=START + timedelta(hours=hour),
                    count=1000 + 4 * count * hour,
                    quality=Quality.MEASURED,
                )
                for hour in hours
                for point, count in (used or USED).items()
            )
        )
        self.site.project()

    def balance(self, period: Period = DAY, **how: Any) -> dict[str, NodeBalance]:
        with self.site.writer.connection() as connection:
            found = balances(
                connection, self.site.schema, UTC_ZONE, Utility.ELECTRICITY, period, **how
            )
        return {each.node.key: each for each in found}


@pytest.fixture
def station(site_schema: TestSite) -> Station:
    return Station(site_schema)


def told(found: dict[str, NodeBalance]) -> dict[str, tuple[int | None, int | None]]:
    return {key: (each.into, each.unaccounted) for key, each in found.items()}


def switched(at: datetime, *, closed: bool) -> SupplyChange:
    facts = {"key": "tie", "closed": closed}
    return SupplyChange(act=SupplyAct.TIE, valid_from=at, facts=facts)


def test_balance_follows_the_ties_and_what_was_known_of_them(station: Station) -> None:
    graph = station.define(tie("tie", "bus-a", "bus-b"))
    station.read(range(25))
    open_ = {"f1": (57_600, 0), "grid-a": (96_000, 1920), "grid-b": (48_000, -960)}
    assert told(station.balance()) == open_
    before = station.site.application("metering").position()
    noon = START + timedelta(hours=12)
    station.change(graph, switched(noon, closed=True))
    station.site.project()
    halved = station.balance()
    assert told(halved) == {
        "f1": (57_600, 0),
        "grid-a": (48_000, 960),
        "grid-b": (24_000, -480),
        "grid-a+grid-b": (72_000, 480),
    }
    assert halved["grid-a+grid-b"].expected == 48
    assert sum(each.unaccounted or 0 for each in halved.values()) == 960
    assert told(station.balance(as_of=before)) == open_


def test_measured_state_of_a_tie_joins_both_sides_while_it_is_closed_or_stale(
    station: Station,
) -> None:
    facts = replace(gauge_facts("breaker"), kind=Kind.STATE)
    number = station.site.counter("breaker", facts=facts)
    station.define(tie("tie", "bus-a", "bus-b", state_point="breaker"))
    station.read(range(25))
    states = [(0, 0), (50, 0), (100, 1), (130, 0), (185, 0), (240, 0), (290, 0)]
    station.site.accept(
        *(
            Reading(
                channel=number, at=START + timedelta(minutes=m), count=state,
                quality=Quality.MEASURED,
            )
            for m, state in states
        )
    )  # fmt: skip
    station.site.project()
    found = station.balance(every=Every.HOUR)
    with station.site.writer.connection() as connection:
        series = balanced(
            connection, station.site.schema, UTC_ZONE, Utility.ELECTRICITY, DAY
        ).series
    there = {one.node.key: one.there.nonzero()[0].tolist() for one in series}
    joined = [6, 7, 8, *range(23, 96)]  # closed 01:40 to 02:10, stale from 05:50 on
    assert there["grid-a+grid-b"] == joined
    assert there["grid-a"] == [n for n in range(96) if n not in joined]
    assert set(found) == {"f1", "grid-a", "grid-b", "grid-a+grid-b"}


def test_tie_whose_state_was_never_told_is_known_at_no_time() -> None:
    told = Tie(key="t", name="t", between=("a", "b"), state_point="s")
    (span,) = _states(told, [], DAY)
    assert (span.start, span.end, span.closed) == (DAY.start, DAY.end, None)


def test_new_feeder_counts_from_its_day_on(station: Station) -> None:
    graph = station.define()
    station.channels["f4"] = station.site.counter("f4")
    station.read(range(49), {**USED, "f4": 5})
    tomorrow = START + timedelta(days=1)
    stored, _ = node("f4", point="f4")
    station.change(
        graph,
        SupplyChange(act=SupplyAct.NODE, valid_from=tomorrow, facts={"node": stored}),
        SupplyChange(act=SupplyAct.EDGE, valid_from=tomorrow, facts={"from": "bus-a", "to": "f4"}),
    )
    station.site.project()
    two = Period(start=START, end=START + timedelta(days=2))
    with station.site.writer.connection() as connection:
        found = balances(
            connection, station.site.schema, UTC_ZONE, Utility.ELECTRICITY, two, every=Every.DAY
        )
    days = [each.unaccounted for each in found if each.node.key == "grid-a"]
    assert days == [1920, 1920 - 96 * 50]


def test_missing_meter_leaves_its_node_unknown_and_the_others_known(station: Station) -> None:
    station.define()
    station.read(range(25), {k: v for k, v in USED.items() if k != "f3"})
    found = station.balance()
    assert told(found) == {"f1": (57_600, 0), "grid-a": (96_000, 1920), "grid-b": (None, None)}
    assert (found["grid-b"].known, found["grid-b"].quality) == (0, Quality.MISSING)


def test_channels_of_a_point_are_the_billed_one_and_its_mirror(site_schema: TestSite) -> None:
    number = site_schema.counter("pv", gauge=True)
    back = replace(counter_facts(quantity="active_energy_export"), direction=Direction.EXPORT)
    exporting = site_schema.counter("solar", facts=back)
    site_schema.project()
    with site_schema.writer.connection() as connection:
        found = point_channels(
            connection, site_schema.schema, Utility.ELECTRICITY, ["pv", "solar", "none"]
        )
    assert [(each.point, each.into, each.back) for each in found] == [
        ("pv", number, None),
        ("solar", None, exporting),
    ]


def test_rebuild_gives_the_same_graphs(station: Station, new_site: Any) -> None:
    graph = station.define(tie("tie", "bus-a", "bus-b"))
    station.change(graph, switched(START, closed=True))
    opened = SupplyChange(
        act=SupplyAct.EDGE_OPEN, valid_from=START, facts={"from": "bus-b", "to": "f3"}
    )
    station.change(graph, opened)
    station.site.project()
    again: TestSite = new_site()
    copied_journal(station.site, again)
    again.project()
    for table in ("supply_history", "supply_node", "supply_edge"):
        assert table in METERING_TABLES["registry"]
        rows = f"SELECT t::text FROM {{s}}.{table} AS t ORDER BY 1"
        assert again.rows(rows) == station.site.rows(rows)
    edges = station.site.rows(
        "SELECT valid_from, valid_to FROM {s}.supply_edge WHERE to_key = 'f3'"
    )
    assert edges == [(LONG_AGO, START)]
    with again.writer.connection() as connection:
        book = read_supply(connection, again.schema, "electricity")
    assert book.at(START) == graph.book.at(START)


def test_rows_of_nodes_and_edges_follow_the_changes_whatever_their_order(
    station: Station,
) -> None:
    graph = station.define()
    stored, _ = node("f1", point="f1")
    days = [START + timedelta(days=n) for n in (1, 2, 3, 0, 2)]
    for number, day in enumerate(days):
        changes = [
            SupplyChange(
                act=SupplyAct.NODE, valid_from=day, facts={"node": stored | {"name": f"N{number}"}}
            ),
            SupplyChange(
                act=SupplyAct.EDGE_CLOSED if number % 2 else SupplyAct.EDGE_OPEN,
                valid_from=day, facts={"from": "bus-b", "to": "f3"},
            ),
        ]  # fmt: skip
        station.change(graph, *changes)
    nodes, edges = parts(*STATION[:4])
    graph.redefine(
        utility="electricity", valid_from=START + timedelta(days=9), nodes=nodes, edges=edges,
        command_id=command("again"),
    )  # fmt: skip
    station.site.application("metering").store(graph)
    station.site.project()
    tables = ("supply_node", "supply_edge")
    reads = [f"SELECT t::text FROM {{s}}.{table} AS t ORDER BY 1" for table in tables]
    followed = [station.site.rows(read) for read in reads]
    with station.site.writer.connection() as connection:
        book = read_supply(connection, station.site.schema, "electricity")
        derive(connection.cursor(), station.site.schema, "electricity", book)
    assert [station.site.rows(read) for read in reads] == followed
    assert len(followed[0]) == 9 + 5 - 1 + 4


def test_change_that_could_not_be_balanced_is_refused_whole(station: Station) -> None:
    graph = station.define()
    stored, _ = node("f1-again", point="f1")
    with pytest.raises(PlantError) as refused:
        station.change(
            graph,
            SupplyChange(act=SupplyAct.NODE, valid_from=START, facts={"node": stored}),
            SupplyChange(act=SupplyAct.EDGE, valid_from=START, facts={"from": "bus-a", "to": "x"}),
        )
    assert "meter f1 stands at several nodes: f1, f1-again" in str(refused.value)
    assert "f1-again is reached from no source" in str(refused.value)
    assert "节点" in refused.value.told("zh")


def test_wrong_ratio_is_named_from_readings(station: Station) -> None:
    station.define()
    level = dict.fromkeys(USED, 1000)
    for hour in range(73):
        day = 1 if 7 <= hour % 24 <= 19 else 0
        mine = {"m1": 40 + 60 * day, "m2": 20 + 7 * (hour % 5), "f2": 30 + 11 * (hour % 7)}
        mine["f3"] = 50 + 13 * (hour % 3)
        true = {**mine, "f1": mine["m1"] + mine["m2"]}
        true["grid-a"], true["grid-b"] = true["f1"] + true["f2"], true["f3"]
        true["m1"] = true["m1"] * 4 // 5  # 200/5 was entered, 250/5 is there
        station.site.accept(
            *(
                Reading(
                    channel=station.channels[point], at=START + timedelta(hours=hour),
                    count=level[point], quality=Quality.MEASURED,
                )
                for point in USED
            )
        )  # fmt: skip
        level = {point: level[point] + true[point] for point in USED}
    station.site.project()
    period = Period(start=START, end=START + timedelta(days=3))
    with station.site.writer.connection() as connection:
        connection.execute(f"UPDATE {station.site.schema}.meter SET multiplier = '40'")
        found = balanced(connection, station.site.schema, UTC_ZONE, Utility.ELECTRICITY, period)
        verdicts = explained(connection, station.site.schema, found)
    named = [each for each in verdicts if each.reading is Verdict.NAMED]
    assert [(v.node, v.meter and v.meter.point) for v in named] == [("f1", "m1")]
    first = named[0].explanations[0]
    assert (first.fault, first.entered, first.true) == ("ct_ratio", "200/5", "250/5")
    assert named[0].share_percent == Fraction(25)


def test_day_beyond_the_limit_is_met_and_one_that_is_mended_is_over(station: Station) -> None:
    limited = [
        ({**one, "limit_percent": "1.5"}, edges) if one["key"] == "grid-a" else (one, edges)
        for one, edges in STATION
    ]
    nodes, edges = parts(*limited)
    graph = SupplyGraph(
        site=station.site.site.key, utility="electricity", valid_from=LONG_AGO, nodes=nodes,
        edges=edges, command_id=command("supply"),
    )  # fmt: skip
    station.site.application("metering").store(graph)
    station.read(range(25))
    now = DAY.end + timedelta(hours=2)
    number = station.channels["grid-a"]
    windows = {number: (int(START.timestamp() * 10**6), int(now.timestamp() * 10**6))}
    met = Met()
    with station.site.writer.connection() as connection:
        checked_balance(connection, station.site.schema, UTC_ZONE, now, windows, met)
    (found,) = met.found
    assert (found.code, found.channel, from_us(found.start_us)) == (
        "balance.loss_over_limit", number, START,
    )  # fmt: skip
    assert found.proof == {
        "node": "grid-a", "in": 96_000, "out": 94_080, "expected_loss": 0,
        "unaccounted_percent": "2.00", "limit_percent": "3/2",
    }  # fmt: skip
    assert [(s.channel, from_us(s.low_us)) for s in met.scopes] == [(number, START)]


def test_a_small_loss_is_expected_exactly_by_day_and_by_hour(site_schema: TestSite) -> None:
    station = Station(site_schema)
    loss = {"model": "fixed", "no_load_w": "2"}  # half a Wh a quarter-hour
    drawn = [
        (one | {"loss": loss}, edges) if one["key"] == "bus-b" else (one, edges)
        for one, edges in STATION
    ]
    nodes, edges = parts(*drawn)
    graph = SupplyGraph(
        site=site_schema.site.key, utility="electricity", valid_from=LONG_AGO, nodes=nodes,
        edges=edges, command_id=command("supply"),
    )  # fmt: skip
    site_schema.application("metering").store(graph)
    station.read(range(-7, 18 * 24))
    shanghai = ZoneInfo("Asia/Shanghai")
    period = span_of_days(date(2019, 1, 8), date(2019, 1, 10), shanghai)

    def lost(**how: Any) -> list[int]:
        with site_schema.writer.connection() as connection:
            found = balances(
                connection, site_schema.schema, shanghai, Utility.ELECTRICITY, period, **how
            )
        return [each.known_loss for each in found if each.node.key == "grid-b"]

    assert lost() == [3 * 48]
    assert lost(every=Every.DAY) == [48] * 3
    assert lost(every=Every.HOUR) == [2] * 72
    assert lost(every=Every.QUARTER) == [1, 0] * 144
    with site_schema.writer.connection() as connection:
        found = balanced(connection, site_schema.schema, shanghai, Utility.ELECTRICITY, period)
    (element,) = element_losses(
        found.series, found.flows, Utility.ELECTRICITY, found.step_s, found.days
    )
    assert (element.key, element.loss) == ("bus-b", 3 * 48)


def test_sites_zone_and_days_of_the_clock_change(site_schema: TestSite) -> None:
    station = Station(site_schema)
    station.define()
    london = ZoneInfo("Europe/London")
    period = span_of_days(date(2019, 3, 31), date(2019, 3, 31), london)
    with site_schema.writer.connection() as connection:
        site_schema.project()
        found = balances(connection, site_schema.schema, london, Utility.ELECTRICITY, period)
    assert {each.expected for each in found} == {92}
