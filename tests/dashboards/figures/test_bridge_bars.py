"""The waterfall ends where the later run's total is; small causes are seen; zero stays zero."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboards.figures.bridge_bars import bridge_bars
from dashboards.theme import Theme

AXIS = ("GBP", "GBP, cut")


def figure(before: str, causes: list[str], after: str, theme: Theme = Theme.LIGHT) -> Any:
    told = [(f"cause {n}", Decimal(each)) for n, each in enumerate(causes)]
    said = [before, *causes, after]
    return bridge_bars(
        ("last", Decimal(before)),
        told,
        ("this", Decimal(after)),
        said=said,
        theme=theme,
        axis=AXIS,
    )


@pytest.mark.parametrize("theme", list(Theme))
def test_each_bar_begins_where_the_one_before_ended(theme: Theme) -> None:
    found = figure("100", ["20", "-50"], "70", theme)
    (bars,) = found["data"]
    assert bars["y"] == ["last", "cause 0", "cause 1", "this"]
    assert bars["base"] == [0, 100, 120, 0]
    assert bars["x"] == [100, 20, -50, 70]
    up, down = bars["marker"]["color"][1:3]
    assert up != down
    go.Figure(found)


def test_small_causes_cut_the_axis_and_it_says_so() -> None:
    layout = figure("10000", ["20", "-50"], "9970")["layout"]
    low, high = layout["xaxis"]["range"]
    assert 9000 < low < 9970
    assert high > 10_020
    assert layout["xaxis"]["title"]["text"] == "GBP, cut"


@pytest.mark.parametrize(
    ("before", "causes", "after"),
    [("0", ["50"], "50"), ("100", [], "100"), ("100", ["-130"], "-30"), ("0", [], "0")],
)
def test_the_axis_holds_zero_where_it_is_not_cut(
    before: str, causes: list[str], after: str
) -> None:
    found = figure(before, causes, after)
    low, high = found["layout"]["xaxis"]["range"]
    assert low <= 0 <= high
    assert low <= float(after)
    assert found["layout"]["xaxis"]["title"]["text"] == "GBP"
    go.Figure(found)
