"""In: nothing. Out: why work is refused. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from energy.base.errors import RefusedError
from energy.base.text import Key

_LONGEST: Final = 500
"""Of what is said in words. [sign]"""


class WorkError(RefusedError):
    """An act on an incident or a work order was refused; nothing was written."""

    code = "work"
    PART = "why.work"


def worded(text: str, what: str) -> str:
    """Return what somebody says in words, on one line.

    Args:
        text: As it was typed.
        what: Key of the text that says what is missing, in the part "why.work".

    Raises:
        WorkError: There are no words, or too many.
    """
    said = " ".join(text.split())
    if not said or len(said) > _LONGEST:
        raise WorkError.of(what, most=_LONGEST)
    return said


def said_state(state: StrEnum) -> Key:
    """Return how a state is said, in the language of whoever reads the refusal."""
    return Key(f"cli.work_state.{state}")
