"""In: a file that describes something. Out: its text, its TOML, or why there is none. I/O: reads.

The error is the reader's own, so that it tells what the file should be and what to do next.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from adapters.errors import FaultyFileError

WIDEST = 64
"""Of a whole number of TOML. [bit]"""
LONGEST = 160
"""Of a parser's own words. [sign]"""


def text_in(path: Path, *, name: str, wrong: type[FaultyFileError]) -> str:
    """Return the text of a file.

    Args:
        path: The file.
        name: Its name for messages.
        wrong: Raised when it is no text.

    Raises:
        FaultyFileError: It cannot be read, or is not written in UTF-8.
    """
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise wrong(name, [f"{path} cannot be read: {error.strerror or error}"]) from error
    except UnicodeDecodeError as error:
        raise wrong(name, [f"no UTF-8: {error}"]) from error


def table_in(text: str, *, name: str, wrong: type[FaultyFileError]) -> dict[str, Any]:
    """Return the table that a text is.

    Args:
        text: TOML.
        name: Name of its file for messages.
        wrong: Raised when it is none.

    Raises:
        FaultyFileError: It is no TOML.
    """
    try:
        table = tomllib.loads(text)
    except RecursionError as error:
        raise wrong(name, ["no TOML: its lists or tables lie too deep in each other"]) from error
    except ValueError as error:  # a TOMLDecodeError is one, too; so is a number without end
        raise wrong(name, [f"no TOML: {_short(str(error))}"]) from error
    if _has_wide_number(table):
        raise wrong(name, [f"no TOML: a whole number has more than {WIDEST} bits"])
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
