"""What comes into a supply node goes out, is a loss, or is unaccounted; exactly, or not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.period import Period, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.supply.balance import (
    Flow,
    NodeBalance,
    NodeSeries,
    TieSpan,
    arrangements,
    grouped,
    measured_loss,
    node_series,
)
from energy.metering.supply.book import GraphSpan
from energy.metering.supply.check import problems
from energy.metering.supply.graph import Graph
from energy.metering.usage_groups import Every
from tests.examples import tried
from tests.fixtures.supply import STATION, Part, graph, node, tie

LONDON = ZoneInfo("Europe/London")
DAY = span_of_days(date(2026, 1, 5), date(2026, 1, 5), LONDON)
STEP_S = 900
MANY = 96


def flow(*usage: int, back: Iterable[int] | None = None, missing: Sequence[int] = ()) -> Flow:
    """Return a flow that repeats some usage over a day."""
    quality = np.zeros(MANY, dtype=np.uint8)
    quality[list(missing)] = Quality.MISSING
    back_ = None if back is None else np.resize(np.array(list(back), dtype=np.int64), MANY)
    return Flow(into=np.resize(np.array(usage, dtype=np.int64), MANY), back=back_, quality=quality)


def series(
    graphs: Graph | Sequence[GraphSpan], flows: dict[str, Flow], *ties: TieSpan
) -> dict[str, NodeSeries]:
    """Return the balance of a day by node."""
    held = (
        [GraphSpan(start=DAY.start, end=DAY.end, graph=graphs)]
        if isinstance(graphs, Graph)
        else graphs
    )
    arranged = arrangements(held, ties, DAY, STEP_S)
    found = node_series(arranged, flows, Utility.ELECTRICITY, STEP_S, MANY)
    return {each.node.key: each for each in found}


def day_of(one: NodeSeries) -> NodeBalance:
    (found,) = grouped(one, DAY, LONDON)
    return found


STATION_FLOWS = {
    "grid-a": flow(1000), "f1": flow(600), "f2": flow(390), "grid-b": flow(500), "f3": flow(505),
    "m1": flow(400), "m2": flow(200),
}  # fmt: skip


def test_balance_of_each_node() -> None:
    found = {key: day_of(one) for key, one in series(graph(*STATION), STATION_FLOWS).items()}
    told = {key: (b.into, b.out, b.unaccounted) for key, b in found.items()}
    assert told == {
        "f1": (57_600, 57_600, 0),
        "grid-a": (96_000, 95_040, 960),
        "grid-b": (48_000, 48_480, -480),
    }
    assert found["grid-a"].share == 1
    assert found["grid-a"].over_limit is None


def test_limit_is_for_what_the_expected_loss_leaves() -> None:
    loss = {"model": "fixed", "no_load_w": "20"}  # 5 Wh a quarter-hour

    def limited(percent: str) -> NodeBalance:
        lossy = graph(
            node("grid", kind="incomer", point="g", limit_percent=percent),
            node("tx", "grid", loss=loss),
            node("a", "tx", point="a"),
        )
        return day_of(series(lossy, {"g": flow(1000), "a": flow(980)})["grid"])

    found = limited("1.5")
    assert (found.unaccounted, found.known_loss, found.residual) == (1920, 480, 1440)
    assert found.share == Fraction(3, 2)
    assert found.over_limit is False
    assert limited("1.4").over_limit is True


def test_loss_measured_on_both_sides_is_what_is_unaccounted() -> None:
    both = graph(
        node("tx", kind="incomer", point="hv", loss={"model": "difference"}),
        node("lv", "tx", point="lv"),
    )
    found = series(both, {"hv": flow(1000), "lv": flow(985)})["tx"]
    assert measured_loss(found.node)
    assert day_of(found).unaccounted == 15 * MANY


def test_what_is_missing_stays_missing() -> None:
    gappy = STATION_FLOWS | {"f2": flow(390, missing=[3, 4])}
    found = day_of(series(graph(*STATION), gappy)["grid-a"])
    assert (found.into, found.out, found.unaccounted) == (None, None, None)
    assert (found.known, found.expected, found.quality) == (94, 96, Quality.MISSING)
    assert (found.known_in, found.known_out) == (94_000, 93_060)


def test_meter_without_readings_leaves_nothing_known() -> None:
    found = day_of(series(graph(*STATION), {"grid-a": flow(1000)})["grid-a"])
    assert (found.known, found.unaccounted, found.share) == (0, None, None)


def test_source_without_a_meter_leaves_nothing_known() -> None:
    open_ended = graph(node("grid", kind="incomer"), node("a", "grid", point="a"))
    assert day_of(series(open_ended, {"a": flow(5)})["grid"]).unaccounted is None


@pytest.mark.parametrize("as_source", [True, False])
def test_solar_power_comes_in_wherever_it_is_drawn(*, as_source: bool) -> None:
    pv = (
        [node("pv", kind="generator", point="pv"), node("bus", "grid", "pv", kind="busbar")]
        if as_source
        else [node("bus", "grid", kind="busbar"), node("pv", "bus", kind="generator", point="pv")]
    )
    sunny = graph(node("grid", kind="incomer", point="grid"), *pv, node("a", "bus", point="a"))
    assert problems(sunny) == []
    flows = {"grid": flow(0, back=[300]), "a": flow(690), "pv": flow(10, back=[1000])}
    (found,) = series(sunny, flows).values()
    total = day_of(found)
    assert (total.into, total.out) == (1000 * MANY, 1000 * MANY)  # 300 fed in, 10 own use


def test_production_meter_of_one_direction_counts_what_is_made() -> None:
    sunny = graph(
        node("grid", kind="incomer", point="grid"),
        node("pv", "grid", kind="generator", point="pv"),
        node("a", "grid", point="a"),
    )
    flows = {"grid": flow(200), "pv": flow(700), "a": flow(900)}
    assert day_of(series(sunny, flows)["grid"]).unaccounted == 0


def test_while_a_tie_is_closed_both_sides_are_one_node() -> None:
    tied = graph(*STATION, tie("tie", "bus-a", "bus-b"))
    shut = TieSpan(
        tie="tie", start=DAY.start + timedelta(hours=6, minutes=7),
        end=DAY.start + timedelta(hours=12), closed=True,
    )  # fmt: skip
    found = series(tied, STATION_FLOWS, shut)
    there = {key: (int(one.there.sum()), int(one.there.argmax())) for key, one in found.items()}
    assert there == {
        "f1": (96, 0),
        "grid-a": (72, 0),
        "grid-b": (72, 0),
        "grid-a+grid-b": (24, 24),  # from the interval in which it was closed
    }
    whole = day_of(found["grid-a+grid-b"])
    assert (whole.into, whole.out, whole.known, whole.expected) == (36_000, 35_880, 24, 24)
    assert whole.node.ties == ("tie",)


def test_tie_whose_state_nobody_knows_counts_as_closed() -> None:
    tied = graph(*STATION, tie("tie", "bus-a", "bus-b"))
    dark = TieSpan(tie="tie", start=DAY.start, end=DAY.end, closed=None)
    assert set(series(tied, STATION_FLOWS, dark)) == {"f1", "grid-a+grid-b"}


def test_measured_state_goes_before_the_declared_one() -> None:
    tied = graph(*STATION, tie("tie", "bus-a", "bus-b", closed=True))
    open_ = TieSpan(tie="tie", start=DAY.start, end=DAY.end, closed=False)
    assert set(series(tied, STATION_FLOWS, open_)) == {"f1", "grid-a", "grid-b"}


def test_graph_counts_from_the_first_interval_that_begins_in_it() -> None:
    noon = DAY.start + timedelta(hours=12, minutes=1)
    spans = [
        GraphSpan(start=DAY.start + timedelta(hours=1), end=noon, graph=graph(*STATION)),
        GraphSpan(start=noon, end=DAY.end, graph=graph(*STATION, node("f4", "bus-b", point="f4"))),
    ]
    found = node_series(
        arrangements(spans, (), DAY, STEP_S), STATION_FLOWS, Utility.ELECTRICITY, STEP_S, MANY
    )
    told = [(o.node.key, int(o.there.sum()), int(o.there.argmax())) for o in found]
    assert told == [("f1", 92, 4), ("grid-a", 92, 4), ("grid-b", 45, 4), ("grid-b", 47, 49)]


def test_groups_are_local_days_and_months() -> None:
    period = span_of_days(date(2026, 3, 28), date(2026, 4, 2), LONDON)
    many = int((period.end - period.start) / timedelta(seconds=STEP_S))
    flat = Flow(
        into=np.ones(many, dtype=np.int64), back=None, quality=np.zeros(many, dtype=np.uint8)
    )
    simple = graph(node("g", kind="incomer", point="g"), node("a", "g", point="a"))
    span = GraphSpan(start=period.start, end=period.end, graph=simple)
    (found,) = node_series(
        arrangements([span], (), period, STEP_S), {"g": flat, "a": flat}, Utility.WATER, STEP_S,
        many,
    )  # fmt: skip
    days = grouped(found, period, LONDON, Every.DAY)
    assert [each.into for each in days] == [96, 92, 96, 96, 96, 96]
    assert [each.start.astimezone(LONDON).day for each in days] == [28, 29, 30, 31, 1, 2]
    assert [each.into for each in grouped(found, period, LONDON, Every.MONTH)] == [380, 192]
    assert [each.into for each in grouped(found, period, LONDON)] == [572]
    hours = grouped(found, period, LONDON, Every.HOUR)
    assert [len(hours), {each.into for each in hours}] == [143, {4}]


@st.composite
def stations(draw: st.DrawFn) -> tuple[list[Part], list[Part], dict[str, Flow]]:
    """Return a random graph of two or more busbars, ties between them, and what was counted."""
    count = st.integers(0, 10**6)
    nodes: list[Part] = []
    flows: dict[str, Flow] = {}
    buses = draw(st.integers(2, 4))
    for number in range(buses):
        grid, bus = f"grid-{number}", f"bus-{number}"
        nodes += [node(grid, kind="incomer", point=grid), node(bus, grid, kind="busbar")]
        nodes.append(node(f"f{number}", bus, point=f"f{number}"))
        for key in (grid, f"f{number}"):
            flows[key] = flow(*draw(st.lists(count, min_size=3, max_size=3)))
    for number in range(draw(st.integers(1, 12))):
        parents = [one["key"] for one, _ in nodes if not one["key"].startswith("grid")]
        parent, key = draw(st.sampled_from(parents)), f"n{number}"
        if draw(st.integers(0, 3)):
            nodes.append(node(key, parent, point=key))
            flows[key] = flow(
                *draw(st.lists(count, min_size=3, max_size=3)),
                back=draw(st.one_of(st.none(), st.lists(count, min_size=2, max_size=2))),
            )
        else:
            nodes.append(node(key, parent))
    ties = [
        tie(f"tie-{n}", *draw(st.permutations([f"bus-{b}" for b in range(buses)]))[:2])
        for n in range(draw(st.integers(1, 3)))
    ]
    return nodes, ties, flows


def counts_alone(drawn: Graph) -> list[str]:
    """Return the meters of the sources, and those below which nothing is counted any more."""
    above = {second: first for first, second in drawn.live_edges()}
    counted_below: set[str] = set()
    for key, one in drawn.nodes.items():
        at = above.get(key)
        while one.point is not None and at is not None:
            counted_below.add(at)
            at = above.get(at)
    return [
        key
        for key, one in drawn.nodes.items()
        if one.point is not None and (one.kind == "incomer" or key not in counted_below)
    ]


@tried(40)
@given(station=stations(), shut=st.lists(st.tuples(st.integers(0, 90), st.integers(0, 96))))
def test_what_goes_in_comes_out_or_is_unaccounted_whatever_is_tied(
    station: tuple[list[Part], list[Part], dict[str, Flow]], shut: list[tuple[int, int]]
) -> None:
    nodes, ties, flows = station
    drawn = graph(*nodes, *ties)
    assert problems(drawn) == []
    step = timedelta(seconds=STEP_S)
    closed = [
        TieSpan(
            tie=ties[n % len(ties)][0]["key"],
            start=DAY.start + first * step,
            end=DAY.start + max(first, last) * step,
            closed=True,
        )
        for n, (first, last) in enumerate(shut)
    ]

    def whole(*spans: TieSpan) -> list[int]:
        held = GraphSpan(start=DAY.start, end=DAY.end, graph=drawn)
        arranged = arrangements([held], spans, DAY, STEP_S)
        total = np.zeros(MANY, dtype=np.int64)
        for one in node_series(arranged, flows, Utility.ELECTRICITY, STEP_S, MANY):
            total += np.where(one.there, one.into - one.out, 0)
        listed: list[int] = total.tolist()
        return listed

    expected = np.zeros(MANY, dtype=np.int64)
    for key in counts_alone(drawn):
        counted = flows[key]
        net = counted.into - (0 if counted.back is None else counted.back)
        expected += net if drawn.nodes[key].kind == "incomer" else -net
    assert whole() == expected.tolist()
    assert whole(*closed) == expected.tolist()


def test_year_of_quarter_hours_is_balanced_at_once() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    period = Period(start=start, end=start + timedelta(days=365))
    many = 365 * 96
    rng = np.random.default_rng(1)
    children = {f"m{n}": rng.integers(0, 10**6, many) for n in range(40)}
    zero = np.zeros(many, dtype=np.uint8)
    flows = {key: Flow(into=u, back=None, quality=zero) for key, u in children.items()}
    total = np.sum(list(children.values()), axis=0)
    flows["grid"] = Flow(into=total + 7, back=None, quality=zero)
    wide = graph(
        node("grid", kind="incomer", point="grid"), *(node(k, "grid", point=k) for k in children)
    )
    span = GraphSpan(start=period.start, end=period.end, graph=wide)
    arranged = arrangements([span], (), period, STEP_S)
    (found,) = node_series(arranged, flows, Utility.ELECTRICITY, STEP_S, many)
    months = grouped(found, period, ZoneInfo("UTC"), Every.MONTH)
    assert [each.unaccounted for each in months][:2] == [7 * 96 * 31, 7 * 96 * 28]
