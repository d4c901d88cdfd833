"""In: bytes of binary-coded decimals, lowest byte first. Out: whole numbers, or none. Pure.

Meters fill a value they cannot tell with FF, EE or other halves above nine: such a value is no
number, never a large one.
"""

from __future__ import annotations

SIGN = 0x80


def number(octets: bytes) -> int | None:
    """Return the number, None when a half-byte is above nine.

    Args:
        octets: Two digits each, lowest first.
    """
    text = octets[::-1].hex()
    return int(text) if text.isdecimal() else None


def signed_number(octets: bytes) -> int | None:
    """Return the number whose highest bit is its sign, None when a half-byte is above nine.

    Args:
        octets: Two digits each, lowest first; the top bit of the last is set below zero.
    """
    magnitude = number(octets[:-1] + bytes((octets[-1] & ~SIGN & 0xFF,)))
    if magnitude is None:
        return None
    return -magnitude if octets[-1] & SIGN else magnitude


def digits(octets: bytes) -> str:
    """Return the digits as text, highest first; halves above nine as letters."""
    return octets[::-1].hex().upper()


def octets_of(text: str) -> bytes:
    """Return the bytes of digits, lowest byte first.

    Args:
        text: An even number of digits (or A to F), highest first.
    """
    return bytes.fromhex(text)[::-1]
