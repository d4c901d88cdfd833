"""The efficiency of a plant as a figure: gaps stay gaps, long times stand by days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import pytest

from dashboards.figures.plant_efficiency import (
    MOST_HOURS,
    EfficiencyTexts,
    plant_efficiency,
    points_of,
)
from dashboards.queries.plant_rows import PlantHour
from dashboards.theme import Theme
from energy.base.units import Utility

ZONE = ZoneInfo("Europe/London")
TEXTS = EfficiencyTexts(value="COP", expected="past", axis="kW/kW")


def hour(n: int, given: float | None, taken: float | None, expected: float | None) -> PlantHour:
    start = datetime(2026, 3, 28, tzinfo=UTC) + timedelta(hours=n)
    return PlantHour(start=start, given=given, taken=taken, expected=expected)


@pytest.mark.parametrize("theme", list(Theme))
def test_hours_stand_at_local_time_and_what_is_unknown_is_a_gap(theme: Theme) -> None:
    hours = [hour(0, 500, 100, 5.2), hour(1, None, 100, 5.2), hour(25, 400, 100, None)]
    hours.append(hour(26, 400, None, 5.2))
    points = points_of(hours, ZONE)
    assert [point.value for point in points] == [5.0, None, 4.0, None], "what went in is unknown"
    assert [point.expected for point in points][2] is None
    figure = plant_efficiency(points, utility=Utility.COOLING, theme=theme, texts=TEXTS)
    assert go.Figure(figure).data[1].y == (5.0, None, 4.0, None)
    assert figure["data"][1]["x"][2] == "2026-03-29T02:00", "the clock has gone on by an hour"
    assert not figure["data"][1]["connectgaps"]


def test_a_share_is_drawn_in_per_cent() -> None:
    points = points_of([hour(0, 90, 100, 0.92)], ZONE)
    figure = plant_efficiency(
        points, utility=Utility.HEATING, theme=Theme.LIGHT, texts=TEXTS, scale=100
    )
    assert [trace["y"] for trace in figure["data"]] == [[92.0], [90.0]]


def test_long_times_stand_by_days_each_the_ratio_of_its_sums() -> None:
    hours = [hour(n, 300 if n % 2 else 100, 100, 2.5) for n in range(MOST_HOURS + 24)]
    points = points_of(hours, ZONE)
    assert len(points) == 33
    assert points[0].value == pytest.approx(2.0)
    assert points[0].expected == pytest.approx(2.5)
    assert sum(len(point.at.isoformat()) > 0 for point in points) <= 400


def test_what_gives_without_taking_is_drawn_by_what_it_gives() -> None:
    points = points_of([hour(0, 700, None, 650), hour(1, 0, None, None)], ZONE)
    assert [(point.value, point.expected) for point in points] == [(700, 650), (0, None)]


def test_nothing_and_all_missing_are_figures_too() -> None:
    for hours in ([], [hour(n, None, None, None) for n in range(5)]):
        figure = plant_efficiency(
            points_of(hours, ZONE), utility=Utility.COOLING, theme=Theme.DARK, texts=TEXTS
        )
        go.Figure(figure)
        assert all(value is None for value in figure["data"][1]["y"])
