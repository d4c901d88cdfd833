"""The Sankey draws what is known, gathers the small, shows what is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import plotly.graph_objects as go

from dashboards.figures.energy_flow import FlowTexts, branches_of, energy_flow
from dashboards.figures.flow_open import MOST_BRANCHES, MOST_ENDS
from dashboards.queries.rows import EnergyFlow, FlowEdge, FlowNode
from dashboards.theme import Theme
from energy.base.units import Utility

TEXTS = FlowTexts(others="{count} others", unaccounted="Unaccounted")


def flow(*edges: tuple[str, str, int | None]) -> EnergyFlow:
    keys = sorted({key for source, target, _ in edges for key in (source, target)})
    return EnergyFlow(
        utility=Utility.ELECTRICITY,
        day=date(2026, 7, 1),
        nodes=tuple(FlowNode(key=key, name=key.upper(), kind="feeder") for key in keys),
        edges=tuple(FlowEdge(source=s, target=t, amount=a) for s, t, a in edges),
    )


def drawn(rows: EnergyFlow) -> dict[str, Any]:
    figure: dict[str, Any] = energy_flow(rows, language="en", theme=Theme.DARK, texts=TEXTS)
    go.Figure(figure)
    return figure


def test_amounts_are_drawn_in_one_unit() -> None:
    (trace,) = drawn(
        flow(("grid", "a", 30_000_000), ("a", "b", 20_000_000), ("a", "c", 10_000_000))
    )["data"]
    assert trace["link"]["value"] == [30.0, 20.0, 10.0]
    assert trace["valuesuffix"] == " MWh"
    assert all(label.endswith("MWh") for label in trace["node"]["label"])


def test_what_goes_in_and_does_not_come_out_is_unaccounted() -> None:
    branches, names = branches_of(flow(("grid", "a", 100), ("a", "b", 60), ("a", "c", 30)), TEXTS)
    lost = [b for b in branches if names[b.target] == "Unaccounted"]
    assert [b.amount for b in lost] == [10]


def test_nothing_is_called_unaccounted_while_a_branch_is_unknown() -> None:
    branches, names = branches_of(flow(("grid", "a", 100), ("a", "b", 60), ("a", "c", None)), TEXTS)
    assert "Unaccounted" not in [names[b.target] for b in branches]


def test_small_branches_are_gathered_and_nothing_gets_lost() -> None:
    rows = flow(*(("grid", f"b{n:02d}", 1000 + n) for n in range(MOST_BRANCHES + 6)))
    branches, names = branches_of(rows, TEXTS)
    assert len(branches) == MOST_BRANCHES + 1
    assert "6 others" in [names[b.target] for b in branches]
    assert sum(b.amount for b in branches) == sum(e.amount or 0 for e in rows.edges)


def test_an_unknown_graph_is_an_empty_figure() -> None:
    assert drawn(flow(("grid", "a", None)))["data"] == []


def test_small_losses_of_all_nodes_end_in_one_place() -> None:
    boards = [(f"b{n}", f"x{n}", 99_990) for n in range(9)]
    feeders = [("grid", f"b{n}", 100_000) for n in range(9)]
    branches, names = branches_of(flow(*feeders, *boards), TEXTS)
    lost = [b for b in branches if names[b.target] == "Unaccounted"]
    assert {b.target for b in lost} == {"unaccounted"}
    assert [b.amount for b in lost] == [10] * 9


def test_300_meters_are_a_chart_that_can_be_read_and_nothing_gets_lost() -> None:
    boards = [("grid", f"b{n:02d}", 10_000 + n) for n in range(25)]
    meters = [(f"b{n:02d}", f"m{n}-{k}", (10_000 + n) // 12) for n in range(25) for k in range(12)]
    rows = flow(*boards, *meters)
    branches, names = branches_of(rows, TEXTS)
    ends = {b.target for b in branches} - {b.source for b in branches} - {"unaccounted"}
    assert len(ends) <= MOST_ENDS
    assert sum(b.amount for b in branches if b.source == "grid") == sum(a for _, _, a in boards)
    assert "11 others" in [names[b.target] for b in branches]


def test_the_room_goes_to_the_largest_nodes() -> None:
    small = [("a", f"s{n}", 1) for n in range(30)]
    large = [("b", f"l{n}", 100) for n in range(10)]
    branches, _ = branches_of(flow(("grid", "a", 30), ("grid", "b", 1000), *small, *large), TEXTS)
    assert sum(branch.source == "b" for branch in branches) == 10
    assert sum(branch.amount for branch in branches if branch.source == "a") == 30


def test_a_long_chain_ends_where_its_names_would_collide() -> None:
    chain = flow(*((f"n{n}", f"n{n + 1}", 100) for n in range(9)))
    branches, _ = branches_of(chain, TEXTS)
    assert [b.target for b in branches] == ["n1", "n2", "n3"]


def test_a_node_tells_a_click_which_it_is() -> None:
    (trace,) = drawn(flow(("grid", "a", 100)))["data"]
    assert sorted(trace["node"]["customdata"]) == ["a", "grid"]
