"""Amounts in words: the examples of the People's Bank, and figures read back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.documents.capitals import in_capitals
from billing.errors import MoneyError
from tests.examples import tried

CHINESE = {
    "1409.50": "人民币壹仟肆佰零玖元伍角整",
    "6007.14": "人民币陆仟零柒元壹角肆分",
    "1680.32": "人民币壹仟陆佰捌拾元零叁角贰分",
    "107000.53": "人民币壹拾万柒仟元零伍角叁分",
    "16409.02": "人民币壹万陆仟肆佰零玖元零贰分",
    "325.04": "人民币叁佰贰拾伍元零肆分",
    "0.00": "人民币零元整",
    "0.05": "人民币伍分",
    "0.50": "人民币伍角整",
    "10.00": "人民币壹拾元整",
    "100000.00": "人民币壹拾万元整",
    "100010.00": "人民币壹拾万零壹拾元整",
    "100000001.00": "人民币壹亿零壹元整",
    "1001000000.00": "人民币壹拾亿零壹佰万元整",
    "1000000000000.00": "人民币壹万亿元整",
    "-3.20": "人民币负叁元贰角整",
}


@pytest.mark.parametrize(("amount", "words"), CHINESE.items())
def test_chinese_capitals_follow_the_rules_for_zeros(amount: str, words: str) -> None:
    assert in_capitals(Decimal(amount), "CNY", "zh") == words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("10900.02", "CNY", "CNY ten thousand nine hundred and 02/100"),
        ("1000000.00", "EUR", "EUR one million and 00/100"),
        ("-21.40", "EUR", "EUR minus twenty-one and 40/100"),
        ("0.00", "GBP", "GBP zero and 00/100"),
        ("105", "JPY", "JPY one hundred five"),
        ("10.105", "KWD", "KWD ten and 105/1000"),
    ],
)
def test_english_words_close_with_the_small_units(amount: str, currency: str, words: str) -> None:
    assert in_capitals(Decimal(amount), currency, "en") == words


def test_a_third_digit_is_li() -> None:
    assert in_capitals(Decimal("10.105"), "KWD", "zh") == "KWD壹拾元零壹角零伍厘"
    assert in_capitals(Decimal("10.005"), "KWD", "zh") == "KWD壹拾元零伍厘"


def test_what_is_not_rounded_or_too_large_is_refused() -> None:
    with pytest.raises(MoneyError, match="round it first"):
        in_capitals(Decimal("0.005"), "CNY", "zh")
    with pytest.raises(MoneyError, match="too large"):
        in_capitals(Decimal(10**16), "JPY", "en")


def read_back(words: str) -> int:
    """Return the cents that Chinese capitals mean: a reader of its own, digit by digit."""
    figures = {sign: n for n, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
    places = {"拾": 10, "佰": 100, "仟": 1000}
    cents = whole = group = digit = 0
    for sign in words.removeprefix("人民币"):
        if sign in figures:
            digit = figures[sign]
        elif sign in places:
            group, digit = group + digit * places[sign], 0
        elif sign == "万":
            whole, group, digit = whole + (group + digit) * 10**4, 0, 0
        elif sign == "亿":
            whole, group, digit = (whole + group + digit) * 10**8, 0, 0
        elif sign == "元":
            cents, whole, group, digit = (whole + group + digit) * 100, 0, 0, 0
        elif sign == "角":
            cents, digit = cents + digit * 10, 0
        elif sign == "分":
            cents, digit = cents + digit, 0
    return cents


@tried(100)
@given(cents=st.integers(0, 10**14))
def test_chinese_capitals_read_back_are_the_amount(cents: int) -> None:
    words = in_capitals(Decimal(cents).scaleb(-2), "CNY", "zh")
    assert read_back(words) == cents
    assert "零零" not in words
    assert words.endswith(("元整", "角整", "分"))
