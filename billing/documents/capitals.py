"""In: an amount and its currency. Out: the amount in words, English and Chinese. Pure.

Chinese financial capitals follow the rules of the People's Bank for bills: a zero inside is one
零, however many there are; none at the end of a group of four; one stands before 角 where the 元
is zero, and before 分 where there are 元 but no 角; 整 closes what has no 分.
"""

from __future__ import annotations

from decimal import Decimal

from billing.errors import MoneyError
from billing.money import exponent_of, to_units

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万")
_SMALL = ("角", "分", "厘")
_CURRENCIES = {
    "CNY": "人民币",
    "EUR": "欧元",
    "GBP": "英镑",
    "HKD": "港币",
    "JPY": "日元",
    "MOP": "澳门元",
    "SGD": "新加坡元",
    "USD": "美元",
}
_MOST = 10**16
_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_POWERS = ("", "thousand", "million", "billion", "trillion", "quadrillion")


def in_capitals(amount: Decimal, currency: str, language: str) -> str:
    """Return an amount in words: "人民币壹仟元整", "CNY one thousand and 00/100".

    Args:
        amount: In the digits of the currency. [currency]
        currency: ISO 4217.
        language: "en" or "zh".

    Raises:
        MoneyError: It has more digits than the currency, or is too large for words.
    """
    digits = exponent_of(currency)
    units = to_units(amount, digits)
    whole, rest = divmod(abs(units), 10**digits)
    if whole >= _MOST:
        raise MoneyError(f"{amount} {currency} is too large for words; write it in figures.")
    if language == "zh":
        sign = "负" if units < 0 else ""
        return _CURRENCIES.get(currency, currency) + sign + _chinese(whole, rest, digits)
    sign = "minus " if units < 0 else ""
    small = f" and {rest:0{digits}d}/{10**digits}" if digits else ""
    return f"{currency} {sign}{_english(whole)}{small}"


def _chinese(whole: int, rest: int, digits: int) -> str:
    small = [int(digit) for digit in f"{rest:0{digits}d}"] if digits else []
    if not whole and not any(small):
        return "零元整"
    text = f"{_chinese_whole(whole)}元" if whole else ""
    text += _chinese_small(small, whole)
    return text if len(small) > 1 and any(small[1:]) else text + "整"


def _chinese_small(small: list[int], whole: int) -> str:
    """Return 角, 分 and 厘; a zero between two figures is one 零."""
    text = ""
    gap = bool(whole) and whole % 10 == 0
    for place, digit in zip(_SMALL, small, strict=False):
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + place
        gap = bool(digit == 0 and (whole or text))
    return text


def _chinese_whole(whole: int) -> str:
    """Return a whole number, group of four by group of four."""
    groups = []
    while whole:
        whole, group = divmod(whole, 10_000)
        groups.append(group)
    text = ""
    gap = False
    for power in range(len(groups) - 1, -1, -1):
        group = groups[power]
        if not group:
            gap = bool(text)
            text += "亿" if power == 2 and text else ""  # 壹万亿: the 亿 of 万 is said
            continue
        if text and (gap or group < 1_000):
            text += "零"
        text += _chinese_group(group) + _GROUPS[power]
        gap = False
    return text


def _chinese_group(group: int) -> str:
    text = ""
    gap = False
    for power in (3, 2, 1, 0):
        digit = group // 10**power % 10
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[power]
            gap = False
        else:
            gap = bool(text)
    return text


def _english(number: int) -> str:
    if not number:
        return _ONES[0]
    parts: list[str] = []
    for power in _POWERS:
        number, group = divmod(number, 1000)
        if group:
            parts.insert(0, f"{_english_group(group)} {power}".rstrip())
        if not number:
            break
    return " ".join(parts)


def _english_group(group: int) -> str:
    hundreds, rest = divmod(group, 100)
    parts = [f"{_ONES[hundreds]} hundred"] if hundreds else []
    if rest:
        tens, ones = divmod(rest, 10)
        low = _ONES[rest] if rest < 20 else _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
        parts.append(low)
    return " ".join(parts)
