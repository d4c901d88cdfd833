"""In: nothing. Out: why an act on a request is refused. Pure."""

from __future__ import annotations

from typing import Final

from energy.base.errors import RefusedError
from energy.base.text import Key
from energy.service.requests.kinds import RequestState

_LONGEST: Final = 2000
"""Of what is said in words. [sign]"""


class RequestError(RefusedError):
    """An act on a request or an article was refused; nothing was written."""

    code = "request"
    PART = "why.request"


def said(words: str) -> str:
    """Return what somebody said, without the blanks around it.

    Raises:
        RequestError: There are no words, or too many.
    """
    plain = words.strip()
    if not 1 <= len(plain) <= _LONGEST:
        raise RequestError.of("words", most=_LONGEST)
    return plain


def said_state(state: RequestState) -> Key:
    """Return how a state is said, in the language of whoever reads the refusal."""
    return Key(f"cli.request_state.{state}")
