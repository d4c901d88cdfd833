"""In: the text of a short message. Out: the parts it is sent in. Pure.

What stands in the alphabet of 3GPP TS 23.038 (GSM-7, 6.2.1 and its extension 6.2.1.1) goes as 160
septets, in a chain as 153 each; anything else as UCS-2, 70 units, in a chain 67. A sign of the
extension is two septets, a sign beyond the basic plane two units: neither is cut in two.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")


class Coding(StrEnum):
    """How the signs of a message are sent."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


_ALONE = {Coding.GSM7: 160, Coding.UCS2: 70}
_IN_A_CHAIN = {Coding.GSM7: 153, Coding.UCS2: 67}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """A message as it is sent."""

    coding: Coding
    parts: tuple[str, ...]
    """One at the least."""
    units: int
    """Septets or UCS-2 units of the whole text."""

    def __len__(self) -> int:
        """Return how many parts are paid for."""
        return len(self.parts)


def coding_of(text: str) -> Coding:
    """Return the smallest alphabet that has every sign of a text."""
    return Coding.GSM7 if _BASIC.union(_EXTENDED).issuperset(text) else Coding.UCS2


def segments_of(text: str) -> Segments:
    """Return the parts in which a text is sent.

    Args:
        text: With its signature.
    """
    coding = coding_of(text)
    sizes = [_size(sign, coding) for sign in text]
    units = sum(sizes)
    if units <= _ALONE[coding]:
        return Segments(coding=coding, parts=(text,), units=units)
    parts, first, filled = [], 0, 0
    for place, size in enumerate(sizes):
        if filled + size > _IN_A_CHAIN[coding]:
            parts.append(text[first:place])
            first, filled = place, 0
        filled += size
    return Segments(coding=coding, parts=(*parts, text[first:]), units=units)


def _size(sign: str, coding: Coding) -> int:
    """Return how many units a sign takes."""
    if coding is Coding.GSM7:
        return 2 if sign in _EXTENDED else 1
    return 2 if ord(sign) > 0xFFFF else 1
