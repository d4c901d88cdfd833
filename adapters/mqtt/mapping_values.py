"""In: a value of a message and its declared format. Out: an exact number or an instant. Pure.

Only the declared format counts: "1,234.5" is a number where the mapping says so, and a refusal
everywhere else. Numbers leave as a whole numerator and denominator, instants as microseconds.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from adapters.mqtt.mapping import TimeFormat, TimeRule, ValueRule
from adapters.mqtt.payload import Reason, RefusedError
from adapters.number_text import NumberFormat, Ratio, ratio_in
from energy.base.clock import to_us
from energy.base.wall_time import instants_of

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
EARLIEST_US = to_us(EARLIEST)
LATEST_S = 253_402_300_799
"""Last second a calendar holds. [s]"""
SECOND_US = 1_000_000
_DIGITS = re.compile(r"\d{1,19}(?:\.\d{1,9})?", re.ASCII)


class SingleFloat(Decimal):
    """A number that a device sent as a 32-bit float: exact, but coarse when it is large."""

    @property
    def step(self) -> Fraction:
        """Return how far the next 32-bit float lies above it."""
        _, exponent = math.frexp(abs(float(self)))  # exact: it was a float
        return Fraction(2) ** (max(-125, exponent) - 24)


def number_of(raw: object, rule: ValueRule) -> Ratio | None:
    """Return the exact number a value is, by the rule's format; None where it says "no value".

    Args:
        raw: As the message had it.
        rule: Its number format, suffix and texts for "no value".

    Raises:
        RefusedError: It is not written as the mapping says.
    """
    if raw is None and "null" in rule.nulls:
        return None
    kind = type(raw)
    if rule.number is NumberFormat.INTEGER:
        if kind is not int:
            raise _wrong(raw, rule, Reason.WRONG_COUNT)
        return raw, 1  # type: ignore[return-value]  # its type is int
    if rule.number is NumberFormat.JSON:
        if kind is int:
            return raw, 1  # type: ignore[return-value]  # its type is int
        if isinstance(raw, Decimal):
            return raw.as_integer_ratio()
        if kind is str and raw in rule.nulls:
            return None
        raise _wrong(raw, rule)
    if rule.number is NumberFormat.SWITCH:
        if kind is not bool:
            raise _wrong(raw, rule)
        return int(raw), 1  # type: ignore[call-overload]  # it is a bool
    if not isinstance(raw, str):
        raise _wrong(raw, rule)
    return _written(raw, rule)


def _written(raw: str, rule: ValueRule) -> Ratio | None:
    text = raw.strip()
    if text in rule.nulls:
        return None
    if rule.suffix:
        if not text.endswith(rule.suffix):
            raise _wrong(raw, rule)
        text = text[: -len(rule.suffix)].rstrip()
    ratio = ratio_in(text, rule.number)
    if ratio is None:
        raise _wrong(raw, rule)
    return ratio


def _wrong(raw: object, rule: ValueRule, reason: Reason = Reason.WRONG_VALUE) -> RefusedError:
    shown = repr(raw)[:60]
    wanted = f"number format {rule.number.value!r}"
    if rule.suffix:
        wanted += f" with suffix {rule.suffix!r}"
    return RefusedError(reason, f"{shown} at {rule.at.text} is not written in {wanted}")


def instant_of(raw: object, rule: TimeRule, now: datetime) -> int:
    """Return the instant a text or number of a message means. [us].

    Args:
        raw: As the message had it.
        rule: Its format, zone and limits.
        now: The present instant, aware UTC.

    Raises:
        RefusedError: It is not written as the mapping says, or lies ahead or too far back.
    """
    match rule.format:
        case TimeFormat.ISO:
            at_us = _iso_us(raw)
        case TimeFormat.LOCAL:
            at_us = _local_us(raw, rule)
        case TimeFormat.EPOCH_S:
            at_us = _epoch_us(raw, SECOND_US)
        case TimeFormat.EPOCH_MS:
            at_us = _epoch_us(raw, 1000)
        case TimeFormat.ARRIVAL:
            return to_us(now)
    now_us = to_us(now)
    if at_us > now_us + rule.ahead_s * SECOND_US:
        detail = f"{raw!s:.40} lies ahead of the collector's clock: set the device's clock"
        raise RefusedError(Reason.TIME_AHEAD, detail)
    if at_us < EARLIEST_US:
        detail = f"{raw!s:.40} lies before 2000: set the device's clock"
        raise RefusedError(Reason.TIME_TOO_OLD, detail)
    if rule.oldest_s is not None and at_us < now_us - rule.oldest_s * SECOND_US:
        detail = f"{raw!s:.40} is older than the {rule.oldest_s} s the mapping accepts"
        raise RefusedError(Reason.TIME_TOO_OLD, detail)
    return at_us


def _iso_us(raw: object) -> int:
    text = _text(raw, "an ISO 8601 instant")
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise _no_time(f"no ISO 8601 instant: {text[:60]!r}") from error
    if at.tzinfo is None:
        raise _no_time(f"no zone: {text[:60]!r}; send for example +00:00")
    return _utc_us(at, text)


def _local_us(raw: object, rule: TimeRule) -> int:
    text = _text(raw, "a local time")
    assert rule.zone is not None, "the mapping file was checked"
    try:
        wall = datetime.strptime(text, rule.pattern)  # noqa: DTZ007 - its zone is stated beside it
    except ValueError as error:
        raise _no_time(f"{text[:60]!r} is not written as {rule.pattern!r}") from error
    try:
        instants = instants_of(wall, rule.zone)
    except OverflowError as error:
        raise _no_time(f"no such instant: {text[:60]!r}") from error
    if len(instants) != 1:
        detail = f"{text[:60]!r} happens twice or never in {rule.zone.key}: send UTC"
        raise _no_time(detail)
    return instants[0]


def _utc_us(at: datetime, text: str) -> int:
    try:
        return to_us(at.astimezone(UTC))
    except OverflowError as error:
        raise _no_time(f"no such instant: {text[:60]!r}") from error


def _epoch_us(raw: object, unit_us: int) -> int:
    if type(raw) is int:
        number: Any = raw
    elif isinstance(raw, Decimal):
        number = raw
    elif isinstance(raw, str) and _DIGITS.fullmatch(raw):
        number = Decimal(raw)
    else:
        raise _no_time(f"{repr(raw)[:60]} is no number of seconds or milliseconds since 1970")
    if not 0 <= number * unit_us <= LATEST_S * SECOND_US:
        raise _no_time(f"{raw!s:.40} lies outside the calendar")
    return int(number * unit_us)


def _text(raw: object, wanted: str) -> str:
    if not isinstance(raw, str) or not raw or len(raw) > 64:
        raise _no_time(f"{repr(raw)[:60]} is not {wanted}")
    return raw


def _no_time(detail: str) -> RefusedError:
    return RefusedError(Reason.WRONG_TIME, detail)
