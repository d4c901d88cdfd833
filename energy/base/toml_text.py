"""In: text. Out: the table that it is in TOML, or why it is none. Pure.

Whatever reads TOML that a person wrote reads it here, so that a text which no reader should ever
meet (lists 5,000 deep, a number of 5,000 digits) is refused like any other that is no TOML.
"""

from __future__ import annotations

import tomllib
from typing import Any

WIDEST = 64
"""Of a whole number of TOML. [bit]"""
LONGEST = 160
"""Of a parser's own words. [sign]"""


class NoTomlError(ValueError):
    """A text is no TOML; says why, for the reader's own error."""


def toml_of(text: str) -> dict[str, Any]:
    """Return the table that a text is.

    Args:
        text: TOML.

    Raises:
        NoTomlError: It is none.
    """
    try:
        table = tomllib.loads(text)
    except RecursionError as error:
        raise NoTomlError("its lists or tables lie too deep in each other") from error
    except ValueError as error:  # a TOMLDecodeError is one, too; so is a number without end
        raise NoTomlError(_short(str(error))) from error
    if _has_wide_number(table):
        raise NoTomlError(f"a whole number has more than {WIDEST} bits")
    return table


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _has_wide_number(table: dict[str, Any]) -> bool:
    """Return whether a number is wider than TOML's own: no message could write it out."""
    todo: list[object] = [table]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, list):
            todo += value
        elif isinstance(value, int) and not -(2 ** (WIDEST - 1)) <= value < 2 ** (WIDEST - 1):
            return True
    return False
