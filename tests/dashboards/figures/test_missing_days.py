"""What is missing stands on what was counted, in one unit; the days that are meant lie on grey."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboards.figures.daily_bars import BarTexts
from dashboards.figures.missing_days import missing_days
from dashboards.queries.rows import UsageDay
from dashboards.theme import Theme
from energy.base.quality import Quality
from energy.base.units import Utility

TEXTS = BarTexts(usage="counted", missing="no data", quality=dict.fromkeys(Quality, "q"))


def drawn(first: date, used: list[int | None], lacking: dict[int, int]) -> dict[str, Any]:
    """Return the traces by name of days, of which the second is meant."""
    day = [first + timedelta(days=n) for n in range(len(used))]
    figure: Any = missing_days(
        [
            UsageDay(day=at, usage=each, quality=Quality.MEASURED)
            for at, each in zip(day, used, strict=True)
        ],
        {day[n]: amount for n, amount in lacking.items()},
        meant=(day[1], day[1]),
        utility=Utility.ELECTRICITY,
        language="en",
        theme=Theme.DARK,
        texts=TEXTS,
        lacks="missing",
    )
    go.Figure(figure)
    return {trace["name"]: trace for trace in figure["data"]} | {"layout": figure["layout"]}


@pytest.mark.parametrize("first", [date(2026, 3, 28), date(2026, 10, 24), date(2026, 2, 27)])
def test_the_missing_part_begins_where_the_counted_one_ends(first: date) -> None:
    found = drawn(first, [5_000_000, 2_000_000, None], {1: 18_000_000, 2: 1_000_000})
    assert found["counted"]["y"] == [5, 2, None], "the unit follows what is expected"
    missing = found["missing"]
    assert missing["x"] == found["counted"]["x"][1:]
    assert (missing["base"], missing["y"]) == ([2, 0], [18, 1])
    assert missing["width"] == found["counted"]["width"], "one bar of two parts"
    assert found["no data"]["x"] == missing["x"][1:]
    (band,) = found["layout"]["shapes"]
    day = first + timedelta(days=1)
    assert (band["x0"], band["x1"]) == (f"{first}T12:00:00", f"{day}T12:00:00")


def test_of_what_nobody_can_tell_nothing_is_drawn() -> None:
    found = drawn(date(2026, 6, 1), [0, 0], {})
    assert set(found) == {"counted", "layout"}
    assert found["layout"]["showlegend"] is False
