"""In: words. Out: the same on one line, or why an act on an assured event is refused. Pure."""

from __future__ import annotations

from typing import Final

from energy.base.errors import RefusedError

LONGEST: Final = 300
"""Of what is said in words. [sign]"""


class AssuranceError(RefusedError):
    """An act on an assured event, or one that it forbids, was refused; nothing was written."""

    code = "assurance"
    PART = "why.assurance"


def worded(text: str) -> str:
    """Return what somebody says in words, on one line.

    Raises:
        AssuranceError: There are no words, or too many.
    """
    said = " ".join(text.split())
    if not said or len(said) > LONGEST:
        raise AssuranceError.of("words", most=LONGEST)
    return said
