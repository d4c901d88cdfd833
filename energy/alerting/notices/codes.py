"""In: an alert, the text of a reply. Out: its short code, and what the reply asks for. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

SIGNS = "23456789"
"""Digits that no ear takes for another, typed on any telephone."""
LENGTH = 5
_CODE = re.compile(rf"(?<!\d)[{SIGNS}]{{{LENGTH}}}(?!\d)")
_OUT = frozenset({"stop", "td", "t", "r", "退订", "unsubscribe", "拒收"})
_IN = frozenset({"start", "订阅"})


def short_code(alert: UUID) -> str:
    """Return the code that acknowledges an alert by a reply.

    32,768 codes: only alerts that the sender was told of are looked at, and a code that means two
    of them acknowledges neither.
    """
    number = int.from_bytes(hashlib.sha256(alert.bytes).digest()[:8])
    signs = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(SIGNS))
        signs.append(SIGNS[place])
    return "".join(signs)


class Wish(StrEnum):
    """What a reply asks for."""

    ACKNOWLEDGE = "acknowledge"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    UNREAD = "unread"
    """Nothing that we know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A reply, read."""

    wish: Wish
    codes: tuple[str, ...] = ()


def asked_by(text: str) -> Asked:
    """Return what a reply asks for; signs of full width are read as their plain ones."""
    plain = text.translate({0xFF10 + n: str(n) for n in range(10)}).strip()
    word = plain.casefold().strip(" .!。！")
    if word in _OUT:
        return Asked(wish=Wish.OPT_OUT)
    if word in _IN:
        return Asked(wish=Wish.OPT_IN)
    codes = tuple(dict.fromkeys(_CODE.findall(plain)))
    return Asked(wish=Wish.ACKNOWLEDGE, codes=codes) if codes else Asked(wish=Wish.UNREAD)
