"""In: the text of a short message. Out: its alphabet, its segments, its octets, and back. Pure.

3GPP TS 23.038: a text whose signs all stand in the GSM alphabet takes 7 bits a sign (160 in one
message, 153 in a segment of a chain), any other 16 bits (70 and 67). A sign of the extension table
takes two septets, one beyond the basic plane two halves of UTF-16: neither is ever cut in two.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM 7-bit default alphabet (TS 23.038, 6.2.1); a sign's place is its septet."""
EXTENSION = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F,
    "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
"""Signs behind an escape (TS 23.038, 6.2.1.1)."""
ESCAPE = 0x1B
MOST_SEGMENTS = 255
"""Of a chain: the header counts them in one octet."""

_SEPTETS = {sign: bytes([place]) for place, sign in enumerate(BASIC) if place != ESCAPE} | {
    sign: bytes([ESCAPE, place]) for sign, place in EXTENSION.items()
}
_EXTENDED = {place: sign for sign, place in EXTENSION.items()}


class Alphabet(StrEnum):
    """How the signs of a short message are written."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


ALONE = {Alphabet.GSM7: 160, Alphabet.UCS2: 70}
"""Units of one message: septets, or halves of UTF-16."""
CHAINED = {Alphabet.GSM7: 153, Alphabet.UCS2: 67}
"""Units of a segment of a chain: six octets are its header."""


def alphabet_of(text: str) -> Alphabet:
    """Return the alphabet in which a text is sent."""
    return Alphabet.GSM7 if all(sign in _SEPTETS for sign in text) else Alphabet.UCS2


def segments_of(text: str, alphabet: Alphabet | None = None) -> tuple[str, ...]:
    """Return a text cut into the segments in which it is sent; one of "" where it is empty.

    Args:
        text: The whole text.
        alphabet: In which it is sent; None is that of the text.
    """
    alphabet = alphabet or alphabet_of(text)
    units = _units_of(alphabet)
    if sum(map(units, text)) <= ALONE[alphabet]:
        return (text,)
    return _cut(text, CHAINED[alphabet], units)


def segment_count(text: str) -> int:
    """Return how many segments a text is sent in, at least 1."""
    return len(segments_of(text))


def septets_of(text: str) -> bytes:
    """Return the septets of a text of the GSM alphabet, one in an octet, not packed."""
    return b"".join(_SEPTETS[sign] for sign in text)


def of_septets(septets: bytes) -> str:
    """Return the text of septets, one in an octet; an unknown extension is a space (TS 23.038)."""
    text, escaped = [], False
    for septet in septets:
        if escaped:
            text.append(_EXTENDED.get(septet, " "))
        elif septet != ESCAPE:
            text.append(BASIC[septet & 0x7F])
        escaped = septet == ESCAPE and not escaped
    return "".join(text)


def chain_header(reference: int, number: int, place: int) -> bytes:
    """Return the user data header of a segment of a chain. [6 octets].

    Args:
        reference: Same in all segments of one text, 0 to 255.
        number: Of all segments.
        place: Of this one, from 1.
    """
    return bytes([5, 0, 3, reference, number, place])


def _units_of(alphabet: Alphabet) -> Callable[[str], int]:
    if alphabet is Alphabet.GSM7:
        return lambda sign: len(_SEPTETS[sign])
    return lambda sign: 1 if ord(sign) <= 0xFFFF else 2


def _cut(text: str, most: int, units: Callable[[str], int]) -> tuple[str, ...]:
    found, begun, taken = [], 0, 0
    for place, sign in enumerate(text):
        wide = units(sign)
        if taken + wide > most:
            found.append(text[begun:place])
            begun, taken = place, 0
        taken += wide
    return (*found, text[begun:])
