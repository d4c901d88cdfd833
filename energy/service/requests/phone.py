"""In: telephone numbers as people write them. Out: whether two are the same one. Pure.

"+44 (0)20 7946 0000", "0044 20 79460000" and "020-7946-0000" are one number. A number without the
code of its country is held to be the same as one with it; two countries may then both answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from energy.service.requests.errors import RequestError

LEAST_DIGITS: Final = 3
"""Of an extension of the house."""
_LEAST_NATIONAL: Final = 7
"""Fewer digits are an extension, which is the same as itself alone."""
_LONGEST_CODE: Final = 3
"""Of a country (ITU-T E.164)."""
_TRUNK: Final = re.compile(r"\(0\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A telephone number."""

    digits: str
    """With the code of its country where that is known, else without the leading 0."""
    abroad: bool
    """Whether the code of its country is known."""

    def same(self, other: Phone) -> bool:
        """Return whether both are one number, as far as their digits tell."""
        if self.abroad == other.abroad:
            return self.digits == other.digits
        long, short = (self, other) if self.abroad else (other, self)
        if len(short.digits) < _LEAST_NATIONAL or not long.digits.endswith(short.digits):
            return False
        code = long.digits[: -len(short.digits)].removesuffix("0")  # Italy keeps the 0
        return 1 <= len(code) <= _LONGEST_CODE


def phone_of(text: str) -> Phone | None:
    """Return a number as somebody wrote it; None where it is none."""
    plain = _TRUNK.sub("", text).strip()
    digits = "".join(sign for sign in plain if sign.isdigit() and sign.isascii())
    if len(digits) < LEAST_DIGITS:
        return None
    if plain.startswith("+") or digits.startswith("00"):
        return Phone(digits=digits.removeprefix("00"), abroad=True)
    return Phone(digits=digits.removeprefix("0"), abroad=False)


def demanded(text: str) -> Phone:
    """Return a number as somebody wrote it.

    Raises:
        RequestError: It is none.
    """
    found = phone_of(text)
    if found is None:
        raise RequestError.of("number", number=text, least=LEAST_DIGITS)
    return found
