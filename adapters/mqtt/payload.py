"""In: the bytes of one message. Out: a pulse count with its time, or a refusal. Pure.

Strict: size before anything else, then UTF-8, depth, JSON without NaN or duplicate keys, an
integer count, an instant with its zone. A refusal says why and what would have been right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NoReturn

from energy.base.clock import to_us

MAX_BYTES = 16_384
"""Largest payload that is parsed. [byte]"""
MAX_DEPTH = 8
MAX_COUNT = 2**63 - 1
MAX_ID = 200
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=5)
"""How far a device's clock may run ahead of ours."""
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')


class Reason(StrEnum):
    """Why a message is refused."""

    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    TOO_DEEP = "too_deep"
    NOT_JSON = "not_json"
    DUPLICATE_KEY = "duplicate_key"
    NOT_AN_OBJECT = "not_an_object"
    MISSING_FIELD = "missing_field"
    WRONG_DEVICE = "wrong_device"
    WRONG_COUNT = "wrong_count"
    WRONG_TIME = "wrong_time"
    TIME_AHEAD = "time_ahead"
    TIME_TOO_OLD = "time_too_old"
    WRONG_ID = "wrong_id"
    UNKNOWN_TOPIC = "unknown_topic"
    UNKNOWN_DEVICE = "unknown_device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A message that gives no reading: why, and what to do."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseCount:
    """One register count of a pulse device at one instant."""

    device: str
    at_us: int
    """Instant by the device's clock. [us]"""
    count: int
    """Pulses counted since ever. [count]"""
    id: str


class _RefusedError(Exception):
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.refusal = Refusal(reason=reason, detail=detail)


def parse(payload: bytes, *, device: str, now: datetime) -> PulseCount | Refusal:
    """Return the count a message carries, or why it carries none.

    Args:
        payload: The message as it came.
        device: The device the topic names.
        now: The present instant, aware UTC.
    """
    try:
        fields = _object(payload)
        return PulseCount(
            device=_device(fields, device),
            at_us=to_us(_instant(fields, now)),
            count=_count(fields),
            id=_id(fields),
        )
    except _RefusedError as refused:
        return refused.refusal


def _object(payload: bytes) -> dict[str, object]:
    if len(payload) > MAX_BYTES:
        detail = f"{len(payload)} bytes; a count needs fewer than {MAX_BYTES}"
        raise _RefusedError(Reason.TOO_LARGE, detail)
    _limit_depth(payload)
    try:
        value = json.loads(
            payload.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_constant=_no_constant,
            parse_float=Decimal,
        )
    except UnicodeDecodeError as error:
        raise _RefusedError(Reason.NOT_UTF8, f"no UTF-8 at byte {error.start}") from error
    except ValueError as error:
        raise _RefusedError(Reason.NOT_JSON, f"no JSON: {error}") from error
    if not isinstance(value, dict):
        detail = f"a {type(value).__name__}; send one object with device, at, count, id"
        raise _RefusedError(Reason.NOT_AN_OBJECT, detail)
    return value


def _limit_depth(payload: bytes) -> None:
    depth = 0
    for byte in _STRING.sub(b"", payload):
        if byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                detail = f"nested deeper than {MAX_DEPTH}; send one flat object"
                raise _RefusedError(Reason.TOO_DEEP, detail)
        elif byte in b"]}":
            depth -= 1


def _without_duplicates(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise _RefusedError(Reason.DUPLICATE_KEY, f"field(s) {', '.join(twice)[:200]} stand twice")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _text(fields: dict[str, object], key: str, wrong: Reason) -> str:
    if key not in fields:
        raise _RefusedError(Reason.MISSING_FIELD, f"field {key!r} is missing")
    value = fields[key]
    if not isinstance(value, str) or not value or len(value) > MAX_ID:
        detail = f"field {key!r} must be a text of 1 to {MAX_ID} characters"
        raise _RefusedError(wrong, detail)
    return value


def _device(fields: dict[str, object], device: str) -> str:
    said = _text(fields, "device", Reason.WRONG_DEVICE)
    if said != device:
        detail = f"the payload says {said!r}, the topic {device!r}; they must agree"
        raise _RefusedError(Reason.WRONG_DEVICE, detail)
    return said


def _id(fields: dict[str, object]) -> str:
    return _text(fields, "id", Reason.WRONG_ID)


def _count(fields: dict[str, object]) -> int:
    if "count" not in fields:
        raise _RefusedError(Reason.MISSING_FIELD, "field 'count' is missing")
    value = fields["count"]
    if type(value) is not int or not 0 <= value <= MAX_COUNT:
        detail = "field 'count' must be a whole number, 0 to 2^63-1, not a text or a fraction"
        raise _RefusedError(Reason.WRONG_COUNT, detail)
    return value


def _instant(fields: dict[str, object], now: datetime) -> datetime:
    text = _text(fields, "at", Reason.WRONG_TIME)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        detail = f"field 'at' is no ISO 8601 instant: {text[:60]!r}"
        raise _RefusedError(Reason.WRONG_TIME, detail) from error
    if at.tzinfo is None:
        detail = f"field 'at' has no zone: {text[:60]!r}; send for example +00:00"
        raise _RefusedError(Reason.WRONG_TIME, detail)
    try:
        at = at.astimezone(UTC)
    except OverflowError as error:
        raise _RefusedError(Reason.WRONG_TIME, f"no such instant: {text[:60]!r}") from error
    if at > now + AHEAD:
        detail = f"{at.isoformat()} lies ahead of the collector's clock: set the device's clock"
        raise _RefusedError(Reason.TIME_AHEAD, detail)
    if at < EARLIEST:
        detail = f"{at.isoformat()} lies before 2000: set the device's clock"
        raise _RefusedError(Reason.TIME_TOO_OLD, detail)
    return at
