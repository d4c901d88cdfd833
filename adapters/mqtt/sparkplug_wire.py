"""In: the bytes of a Sparkplug B payload. Out: its metrics, or a refusal. Pure.

A reader of the protobuf wire format for this one message (field numbers of sparkplug_b.proto);
what else a payload holds (data sets, templates, files) is stepped over. Tested against the
`protobuf` package; docs/decisions/0030-mqtt-mapping.md says why it is ours.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from adapters.mqtt.mapping_values import SingleFloat
from adapters.mqtt.payload import Reason, RefusedError

INT8, INT16, INT32, INT64 = 1, 2, 3, 4
UINT8, UINT16, UINT32, UINT64 = 5, 6, 7, 8
FLOAT, DOUBLE, BOOLEAN = 9, 10, 11
_BITS = {INT8: 8, INT16: 16, INT32: 32, INT64: 64, UINT8: 8, UINT16: 16, UINT32: 32, UINT64: 64}
_SIGNED = {INT8, INT16, INT32, INT64}
MOST_METRICS = 20_000
"""Most metrics of one payload."""
_F32, _F64 = struct.Struct("<f"), struct.Struct("<d")
Field = tuple[int, int | bytes]
"""Number and content of a field: a whole number or bytes."""
Content = int | Decimal | str | None
"""A number, a text that is no number, or nothing; integers are unsigned as they came."""


class Metric(NamedTuple):
    """One metric as it was sent; to understand a data message its birth is needed."""

    name: str | None
    alias: int | None
    timestamp: int | None
    """[ms since 1970]"""
    datatype: int | None
    historical: bool
    null: bool
    content: Content
    unit: str | None
    """Property engUnit."""
    quality: int | None
    """Property Quality: 192 good, 0 bad, 500 stale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkplugPayload:
    """A whole payload."""

    timestamp: int | None
    """[ms since 1970]"""
    seq: int | None
    metrics: tuple[Metric, ...]


def read_sparkplug(payload: bytes) -> SparkplugPayload:
    """Return the metrics of a payload.

    Raises:
        RefusedError: It is no Sparkplug B payload.
    """
    timestamp: int | None = None
    seq: int | None = None
    metrics: list[Metric] = []
    try:
        for number, content in _fields(payload):
            if number == 1:
                timestamp = _whole(content)
            elif number == 2:
                metrics.append(_metric(_raw(content)))
            elif number == 3:
                seq = _whole(content)
    except (_BrokenError, UnicodeDecodeError, struct.error) as error:
        detail = f"no Sparkplug B payload: {error}"
        raise RefusedError(Reason.NOT_SPARKPLUG, detail[:300]) from error
    if len(metrics) > MOST_METRICS:
        raise RefusedError(Reason.TOO_LARGE, f"more than {MOST_METRICS} metrics")
    return SparkplugPayload(timestamp=timestamp, seq=seq, metrics=tuple(metrics))


def signed(number: int, datatype: int) -> int:
    """Return an integer metric by its type: two's complement for the signed ones.

    Args:
        number: As it came, unsigned.
        datatype: INT8 to UINT64.
    """
    bits = _BITS[datatype]
    number &= (1 << bits) - 1
    return number - (1 << bits) if datatype in _SIGNED and number >> (bits - 1) else number


def is_integer(datatype: int) -> bool:
    """Return whether a type is one of the integers."""
    return datatype in _BITS


def rebirth_request(at_ms: int) -> bytes:
    """Return the payload that asks a gateway for its birth ("Node Control/Rebirth" = true).

    Args:
        at_ms: The present instant. [ms since 1970]
    """
    stamp = _varint_of(at_ms)
    name = b"Node Control/Rebirth"
    metric = b"\x0a" + _varint_of(len(name)) + name + b"\x18" + stamp + b"\x20\x0b\x70\x01"
    return b"\x08" + stamp + b"\x12" + _varint_of(len(metric)) + metric


class _BrokenError(Exception):
    """The bytes do not keep to the wire format."""


def _metric(raw: bytes) -> Metric:
    fields: dict[int, int | bytes] = dict(_fields(raw))
    properties = fields.get(9)
    known = _properties(properties) if isinstance(properties, bytes) else {}
    unit, quality = known.get("engUnit"), known.get("Quality")
    return Metric(
        name=_text(fields.get(1)),
        alias=_optional(fields.get(2)),
        timestamp=_optional(fields.get(3)),
        datatype=_optional(fields.get(4)),
        historical=bool(fields.get(5)),
        null=bool(fields.get(7)),
        content=_content(fields),
        unit=unit if isinstance(unit, str) else None,
        quality=quality if isinstance(quality, int) else None,
    )


def _content(fields: dict[int, int | bytes], first: int = 10) -> Content:
    """Return the value of a metric or property, whose fields begin at a number."""
    for number in (first, first + 1):
        if number in fields:
            return _whole(fields[number])
    if first + 2 in fields:
        (single,) = _F32.unpack(_raw(fields[first + 2]))
        return SingleFloat(single) if single - single == 0 else str(single)
    if first + 3 in fields:
        (double,) = _F64.unpack(_raw(fields[first + 3]))
        return Decimal(double) if double - double == 0 else str(double)
    if first + 4 in fields:
        return int(bool(fields[first + 4]))
    return _text(fields.get(first + 5))


def _properties(raw: bytes) -> dict[str, Content]:
    names: list[str] = []
    values: list[Content] = []
    for number, content in _fields(raw):
        if number == 1:
            names.append(_raw(content).decode("utf-8"))
        elif number == 2:
            values.append(_content(dict(_fields(_raw(content))), first=3))
    return dict(zip(names, values, strict=False))


def _fields(raw: bytes) -> list[Field]:
    """Return the fields of a message, in their order."""
    found: list[Field] = []
    at, end = 0, len(raw)
    while at < end:
        tag, at = (raw[at], at + 1) if raw[at] < 0x80 else _varint(raw, at)
        number, wire = tag >> 3, tag & 7
        if not number:
            raise _BrokenError(f"field number 0 before byte {at}")
        if wire == 0:
            value, at = _varint(raw, at)
            found.append((number, value))
            continue
        if wire == 2:
            size, at = _varint(raw, at)
        elif wire in {1, 5}:
            size = 8 if wire == 1 else 4
        else:
            raise _BrokenError(f"wire type {wire} before byte {at}")
        if size > end - at:
            raise _BrokenError(f"the field at byte {at} ends behind the payload")
        found.append((number, raw[at : at + size]))
        at += size
    return found


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while shift < 70 and at < len(raw):
        octet = raw[at]
        at += 1
        if octet < 0x80:
            return (value | octet << shift) & 0xFFFF_FFFF_FFFF_FFFF, at
        value |= (octet & 0x7F) << shift
        shift += 7
    raise _BrokenError(f"the number before byte {at} has no end")


def _varint_of(number: int) -> bytes:
    octets = bytearray()
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*octets, number))


def _whole(content: int | bytes) -> int:
    if not isinstance(content, int):
        raise _BrokenError("bytes where a whole number must stand")
    return content


def _optional(content: int | bytes | None) -> int | None:
    return None if content is None else _whole(content)


def _raw(content: int | bytes) -> bytes:
    if not isinstance(content, bytes):
        raise _BrokenError("a whole number where bytes must stand")
    return content


def _text(content: int | bytes | None) -> str | None:
    return None if content is None else _raw(content).decode("utf-8")
