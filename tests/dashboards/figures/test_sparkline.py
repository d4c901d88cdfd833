"""The small curve of a tile leaves unknown days out."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from dashboards.figures.sparkline import sparkline
from dashboards.theme import Theme
from energy.base.units import Utility


@pytest.mark.parametrize("trend", [(), (None, None), (0, 0), (1000, None, 3000)])
def test_any_trend_is_a_valid_figure(trend: tuple[int | None, ...]) -> None:
    figure = go.Figure(sparkline(trend, utility=Utility.GAS, theme=Theme.DARK))
    assert [len(bars.y) for bars in figure.data] == [len(trend)]


def test_an_unknown_day_is_no_zero() -> None:
    figure = sparkline((1000, None, 3000), utility=Utility.GAS, theme=Theme.LIGHT)
    (bars,) = figure["data"]  # type: ignore[misc]
    assert bars["y"] == [1.0, None, 3.0]
