"""What has gone by of a driver: exact, never less than before, for ever."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.airport.course import HOUR_S, PER_UNIT_HOUR, Course
from simulator.airport.drivers import drivers_of
from simulator.airport.figures import CYCLE_HOURS

COURSE = Course.of(drivers_of(1))
CYCLE_S = CYCLE_HOURS * HOUR_S


def test_an_hour_gives_the_mean_of_its_two_ends() -> None:
    for hour in (0, 17, 4711, CYCLE_HOURS - 1):
        given = COURSE.gone_by((hour + 1) * HOUR_S) - COURSE.gone_by(hour * HOUR_S)
        ends = COURSE.rate(hour * HOUR_S) + COURSE.rate((hour + 1) * HOUR_S)
        assert np.array_equal(given, ends * HOUR_S)


def test_a_driver_of_one_gives_one_an_hour() -> None:
    base = drivers_of(1).names.index("base")
    assert COURSE.gone_by(7 * HOUR_S + 900)[base] * 4 == PER_UNIT_HOUR * 29


@pytest.mark.parametrize("start_s", [0, CYCLE_S - 4_000, 3 * CYCLE_S + 123_456])
def test_nothing_that_has_gone_by_comes_back(start_s: int) -> None:
    before = COURSE.gone_by(start_s)
    for second in range(start_s + 1, start_s + 8_000, 7):
        now = COURSE.gone_by(second)
        assert (now >= before).all()
        before = now


def test_before_the_origin_the_course_goes_on_backwards() -> None:
    assert (COURSE.gone_by(-3_600) <= COURSE.gone_by(0)).all()
    assert np.array_equal(
        COURSE.gone_by(CYCLE_S) - COURSE.gone_by(0), COURSE.gone_by(0) - COURSE.gone_by(-CYCLE_S)
    )
