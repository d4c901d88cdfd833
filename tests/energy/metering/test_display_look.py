"""A doubtful value is told; a sound one, a slow meter and a rollover's cause are not confused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from energy.metering.display_look import Doubted, Shown, believed_per_hour, doubts_of

NOON = datetime(2026, 7, 15, 12, tzinfo=UTC)
PER_HOUR = Fraction(300)


def hours(n: float) -> datetime:
    return NOON + timedelta(hours=n)


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (10_000, []),
        (10_300, []),
        (10_310, []),  # slack: ten counts are no news
        (10_311, [Doubted.ABOVE]),
        (9_999, [Doubted.BELOW]),
        (20_001, [Doubted.ABOVE, Doubted.BEHIND]),
        (0, [Doubted.BELOW]),
    ],
)
def test_a_value_is_held_against_the_readings_around_it(count: int, told: list[Doubted]) -> None:
    found = doubts_of(
        hours(1), count, before=(NOON, 10_000), behind=(hours(2), 20_000), per_hour=PER_HOUR
    )
    assert [doubt.doubted for doubt in found] == told


def test_a_doubt_names_the_reading_and_the_most_that_is_believed() -> None:
    (doubt,) = doubts_of(
        hours(2), 11_000, before=(NOON, 10_000), behind=None, per_hour=Fraction(301, 2)
    )
    assert (doubt.doubted, doubt.at, doubt.count, doubt.most) == (
        Doubted.ABOVE,
        NOON,
        10_000,
        10_311,
    )


def test_where_nothing_is_known_nothing_is_doubted() -> None:
    assert doubts_of(NOON, 5, before=None, behind=None, per_hour=None) == ()
    assert doubts_of(NOON, 10**12, before=(hours(-1), 5), behind=None, per_hour=None) == ()


@pytest.mark.parametrize(
    ("newest", "oldest", "most"),
    [
        ((hours(10), 1_100), (NOON, 100), Fraction(300)),
        ((hours(10), 100), (NOON, 100), Fraction(0)),
        ((hours(10), 99), (NOON, 100), None),  # it fell: its pace is unknown
        ((hours(0.5), 1_100), (NOON, 100), None),
        (None, (NOON, 100), None),
        ((hours(10), 100), None, None),
    ],
)
def test_three_times_the_usage_of_the_month_is_believed(
    newest: Shown | None, oldest: Shown | None, most: Fraction | None
) -> None:
    assert believed_per_hour(newest, oldest) == most
