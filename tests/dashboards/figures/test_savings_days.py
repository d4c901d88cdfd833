"""Savings of curves: hours of days of 23 and 25 hours, gaps, and the figures drawn of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboards.figures.savings_days import Savings, hours_of, savings_of
from dashboards.figures.savings_lines import SavingsTexts, cusum_line, expected_lines
from dashboards.queries.load_rows import LoadCurve, LoadRange
from dashboards.theme import Theme
from energy.base.units import Utility
from tests.dashboards.fake_energy import ZONE
from tests.dashboards.fake_load import curve

TEXTS = SavingsTexts(expected="Expected", actual="Used", cusum="So far")
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def load(own: LoadCurve, last: date) -> LoadRange:
    return LoadRange(
        utility=Utility.ELECTRICITY,
        place="",
        last=last,
        now=LATER,
        curve=own,
        beside=None,
        beside_place="",
        bands=(),
        tariff=None,
    )


def of_days(first: date, last: date, known: int | None = None) -> LoadRange:
    return load(curve(first, last, ZONE, known=known), last)


MARCH = of_days(date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("day", "count"), [(date(2026, 3, 29), 23), (date(2026, 7, 1), 24), (date(2026, 10, 25), 25)]
)
def test_hours_have_the_wall_clock_s_place_in_the_week(day: date, count: int) -> None:
    told = hours_of(curve(day, day, ZONE), day, ZONE)
    assert len(told.usage) == count
    assert set(told.day.tolist()) == {0}
    assert told.cell[0] == 24 * day.weekday()
    assert told.cell[-1] == 24 * day.weekday() + 23
    assert int(told.usage.sum()) == int(curve(day, day, ZONE).usage.sum())


def test_a_time_beside_itself_avoids_nothing_and_its_line_lies_on_zero() -> None:
    savings = savings_of(MARCH, MARCH, ZONE)
    assert savings.avoided == 0
    assert (savings.counted, savings.due) == (31 * 24 - 1, 31 * 24 - 1)
    assert savings.cusum[-1] == 0


def test_what_is_missing_is_no_saving() -> None:
    holed = replace(MARCH.curve, known=MARCH.curve.known.copy(), usage=MARCH.curve.usage.copy())
    holed.known[500:700] = 0
    holed.usage[500:700] = 0
    whole, part = savings_of(MARCH, MARCH, ZONE), savings_of(load(holed, MARCH.last), MARCH, ZONE)
    assert part.counted == whole.counted - 50
    assert part.actual == int(MARCH.curve.usage.sum() - MARCH.curve.usage[500:700].sum())
    assert part.expected < whole.expected


def drawn(savings: Savings) -> tuple[list[float | None], list[float]]:
    how = {"utility": Utility.ELECTRICITY, "language": "en", "theme": Theme.LIGHT, "texts": TEXTS}
    course, cusum = expected_lines(savings, **how), cusum_line(savings, **how)  # type: ignore[arg-type]
    for figure in (course, cusum):
        go.Figure(figure)
    return course["data"][1]["y"], cusum["data"][0]["y"]


def test_a_day_without_a_counted_hour_is_a_gap_and_the_sum_stands_still() -> None:
    holed = replace(MARCH.curve, known=MARCH.curve.known.copy())
    holed.known[96:192] = 0
    actual, cusum = drawn(savings_of(load(holed, MARCH.last), MARCH, ZONE))
    assert [value is None for value in actual][:3] == [False, True, False]
    assert cusum[1] == cusum[0]


def test_nothing_known_draws_gaps_and_says_nothing() -> None:
    silent = of_days(date(2026, 4, 1), date(2026, 4, 2), known=0)
    savings = savings_of(silent, MARCH, ZONE)
    assert (savings.counted, savings.share, savings.uncertainty) == (0, None, None)
    actual, cusum = drawn(savings)
    assert actual == [None, None]
    assert cusum == [0, 0]
    assert savings_of(MARCH, silent, ZONE).counted == 0


def test_half_the_usage_is_half_avoided() -> None:
    half = replace(MARCH.curve, usage=MARCH.curve.usage // 2)
    assert np.all(MARCH.curve.usage % 2 == 0)
    assert savings_of(load(half, MARCH.last), MARCH, ZONE).share == Fraction(1, 2)
