"""Billed days beside earlier ones: hatched, missing, nothing known, days of a clock change."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboards.figures.daily_bars import BarTexts
from dashboards.figures.exception_days import exception_days
from dashboards.queries.rows import UsageDay
from dashboards.theme import Theme
from energy.base.quality import Quality
from energy.base.units import Utility

TEXTS = BarTexts(usage="billed", missing="missing", quality=dict.fromkeys(Quality, "q"))


def days(first: date, *used: int | None) -> list[UsageDay]:
    return [
        UsageDay(
            day=first + timedelta(days=n),
            usage=each,
            quality=Quality.MISSING if each is None else Quality.ESTIMATED,
        )
        for n, each in enumerate(used)
    ]


def drawn(own: list[UsageDay], **beside: list[UsageDay]) -> dict[str, Any]:
    figure: Any = exception_days(
        own,
        beside,  # type: ignore[arg-type]
        utility=Utility.ELECTRICITY,
        language="en",
        theme=Theme.LIGHT,
        texts=TEXTS,
    )
    go.Figure(figure)
    return {trace["name"]: trace for trace in figure["data"]} | {"layout": figure["layout"]}


@pytest.mark.parametrize("first", [date(2026, 3, 28), date(2026, 10, 24), date(2026, 2, 27)])
def test_earlier_days_stand_over_the_billed_ones_in_their_unit(first: date) -> None:
    own = days(first, 20_000_000, None, 30_000_000)
    found = drawn(own, before=days(first - timedelta(days=3), 5_000_000, 6_000_000, None))
    assert found["billed"]["y"] == [20, None, 30]
    assert found["before"]["y"] == [5, 6, None]
    assert found["before"]["x"] == found["billed"]["x"]
    assert found["missing"]["x"] == [own[1].day.isoformat()]
    assert found["billed"]["marker"]["pattern"]["shape"] == ["/", "", "/"]
    assert found["layout"]["yaxis"]["title"]["text"] == "MWh"


def test_what_is_not_known_of_earlier_days_is_no_line() -> None:
    first = date(2026, 6, 1)
    found = drawn(days(first, 1000), before=days(first, None), year=days(first, None))
    assert set(found) == {"billed", "layout"}
    assert found["layout"]["showlegend"] is False


def test_days_without_any_usage_are_all_missing() -> None:
    first = date(2026, 6, 1)
    found = drawn(days(first, None, None), before=days(first, 2000, 3000, 4000))
    assert found["missing"]["y"] == [0, 0]
    assert found["before"]["y"] == [2, 3]
