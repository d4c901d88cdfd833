"""In: what is wrong with a formula and where. Out: an error with row, column and caret. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Self

from energy.base.errors import RefusedError
from energy.base.text import tell

_SHOWN = 60
"""Most characters of the text that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a text."""

    offset: int
    """From 0. [character]"""
    row: int
    """From 1."""
    column: int
    """From 1. [character]"""
    shown: str
    """What stands around it, in one row."""
    caret: str
    """Blanks and a caret that stands below it."""


class FormulaError(RefusedError):
    """A formula is refused; nothing was written."""

    code = "formula"
    spot: Spot | None = None

    @classmethod
    def at(cls, key: str, text: str, offset: int, /, **values: object) -> Self:
        """Return the error of a place in a text.

        Args:
            key: Of the text, without its part: `formula.unknown`.
            text: The formula.
            offset: Where it is wrong. [character]
            values: What fills the places of the text.
        """
        found = spot_of(text, offset)
        message = tell(
            "why.formula.at",
            cause=tell(f"why.{key}", **values),
            row=found.row,
            column=found.column,
            shown=found.shown,
            caret=found.caret,
        )
        error = cls(str(message))
        error.message, error.spot = message, found
        error.code = key
        return error


def spot_of(text: str, offset: int) -> Spot:
    """Return a place in a text; only what stands around it is looked at, and the rows before."""
    offset = min(offset, len(text))
    begins = text.rfind("\n", 0, offset) + 1
    left = max(begins, offset - _SHOWN // 2)
    ends = text.find("\n", offset, left + _SHOWN)
    right = min(left + _SHOWN, len(text)) if ends < 0 else ends
    before, behind = _plain(text[left:offset]), _plain(text[offset:right])
    return Spot(
        offset=offset,
        row=text.count("\n", 0, offset) + 1,
        column=offset - begins + 1,
        shown=before + behind,
        caret=" " * _width(before) + "^",
    )


def named_character(character: str) -> str:
    """Return how a character is spoken of: itself where it can be seen, its number and name."""
    name = unicodedata.name(character, "no character")
    seen = f"{character!r}, " if character.isprintable() else ""
    return f"{seen}U+{ord(character):04X} {name}"


def _plain(text: str) -> str:
    """Return a text in which what cannot be seen is a blank."""
    return "".join(each if each.isprintable() else " " for each in text)


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(unicodedata.combining(each) != 0 for each in text)
