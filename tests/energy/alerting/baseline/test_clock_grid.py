"""Rows of usage become clock hours: doubled ones are means, skipped ones are missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from energy.alerting.baseline.clock_grid import clock_hours, end_of, on_clock

LONDON = ZoneInfo("Europe/London")
MARCH, OCTOBER = date(2019, 3, 31), date(2019, 10, 27)


def _grid(day: date, hours: int) -> list[float]:
    begin = datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)
    starts = [begin + timedelta(hours=n) for n in range(hours)]
    grid = on_clock(
        np.zeros(hours, dtype=np.int64),
        clock_hours(starts, LONDON),
        np.arange(100, 100 + hours),
        meters=1,
        first_day=day.toordinal(),
        days=1,
    )
    return [float(value) for value in grid[0, 0]]


def test_the_hour_that_spring_skips_is_missing() -> None:
    row = _grid(MARCH, 23)
    assert row[0] == 100.0 and np.isnan(row[1]) and row[2] == 101.0 and row[23] == 122.0


def test_the_hour_that_autumn_doubles_is_the_mean_of_both() -> None:
    row = _grid(OCTOBER, 25)
    assert row[:3] == [100.0, 101.5, 103.0] and row[23] == 124.0


def test_what_has_no_row_is_missing_and_never_zero() -> None:
    grid = on_clock(
        np.array([1]),
        np.array([MARCH.toordinal() * 24 + 30]),
        np.array([7]),
        meters=2,
        first_day=MARCH.toordinal(),
        days=1,
    )
    assert grid.shape == (2, 1, 24) and np.isnan(grid).all()


def test_an_hour_ends_where_its_second_pass_ends() -> None:
    hour = OCTOBER.toordinal() * 24
    assert end_of(hour, LONDON) == datetime(2019, 10, 27, 0, tzinfo=UTC)
    assert end_of(hour + 1, LONDON) == datetime(2019, 10, 27, 2, tzinfo=UTC)
