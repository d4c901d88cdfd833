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


def worded(text: str) -> str:
    """Return what somebody says in words, on one line.

    Raises:
        SwitchingError: There are no words, or too many.
    """
    said = " ".join(text.split())
    if not said or len(said) > LONGEST:
        raise SwitchingError.of("words", most=LONGEST)
    return said
