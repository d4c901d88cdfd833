"""What days are expected to use: the same hours of the same weekdays, or a plan's months."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dashboards.queries.load_expected import baseline_of, plan_of
from dashboards.queries.load_rows import LoadCurve
from energy.base.period import span_of_days
from tests.dashboards.fake_load import curve

LONDON = ZoneInfo("Europe/London")
HOUR_S = 3600


def weeks_before(first: date) -> LoadCurve:
    """Return four weeks whose usage tells weekday and local hour."""
    begun = first - timedelta(weeks=4)
    made = curve(begun, first - timedelta(days=1), LONDON)
    return replace(made, usage=np.array([told(made, n) for n in range(len(made.usage))]))


def told(made: LoadCurve, number: int) -> int:
    at = (made.start + timedelta(seconds=made.step_s * number)).astimezone(LONDON)
    return 1000 * at.weekday() + at.hour


@pytest.mark.parametrize(
    ("first", "hours"),
    [(date(2026, 7, 13), 168), (date(2026, 3, 23), 167), (date(2026, 10, 19), 169)],
)
def test_a_baseline_follows_weekday_and_clock_over_the_change_of_time(
    first: date, hours: int
) -> None:
    period = span_of_days(first, first + timedelta(days=6), LONDON)
    found = baseline_of(weeks_before(first), first, period, HOUR_S, LONDON)
    assert found is not None
    assert len(found.usage) == hours
    assert found.whole.all()
    assert found.usage.tolist() == [4 * told(found, n) for n in range(hours)]


def test_a_baseline_rests_on_what_is_wholly_known_alone() -> None:
    first = date(2026, 7, 13)
    period = span_of_days(first, first, LONDON)
    before = weeks_before(first)
    lost = np.zeros_like(before.known)
    assert baseline_of(replace(before, known=lost), first, period, 900, LONDON) is None
    monday = before.known.copy()
    monday[:96] = 0  # one Monday of four is not known
    found = baseline_of(replace(before, known=monday), first, period, 900, LONDON)
    assert found is not None
    assert found.usage.tolist() == [told(found, n) for n in range(96)]
    for week in range(4):
        monday[96 * 7 * week : 96 * 7 * week + 4] = 0  # no Monday's first hour
    found = baseline_of(replace(before, known=monday), first, period, 900, LONDON)
    assert found is not None
    assert found.whole.tolist() == [False] * 4 + [True] * 92


def test_a_plan_s_month_is_spread_to_the_last_unit() -> None:
    months = {date(2026, 3, 1): Fraction(10**6 + 1), date(2026, 4, 1): Fraction(7, 2)}
    period = span_of_days(date(2026, 2, 28), date(2026, 4, 30), LONDON)
    found = plan_of(months, date(2026, 2, 28), period, 900, LONDON)
    assert found is not None
    march = 96 + 31 * 96 - 4  # the clock leaps forward
    assert found.whole[:96].tolist() == [False] * 96, "nothing is planned for February"
    assert int(found.usage[96:march].sum()) == 10**6 + 1
    assert int(found.usage[march:].sum()) == 3
    day = span_of_days(date(2026, 3, 5), date(2026, 3, 5), LONDON)
    one = plan_of(months, date(2026, 3, 5), day, 900, LONDON)
    assert one is not None
    assert one.usage.tolist() == found.usage[96 * 5 : 96 * 6].tolist()
    assert plan_of({}, date(2026, 3, 5), day, 900, LONDON) is None
    assert (
        plan_of(
            months,
            date(2026, 5, 5),
            span_of_days(date(2026, 5, 5), date(2026, 5, 5), LONDON),
            900,
            LONDON,
        )
        is None
    )
