"""In: words. Out: the same on one line, or why an act on a contingency plan is refused. Pure."""

from __future__ import annotations

from typing import Final

from energy.base.errors import RefusedError

LONGEST: Final = 300
"""Of what is said in words. [sign]"""


class ContingencyError(RefusedError):
    """An act on a contingency plan or an activation was refused; nothing was written."""

    code = "contingency"
    PART = "why.contingency"


def worded(text: str) -> str:
    """Return what somebody says in words, on one line.

    Raises:
        ContingencyError: There are no words, or too many.
    """
    said = " ".join(text.split())
    if not said or len(said) > LONGEST:
        raise ContingencyError.of("words", most=LONGEST)
    return said
