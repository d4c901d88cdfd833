"""What was decided follows the usage: nothing is billed beside what came in its place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from energy.base.quality import Quality
from energy.metering.calibration.error_curve import Basis, lacking
from energy.metering.calibration.expected import Expected
from energy.metering.calibration.following import basis_of, following, known_intervals
from energy.metering.usage import UsageSpan

ONE = date(2019, 1, 1)
TWO, THREE = (ONE + timedelta(days=n) for n in (1, 2))
LOAD = Expected(per_day=Fraction(20), method="load", figures={"load": "2", "hours": "10"})
SLOW = Basis(error=Fraction(-20))
USED = st.integers(0, 500)


def test_the_day_of_a_replaced_estimate_is_told_anew_and_no_other() -> None:
    decided = LOAD.lacking(ONE, THREE, [(ONE, 900, 15), (TWO, 900, 12), (THREE, 900, 30)])
    assert decided == {ONE: 5, TWO: 8, THREE: 0}
    read = [(ONE, 900, 18), (TWO, 900, 12), (THREE, 900, 19)]
    assert following(LOAD, decided, [ONE, TWO, THREE], read) == {ONE: 2, TWO: 8, THREE: 1}
    assert following(LOAD, decided, [TWO], read[1:2]) == {TWO: 8}, "a day is told alone"
    more = [(ONE, 900, 21), (TWO, 900, 12), (THREE, 900, 19)]
    assert following(LOAD, decided, [ONE], more[:1]) == {ONE: 0}, "never less than was counted"


def test_what_is_unknown_by_now_leaves_what_was_decided() -> None:
    decided = {ONE: 5}
    assert following(LOAD, decided, [ONE], [(ONE, 900, 3)], {ONE}) == {ONE: 5}
    assert following(SLOW, decided, [ONE], [(ONE, 900, 40)], {ONE}) == {ONE: 10}
    assert following(SLOW, decided, [ONE], [], {ONE}) == {ONE: 0}


@given(st.fractions(0, 1000, max_denominator=7), st.lists(st.tuples(USED, USED), min_size=1))
def test_by_what_a_day_should_have_used_the_day_comes_to_that_whatever_is_learned(
    per_day: Fraction, used: list[tuple[int, int]]
) -> None:
    days = [ONE + timedelta(days=n) for n in range(len(used))]
    then, now = ([(days[m], 900, used[m][n]) for m in range(len(days))] for n in (0, 1))
    expected = Expected(per_day=per_day, method="comparison")
    decided = expected.lacking(days[0], days[-1], then)
    assert following(expected, decided, days, then) == decided, "unchanged usage, unchanged"
    told = following(expected, decided, days, now)
    for day, _, counted in now:
        assert abs(counted + told[day] - max(per_day, Fraction(counted))) < 1
    assert following(expected, decided, days, then) == decided, "back again"


@given(
    st.fractions(-90, 90, max_denominator=9),
    st.lists(st.tuples(st.lists(USED, min_size=1, max_size=5), USED), min_size=1, max_size=9),
)
def test_by_an_error_each_day_bears_it_of_what_is_counted_by_now(
    error: Fraction, used: list[tuple[list[int], int]]
) -> None:
    days = [ONE + timedelta(days=n) for n in range(len(used))]
    then = [(day, 900, each) for day, (all_, _) in zip(days, used, strict=True) for each in all_]
    now = [(day, 900, each) for day, (_, each) in zip(days, used, strict=True)]
    basis = Basis(error=error)
    decided = {day: amount for day, amount in lacking(then, basis).items() if amount}
    told = following(basis, decided, days, then)
    assert {day: amount for day, amount in told.items() if amount} == decided
    for day, amount in following(basis, decided, days, now).items():
        (counted,) = (use for on, _, use in now if on == day)
        assert abs(amount + counted * error / (100 + error)) < 1


def test_a_basis_is_read_as_it_was_stored() -> None:
    assert basis_of(SLOW.to_json() | {"inspection": "W-2019-00001"}) == SLOW
    found = basis_of(LOAD.to_json())
    assert isinstance(found, Expected)
    assert (found.per_day, found.method) == (LOAD.per_day, "load")


def test_intervals_belong_to_their_local_day_and_gaps_are_told() -> None:
    quality = np.array([Quality.MEASURED, Quality.ESTIMATED, Quality.MISSING], dtype=np.int8)
    span = UsageSpan(
        channel=1,
        start=datetime(2019, 7, 1, 22, 45, tzinfo=UTC),
        step_s=900,
        usage=np.array([1, 2, 0], dtype=np.int64),
        quality=quality,
    )
    found = known_intervals(span, ZoneInfo("Europe/London"))
    assert found == ([(date(2019, 7, 1), 900, 1), (date(2019, 7, 2), 900, 2)], {date(2019, 7, 2)})
