"""In: nothing. Out: why a patrol round is refused. Pure."""

from __future__ import annotations

from typing import Final

from energy.base.errors import RefusedError

LONGEST: Final = 300
"""Of what is said in words. [sign]"""


class PatrolError(RefusedError):
    """An act on a patrol round or its plan was refused; nothing was written."""

    code = "patrol"
    PART = "why.patrol"


def worded(text: str, *, needed: bool = True) -> str:
    """Return what somebody says in words, on one line.

    Args:
        text: As it was typed.
        needed: Whether something must be said.

    Raises:
        PatrolError: There are no words where some are needed, or too many.
    """
    said = " ".join(text.split())
    if (needed and not said) or len(said) > LONGEST:
        raise PatrolError.of("words", most=LONGEST)
    return said
