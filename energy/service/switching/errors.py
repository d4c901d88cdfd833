"""In: nothing. Out: why a switching order or its template is refused. Pure."""

from __future__ import annotations

from typing import Final

from energy.base.errors import RefusedError

LONGEST: Final = 300
"""Of what is said in words. [sign]"""


class SwitchingError(RefusedError):
    """An act on a switching order or a template was refused; nothing was written."""

    code = "switching"
    PART = "why.switching"


def worded(text: str, *, least: int = 1) -> str:
    """Return what somebody says in words, on one line.

    Args:
        text: As it was typed.
        least: Characters that are wanted.

    Raises:
        SwitchingError: There are fewer, or too many.
    """
    said = " ".join(text.split())
    if not least <= len(said) <= LONGEST:
        raise SwitchingError.of("words", most=LONGEST)
    return said
