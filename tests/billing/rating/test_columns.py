"""Columns are rounded as single amounts are."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from billing.money import round_half_up
from billing.rating.columns import decimal_of, quotient_rounded, times_rounded
from tests.examples import tried

WHOLE = st.integers(-(2**62), 2**62)
FACTOR = st.fractions(max_denominator=10**9).filter(lambda each: each > 0)


@tried(200)
@given(st.lists(WHOLE, min_size=1, max_size=5), FACTOR)
def test_a_column_is_rounded_half_up_like_each_amount(values: list[int], factor: Fraction) -> None:
    column = times_rounded(np.array(values, dtype=np.int64), factor)
    assert [int(each) for each in column] == [
        int(round_half_up(each * factor, 0)) for each in values
    ]


@tried(100)
@given(st.lists(st.tuples(WHOLE, st.integers(1, 10**12)), min_size=1, max_size=5), FACTOR)
def test_a_column_of_quotients_is_exact_too(pairs: list[tuple[int, int]], factor: Fraction) -> None:
    values, divisors = (np.array(each, dtype=np.int64) for each in zip(*pairs, strict=True))
    column = quotient_rounded(values, factor, divisors)
    assert [int(each) for each in column] == [
        int(round_half_up(value * factor / divisor, 0)) for value, divisor in pairs
    ]


def test_smallest_units_become_a_decimal_with_all_its_digits() -> None:
    assert str(decimal_of(-1230, 3)) == "-1.230"
    assert decimal_of(5, 0) == Decimal(5)
