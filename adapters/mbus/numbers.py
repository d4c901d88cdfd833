"""In: the bytes of a record. Out: an exact number, a text or an instant, or none. Pure.

No float arises: a binary floating-point value is taken apart into the fraction it stands for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from adapters.bcd import number as plain_number
from adapters.mbus.records import BCD_DOWN, BCD_UP, BINARY, LAST_TEXT, VARIABLE_SIZE, Record

BINARY_CODINGS = frozenset({1, 2, 3, 4, 6, 7})
BCD_CODINGS = frozenset({9, 10, 11, 12, 14})
REAL = 5
MINUS = 0xF
DATE_SIZE, MINUTES_SIZE, SECONDS_SIZE = 2, 4, 6


def number_of(record: Record) -> Fraction | None:
    """Return what the record's bytes count; None when the meter gives no number.

    Args:
        record: The record; its unit is not looked at.
    """
    if record.coding in BINARY_CODINGS:
        return _signed(record.octets)
    if record.coding in BCD_CODINGS:
        return _bcd(record.octets)
    if record.coding == REAL:
        return _real(int.from_bytes(record.octets, "little"))
    if record.coding == VARIABLE_SIZE and record.octets:
        if record.size_octet in BCD_UP:
            return _or_none(plain_number(record.octets), 1)
        if record.size_octet in BCD_DOWN:
            return _or_none(plain_number(record.octets), -1)
        if record.size_octet in BINARY:
            return _signed(record.octets)
    return None


def flags_of(record: Record) -> int | None:
    """Return the record's bytes as bits; None when it holds no binary or decimal number."""
    if record.coding in BINARY_CODINGS:
        return int.from_bytes(record.octets, "little")
    if record.coding in BCD_CODINGS:
        return plain_number(record.octets)
    return None


def text_of(record: Record) -> str:
    """Return the record's text; empty when it holds none."""
    if record.coding != VARIABLE_SIZE or record.size_octet > LAST_TEXT:
        return ""
    return record.octets[::-1].decode("latin-1").strip("\0 ")


def instant_of(record: Record, zone: ZoneInfo) -> datetime | None:
    """Return the instant in a date (midnight), or date and time; None when there is none.

    An hour that happens twice is told apart by the meter's bit for summer time; else the bit is
    not used, for many meters never set it.

    Args:
        record: A record of type G (2 bytes), F (4) or I (6).
        zone: Zone of the meter's clock.
    """
    octets = record.octets
    if record.coding not in BINARY_CODINGS:
        return None
    if len(octets) == DATE_SIZE:
        return _instant(_date(octets[0], octets[1], 0), (0, 0, 0), zone)
    if len(octets) == MINUTES_SIZE and not octets[0] & 0x80:
        date = _date(octets[2], octets[3], octets[1] >> 5 & 3)
        clock = (octets[1] & 0x1F, octets[0] & 0x3F, 0)
        return _instant(date, clock, zone, summer=bool(octets[1] & 0x80))
    if len(octets) == SECONDS_SIZE and not octets[1] & 0x80:
        clock = (octets[2] & 0x1F, octets[1] & 0x3F, octets[0] & 0x3F)
        date = _date(octets[3], octets[4], 0)
        return _instant(date, clock, zone, summer=bool(octets[0] & 0x40))
    return None


def _signed(octets: bytes) -> Fraction | None:
    """Return a signed number; the one below all others is the sign for no value."""
    value = int.from_bytes(octets, "little", signed=True)
    return None if value == -(1 << 8 * len(octets) - 1) else Fraction(value)


def _bcd(octets: bytes) -> Fraction | None:
    """Return a decimal number; F in its first place is a minus, other halves above 9 are none."""
    if octets[-1] >> 4 != MINUS:
        return _or_none(plain_number(octets), 1)
    return _or_none(plain_number(octets[:-1] + bytes((octets[-1] & 0x0F,))), -1)


def _or_none(value: int | None, sign: int) -> Fraction | None:
    return None if value is None else Fraction(sign * value)


def _real(bits: int) -> Fraction | None:
    """Return the fraction that a 32-bit floating-point number stands for."""
    sign, exponent, mantissa = bits >> 31, bits >> 23 & 0xFF, bits & 0x7FFFFF
    if exponent == 0xFF:
        return None
    whole = mantissa | (0x800000 if exponent else 0)
    value = Fraction(whole) * Fraction(2) ** (max(exponent, 1) - 150)
    return -value if sign else value


def _date(first: int, second: int, century: int) -> tuple[int, int, int]:
    """Return year, month and day; two digits up to 80 are of this century."""
    two = first >> 5 | (second & 0xF0) >> 1
    year = 1900 + 100 * century + two if century else two + (2000 if two <= 80 else 1900)
    return year, second & 0x0F, first & 0x1F


def _instant(
    date: tuple[int, int, int], clock: tuple[int, int, int], zone: ZoneInfo, *, summer: bool = True
) -> datetime | None:
    try:
        local = datetime(*date, *clock, tzinfo=zone, fold=0 if summer else 1)
    except ValueError:
        return None
    return local.astimezone(UTC)
