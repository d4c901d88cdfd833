"""In: nothing. Out: why a supply case is refused. Pure."""

from __future__ import annotations

from typing import Final

from energy.base.errors import RefusedError

LONGEST: Final = 300
"""Of what is said in words. [sign]"""


class CaseError(RefusedError):
    """An act on a supply case was refused; nothing was written."""

    code = "supply_case"
    PART = "why.supply_case"


def worded(text: str, *, needed: bool = True) -> str:
    """Return what somebody says in words, on one line.

    Args:
        text: As it was typed.
        needed: Whether something must be said.

    Raises:
        CaseError: There are no words where some are needed, or too many.
    """
    said = " ".join(text.split())
    if (needed and not said) or len(said) > LONGEST:
        raise CaseError.of("words", most=LONGEST)
    return said
