"""In: a JSON text. Out: its value, strictly read, or what is wrong with it. Pure.

Strict: depth before anything else, then JSON without NaN or duplicate keys. Fractions stay exact:
they become decimals, never floats. Shared by messages and files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NoReturn

from adapters.number_text import MAX_DIGITS, bounded_decimal

MAX_DEPTH = 8
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


class StrictJsonError(ValueError):
    """A text is no JSON that is read; says why."""


class TooDeepError(StrictJsonError):
    """It is nested deeper than anything that is measured."""


class DuplicateKeyError(StrictJsonError):
    """A name stands twice in one object: which one is meant nobody knows."""


def parse_json(text: str) -> object:
    """Return the value of a JSON text: objects, lists, texts, int, Decimal, bool, None.

    Raises:
        StrictJsonError: It is nested too deep, has a name twice or is no strict JSON.
    """
    _limit_depth(text)
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_constant=_no_constant,
            parse_float=_decimal,
        )
    except StrictJsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise StrictJsonError(f"no JSON: {error}") from error
    return value


def _limit_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for sign in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        if sign in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise TooDeepError(f"nested deeper than {MAX_DEPTH}; send a flatter message")
        else:
            depth -= 1


def _without_duplicates(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise DuplicateKeyError(f"field(s) {', '.join(twice)[:200]} stand twice")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _decimal(text: str) -> Decimal:
    number = bounded_decimal(text)
    if number is None:
        raise ValueError(f"{text[:MAX_DIGITS]} has more digits than any measurement")
    return number
