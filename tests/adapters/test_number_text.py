"""One way of writing a number, for messages and files alike."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.number_text import (
    WRITTEN,
    NumberFormat,
    digits_in,
    exact_number,
    exact_ratio,
    ratio_in,
)

SIGNS = {
    NumberFormat.PLAIN: ("", "."),
    NumberFormat.POINT: (",", "."),
    NumberFormat.COMMA: (".", ","),
    NumberFormat.COMMA_ONLY: ("", ","),
    NumberFormat.SPACE: ("\u202f", ","),
    NumberFormat.APOSTROPHE: ("'", "."),
}


@given(
    form=st.sampled_from(sorted(WRITTEN)),
    digits=st.integers(min_value=-(10**18), max_value=10**18),
    behind=st.integers(min_value=0, max_value=9),
    grouped=st.booleans(),
)
def test_what_is_written_in_a_format_is_read_back_exactly(
    form: NumberFormat, digits: int, behind: int, *, grouped: bool
) -> None:
    thousands, point = SIGNS[form]
    whole, rest = divmod(abs(digits), 10**behind)
    text = f"{whole:,}".replace(",", thousands) if grouped else str(whole)
    text = ("-" if digits < 0 else "") + text + (f"{point}{rest:0{behind}d}" if behind else "")
    assert ratio_in(text, form) == Fraction(digits, 10**behind).as_integer_ratio()


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1.234,5", "1,234.5"),
        ("1,234.5", "1.234,5"),
        ("1.23,5", "1.234,5"),
        ("1 234,5", "1.234,5"),
        ("1 23,5", "1 234,5"),
        ("1''234.5", "1'234.5"),
        ("12 kWh", "plain"),
        ("1e3", "plain"),
        ("\u0661\u0662", "plain"),
        ("", "plain"),
        ("--", "plain"),
        ("9" * 41, "plain"),
    ],
)
def test_another_way_of_writing_is_no_number(text: str, form: str) -> None:
    assert digits_in(text, NumberFormat(form)) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.01", Fraction(1, 100)),
        ("1/3", Fraction(1, 3)),
        ("1e-3", Fraction(1, 1000)),
        ("1e99999999", None),
        ("1e9_9_9_9_9_9_9", None),
        ("1_0", None),
        ("9" * 41, None),
        ("1/0", None),
        ("much", None),
        (0.01, None),
        (1, None),
    ],
)
def test_a_text_of_ours_is_an_exact_number(text: object, number: Fraction | None) -> None:
    assert exact_number(text) == number


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("2000/5", Fraction(400)),
        ("0.000001", Fraction(1, 10**6)),
        ("1000000", Fraction(10**6)),
        ("1000000.1", None),
        ("1/1000001", None),
        ("1e40", None),
        ("0", None),
        ("-4", None),
        ("1e9999999", None),
    ],
)
def test_a_ratio_is_above_zero_and_no_larger_than_there_is(
    text: str, ratio: Fraction | None
) -> None:
    assert exact_ratio(text) == ratio
