"""The Sankey draws what is known, gathers the small, shows what is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import plotly.graph_objects as go

from dashboards.figures.energy_flow import MOST_BRANCHES, FlowTexts, branches_of, energy_flow
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
