"""Rounding once, half-up; parts that always add up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import MoneyError
from billing.money import exact_text, exponent_of, round_half_up, split, spread, to_units


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [
        ("2.675", 2, "2.68"),
        ("2.665", 2, "2.67"),
        ("-2.675", 2, "-2.68"),
        ("-10740.975", 2, "-10740.98"),
        ("0.004999999999999999999999", 2, "0.00"),
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("-0.0049", 2, "0.00"),
        ("1.5", 0, "2"),
        ("2.5", 0, "3"),
        ("0.5", 0, "1"),
        ("1234567890123456789012345678901234.565", 2, "1234567890123456789012345678901234.57"),
    ],
)
def test_a_tie_is_rounded_away_from_zero(value: str, digits: int, rounded: str) -> None:
    assert str(round_half_up(Decimal(value), digits)) == rounded


def test_a_fraction_is_rounded_without_becoming_a_decimal_first() -> None:
    just_below = Fraction(1, 200) - Fraction(1, 10**60)
    assert str(round_half_up(just_below, 2)) == "0.00"
    assert str(round_half_up(Fraction(1, 200), 2)) == "0.01"


def test_a_float_is_refused() -> None:
    with pytest.raises(AssertionError, match="never a float"):
        round_half_up(2.675, 2)  # type: ignore[arg-type]


@given(st.fractions(), st.integers(0, 6))
def test_rounding_moves_by_half_a_unit_at_most_and_mirrors(value: Fraction, digits: int) -> None:
    rounded = round_half_up(value, digits)
    assert abs(Fraction(rounded) - value) <= Fraction(1, 2 * 10**digits)
    assert round_half_up(-value, digits) == -rounded
    assert -int(rounded.as_tuple().exponent) == digits


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any),
)
def test_the_parts_of_a_split_add_up_to_the_whole(units: int, weights: list[int]) -> None:
    total = Decimal(units) / 100
    parts = split(total, weights, 2)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part) - Fraction(total) * weight / whole) < Fraction(1, 100)


def test_the_largest_remainder_gets_the_cent() -> None:
    assert split(Decimal("100.00"), [1, 1, 1], 2) == [
        Decimal("33.34"),
        Decimal("33.33"),
        Decimal("33.33"),
    ]
    assert split(Decimal("0.05"), [10, 30, 60], 2) == [
        Decimal("0.01"),
        Decimal("0.01"),
        Decimal("0.03"),
    ]
    assert split(Decimal("-100.00"), [1, 1, 1], 2)[0] == Decimal("-33.34")


def test_a_split_without_weight_is_refused() -> None:
    with pytest.raises(MoneyError, match="weights that do not add up to zero"):
        split(Decimal("1.00"), [0, 0], 2)


@given(st.lists(st.fractions(-1000, 1000), min_size=1, max_size=20))
def test_rounded_parts_add_up_to_the_rounded_sum(parts: list[Fraction]) -> None:
    total = round_half_up(sum(parts, Fraction(0)), 2)
    rounded = spread(total, parts, 2)
    assert sum(rounded) == total
    assert all(
        abs(Fraction(each) - part) < Fraction(1, 100)
        for each, part in zip(rounded, parts, strict=True)
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(15, 31), "15/31"),
        (Fraction(-1, 3), "-1/3"),
        (Fraction(1, 8), "0.125"),
        (Fraction(0), "0"),
        (Decimal("1.500"), "1.5"),
        (Decimal("-0.25"), "-0.25"),
        (10**30, "1" + "0" * 30),
    ],
)
def test_an_exact_value_is_written_exactly(value: Fraction | Decimal | int, text: str) -> None:
    assert exact_text(value) == text


@given(st.fractions(max_denominator=10**6))
def test_exact_text_reads_back(value: Fraction) -> None:
    assert Fraction(exact_text(value)) == value


def test_a_display_shows_its_trailing_zeros() -> None:
    assert exact_text(Decimal("12345.6"), least_digits=3) == "12345.600"


def test_an_unknown_currency_is_refused_with_the_known_ones() -> None:
    assert (exponent_of("JPY"), exponent_of("GBP"), exponent_of("KWD")) == (0, 2, 3)
    with pytest.raises(MoneyError, match="'QQQ' is unknown"):
        exponent_of("QQQ")


def test_an_unrounded_amount_has_no_smallest_units() -> None:
    assert to_units(Decimal("1.20"), 2) == 120
    with pytest.raises(MoneyError, match="round it first"):
        to_units(Decimal("1.205"), 2)
