"""What days lack that should have used a known quantity: whole units that add up."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from energy.metering.calibration.expected import Expected

ONE = date(2019, 1, 1)
TWO, THREE = (ONE + timedelta(days=n) for n in (1, 2))


def test_each_day_lacks_what_it_did_not_count() -> None:
    expected = Expected(per_day=Fraction(10), method="load")
    told = [(ONE, 900, 4), (ONE, 900, 3), (THREE, 900, 12)]
    assert expected.lacking(ONE, THREE, told) == {ONE: 3, TWO: 10, THREE: 0}
    assert expected.to_json() == {"method": "load", "per_day": "10"}


@given(
    st.fractions(0, 1000, max_denominator=7),
    st.lists(st.integers(0, 500), min_size=1, max_size=9),
)
def test_whole_units_add_up_to_the_total_rounded_half_up(
    per_day: Fraction, used: list[int]
) -> None:
    days = [ONE + timedelta(days=n) for n in range(len(used))]
    told = [(day, 900, use) for day, use in zip(days, used, strict=True)]
    found = Expected(per_day=per_day, method="comparison").lacking(ONE, days[-1], told)
    exact = sum((max(per_day - use, Fraction(0)) for use in used), Fraction(0))
    assert sum(found.values()) == (2 * exact + 1) // 2
    assert all(abs(found[day] - max(per_day - use, 0)) < 1 for day, _, use in told)
