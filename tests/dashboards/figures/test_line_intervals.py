"""Intervals of a charged day: priced or not, missing, days of a clock change, none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import pytest

from dashboards.figures.line_intervals import line_intervals
from dashboards.queries.line_rows import LineInterval
from dashboards.theme import Theme
from energy.base.quality import Quality
from energy.base.units import Utility

TEXTS = {"priced": "priced", "other": "other", "missing": "missing"}


def day(start: datetime, many: int, *, gaps: range = range(0)) -> list[LineInterval]:
    return [
        LineInterval(
            start=start + n * timedelta(minutes=15),
            usage=None if n in gaps else 1000 + n,
            quality=Quality.MISSING if n in gaps else Quality.MEASURED,
            period=None,
            charged=n % 4 != 0,
        )
        for n in range(many)
    ]


def drawn(intervals: list[LineInterval]) -> dict[str, Any]:
    figure: Any = line_intervals(
        intervals,
        utility=Utility.ELECTRICITY,
        zone=ZoneInfo("Europe/London"),
        language="en",
        theme=Theme.DARK,
        texts=TEXTS,
    )
    go.Figure(figure)
    return {trace["name"]: trace for trace in figure["data"]} | {"layout": figure["layout"]}


@pytest.mark.parametrize(
    ("start", "many", "clocks"),
    [
        (datetime(2019, 1, 1, tzinfo=UTC), 96, ["00:00", "04:00", "08:00", "12:00"]),
        (datetime(2019, 3, 31, tzinfo=UTC), 92, ["00:00", "04:45", "08:30", "12:15"]),
        (datetime(2019, 10, 26, 23, tzinfo=UTC), 100, ["00:00", "03:00", "07:00", "11:00"]),
    ],
)
def test_every_interval_stands_once_whatever_the_clock_does(
    start: datetime, many: int, clocks: list[str]
) -> None:
    found = drawn(day(start, many))
    assert sorted(found["priced"]["x"] + found["other"]["x"]) == list(range(many))
    assert found["priced"]["y"][0] == 1.001
    assert found["layout"]["xaxis"]["ticktext"][:4] == clocks
    assert "missing" not in found


def test_what_is_not_known_is_a_mark_and_no_bar() -> None:
    found = drawn(day(datetime(2019, 1, 1, tzinfo=UTC), 96, gaps=range(96)))
    assert set(found) == {"missing", "layout"}
    assert found["missing"]["y"] == [0] * 96


def test_a_day_without_intervals_is_empty() -> None:
    assert set(drawn([])) == {"layout"}
