"""In: words. Out: the same on one line, or why an inspection is refused. Pure."""

from __future__ import annotations

from typing import Final

from energy.base.errors import RefusedError

LONGEST: Final = 300
"""Of what is said in words. [sign]"""


class InspectionError(RefusedError):
    """An act on a suspicion, an inspection or its rules was refused; nothing was written."""

    code = "inspection"
    PART = "why.inspection"


def worded(text: str) -> str:
    """Return what somebody says in words, on one line.

    Raises:
        InspectionError: There are no words, or too many.
    """
    said = " ".join(text.split())
    if not said or len(said) > LONGEST:
        raise InspectionError.of("words", most=LONGEST)
    return said
