"""In: names and widths of fixed fields. Out: octets of values, and values of octets. Pure.

CMPP writes every packet as fields of fixed width: unsigned numbers, big-endian, and texts filled
up with zeros.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = int | str | bytes


@dataclass(frozen=True, slots=True)
class Number:
    """An unsigned number."""

    name: str
    width: int
    """[byte]"""


@dataclass(frozen=True, slots=True)
class Text:
    """ASCII, filled up with zeros."""

    name: str
    width: int
    """[byte]"""


@dataclass(frozen=True, slots=True)
class Octets:
    """Octets as they are."""

    name: str
    width: int
    """[byte]"""


@dataclass(frozen=True, slots=True)
class Counted:
    """Octets as they are, as many as the number before them says."""

    name: str


Field: TypeAlias = Number | Text | Octets | Counted


def packed(fields: Sequence[Field], values: Mapping[str, Value]) -> bytes:
    """Return the octets of some values; what is not given is zero or empty.

    Raises:
        ValueError: A value does not fit its field.
    """
    return b"".join(_packed(field, values.get(field.name)) for field in fields)


def _packed(field: Field, value: Value | None) -> bytes:
    match field, value:
        case Number(width=width), None:
            return bytes(width)
        case Number(width=width), int():
            try:
                return value.to_bytes(width, "big")
            except OverflowError as error:
                raise ValueError(f"{field.name} {value} is wider than {width} bytes") from error
        case Text(width=width) | Octets(width=width), None:
            return bytes(width)
        case Text(width=width), str():
            return _filled(field.name, value.encode("ascii"), width)
        case Octets(width=width), bytes():
            return _filled(field.name, value, width)
        case Counted(), bytes():
            return _packed(Number(field.name, 1), len(value)) + value
        case _:
            raise ValueError(f"{field.name} cannot be {value!r}")


def _filled(name: str, octets: bytes, width: int) -> bytes:
    if len(octets) > width:
        raise ValueError(f"{name} has {len(octets)} bytes, its field {width}")
    return octets.ljust(width, b"\0")


def unpacked(fields: Sequence[Field], octets: bytes) -> dict[str, Value]:
    """Return the values of octets; a text ends at its first zero.

    Raises:
        ValueError: There are fewer or more octets than the fields have.
    """
    found: dict[str, Value] = {}
    at = 0
    for field in fields:
        if isinstance(field, Counted):
            if at >= len(octets):
                raise ValueError(f"it ends before {field.name}")
            width = octets[at]
            at += 1
        else:
            width = field.width
        part = octets[at : at + width]
        if len(part) < width:
            raise ValueError(f"it ends in {field.name}")
        at += width
        match field:
            case Number():
                found[field.name] = int.from_bytes(part, "big")
            case Text():
                found[field.name] = part.split(b"\0", 1)[0].decode("ascii", "replace")
            case Octets() | Counted():
                found[field.name] = part
    if at != len(octets):
        raise ValueError(f"{len(octets) - at} bytes follow the last field")
    return found
