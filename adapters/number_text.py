"""In: a text and the declared way in which its number is written. Out: the exact number. Pure.

Shared by everything that maps foreign texts (MQTT messages, files): only the declared format
counts. "1,234.5" is a number where the mapping says so, and none everywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

MAX_DIGITS = 40
"""Most characters of a number: more is no measurement."""
MAX_POWER = 40
"""Largest power of ten of a fraction: 1e999999999 would fill the memory."""
_FAR_POWER = re.compile(r"[eE][+-]?0*\d{3}")
LARGEST_RATIO = 10**6
"""Largest ratio, multiplier or weight there is; its reciprocal is the smallest."""
Ratio = tuple[int, int]
"""Numerator and denominator of an exact number."""


class NumberFormat(StrEnum):
    """How a number is written; no other way of writing is accepted."""

    INTEGER = "integer"
    """A JSON number without fraction."""
    JSON = "json"
    """A JSON number."""
    SWITCH = "switch"
    """JSON's true and false: 1 and 0 of a state."""
    PLAIN = "plain"
    """A text like "-1234.5"."""
    POINT = "1,234.5"
    """A text: comma between thousands, point before the fraction."""
    COMMA = "1.234,5"
    """A text: point between thousands, comma before the fraction."""
    COMMA_ONLY = "1234,5"
    """A text: comma before the fraction."""
    SPACE = "1 234,5"
    """A text: space (also a narrow or fixed one) between thousands, comma before the fraction."""
    APOSTROPHE = "1'234.5"
    """A text: apostrophe between thousands, point before the fraction."""


WRITTEN: frozenset[NumberFormat] = frozenset(NumberFormat) - {
    NumberFormat.INTEGER,
    NumberFormat.JSON,
    NumberFormat.SWITCH,
}
"""Formats of texts; the others are JSON's own."""


def _shape(thousands: str, point: str) -> re.Pattern[str]:
    grouped = rf"\d{{1,3}}(?:{thousands}\d{{3}})+|" if thousands else ""
    return re.compile(rf"([+-]?(?:{grouped}\d+))(?:{point}(\d+))?", re.ASCII)


_SPACES = "[ \u00a0\u202f\u2009]"
_SHAPES: Mapping[NumberFormat, re.Pattern[str]] = {
    NumberFormat.PLAIN: _shape("", r"\."),
    NumberFormat.POINT: _shape(",", r"\."),
    NumberFormat.COMMA: _shape(r"\.", ","),
    NumberFormat.COMMA_ONLY: _shape("", ","),
    NumberFormat.SPACE: _shape(_SPACES, ","),
    NumberFormat.APOSTROPHE: _shape("['\u2019]", r"\."),
}
_POINTS = {
    form: "." if form in {NumberFormat.PLAIN, NumberFormat.POINT, NumberFormat.APOSTROPHE} else ","
    for form in NumberFormat
}
_GROUPING = str.maketrans("", "", ",. \u00a0\u202f\u2009'\u2019")


def digits_in(text: str, form: NumberFormat) -> tuple[int, int] | None:
    """Return a number as whole digits and how many of them stand behind the point; None when wrong.

    "1.234,50" in the format "1.234,5" is (123450, 2). The fast way for millions of cells.

    Args:
        text: Without spaces around it.
        form: One of WRITTEN.
    """
    if len(text) > MAX_DIGITS:
        return None
    whole, point, fraction = text.partition(_POINTS[form])
    if text.isascii() and whole.isdecimal() and (fraction.isdecimal() or not point):
        return int(whole + fraction), len(fraction)  # no sign, no grouping: most of all cells
    match = _SHAPES[form].fullmatch(text)
    if match is None:
        return None
    whole, fraction = match.groups()
    if fraction is None:
        return int(whole.translate(_GROUPING)), 0
    return int(whole.translate(_GROUPING) + fraction), len(fraction)


def ratio_in(text: str, form: NumberFormat) -> Ratio | None:
    """Return the exact number a text is; None when it is not written in the format.

    Args:
        text: Without spaces around it.
        form: One of WRITTEN.
    """
    found = digits_in(text, form)
    if found is None:
        return None
    return Fraction(found[0], 10 ** found[1]).as_integer_ratio()


def exact_number(value: object) -> Fraction | None:
    """Return the number that a text of ours writes exactly, "0.01" or "1/3"; None when it is none.

    Args:
        value: As a TOML file has it: only a text is exact, a float is not.
    """
    if not isinstance(value, str) or len(value) > MAX_DIGITS:
        return None
    if "_" in value or _FAR_POWER.search(value):  # Python takes 1_0 for 10, and 1e9_9 for 1e99
        return None
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError):
        return None


def exact_ratio(text: str) -> Fraction | None:
    """Return the ratio, multiplier or weight that a text writes; None when it can be none.

    Args:
        text: "40", "2000/5", "0.01": what a person types.
    """
    number = exact_number(text)
    if number is None or not Fraction(1, LARGEST_RATIO) <= number <= LARGEST_RATIO:
        return None
    return number


def bounded_decimal(text: str) -> Decimal | None:
    """Return a number written plainly; None when it is longer or larger than any measurement."""
    if len(text) > MAX_DIGITS:
        return None
    try:
        number = Decimal(text)
    except ArithmeticError:  # an exponent beyond what a Decimal holds
        return None
    return number if abs(number.adjusted()) <= MAX_POWER else None
