"""Daily bars: a missing day is marked, an estimated one hatched."""

from __future__ import annotations

from datetime import date
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboards.figures.daily_bars import BarTexts, daily_bars
from dashboards.queries.rows import UsageDay
from dashboards.theme import Theme
from energy.base.quality import Quality
from energy.base.units import Utility

TEXTS = BarTexts(usage="Usage", missing="Gap", quality={q: q.name for q in Quality})


def drawn(*days: tuple[int | None, Quality]) -> dict[str, Any]:
    rows = [
        UsageDay(day=date(2026, 7, n), usage=usage, quality=quality)
        for n, (usage, quality) in enumerate(days, start=1)
    ]
    figure: dict[str, Any] = daily_bars(
        rows, utility=Utility.ELECTRICITY, language="en", theme=Theme.LIGHT, texts=TEXTS
    )
    go.Figure(figure)
    return figure


def test_a_missing_day_has_a_mark_and_no_bar() -> None:
    bars, marks = drawn((1000, Quality.MEASURED), (None, Quality.MISSING))["data"]
    assert bars["y"] == [1.0, None]
    assert marks["x"] == ["2026-07-02"]


def test_an_estimated_day_is_hatched() -> None:
    (bars,) = drawn((1000, Quality.MEASURED), (900, Quality.ESTIMATED))["data"]
    assert bars["marker"]["pattern"]["shape"] == ["", "/"]


def test_the_unit_follows_the_largest_day() -> None:
    (bars,) = drawn((20_000_000, Quality.MEASURED), (5_000_000, Quality.MEASURED))["data"]
    assert bars["y"] == [20.0, 5.0]


def test_no_day_at_all_is_an_empty_figure() -> None:
    assert drawn()["data"][0]["y"] == []


@pytest.mark.parametrize(("language", "form"), [("zh", "%-m月%-d日\n%Y年"), ("en", "%-d %b\n%Y")])
def test_days_on_the_axis_are_written_as_the_language_writes_them(language: str, form: str) -> None:
    figure: dict[str, Any] = daily_bars(
        [], utility=Utility.ELECTRICITY, language=language, theme=Theme.LIGHT, texts=TEXTS
    )
    assert figure["layout"]["xaxis"]["tickformat"] == form
