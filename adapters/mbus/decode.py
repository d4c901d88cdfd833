"""In: the records of a meter and how the profile says they look. Out: counts or flaws. Pure.

A record is found by what it means, not by its place: what it measures, storage, tariff, part of
the meter, kind of value, direction. The meter says its own unit and power of ten; within one family
(Wh, J, m3) the profile's count is a whole multiple, else the value is no count of that profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor

from adapters.mbus.numbers import flags_of, number_of
from adapters.mbus.records import Function, Head, Record
from adapters.mbus.units import Meaning, meaning_of
from energy.metering.channel import ChannelFacts, Kind

STATUS, ERROR_FLAGS = "status", "error_flags"
FLAGS = frozenset({STATUS, ERROR_FLAGS, "digital_input", "digital_output"})
"""Records that are bits: the status byte of the head, and flags."""
STATUS_BITS, MOST_BITS = 8, 32
MOST_COUNT = 2**63 - 1


class Flaw(StrEnum):
    """Why a value is suspect."""

    NULL_VALUE = "null_value"
    BELOW_ZERO = "below_zero"
    OTHER_UNIT = "other_unit"
    FINER_STEP = "finer_step"
    NO_RECORD = "no_record"
    AMBIGUOUS = "ambiguous"
    RECORD_ERROR = "record_error"
    OTHER_DEVICE = "other_device"


FLAW_MEANS: dict[Flaw, str] = {
    Flaw.NULL_VALUE: "the meter's sign for no value",
    Flaw.BELOW_ZERO: "a counter below zero",
    Flaw.OTHER_UNIT: "the meter counts in another unit than its profile says",
    Flaw.FINER_STEP: "the meter counts in finer steps than its profile",
    Flaw.NO_RECORD: "the meter sends no such value",
    Flaw.AMBIGUOUS: "the meter sends this value twice, and the two differ",
    Flaw.RECORD_ERROR: "the meter says that this value is wrong",
    Flaw.OTHER_DEVICE: "another meter stands at this address than the one on record",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How a record looks that holds a value."""

    what: str
    """"energy", "volume", "status" and so on."""
    storage: int = 0
    tariff: int = 0
    subunit: int = 0
    function: Function = Function.INSTANTANEOUS
    extensions: tuple[int, ...] = ()
    """For example (0x3C,): counts only what flows back, or the cold."""
    bits: tuple[int, int] | None = None
    """First bit and width of a state; None for numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What a meter says of a value."""

    count: int
    """0 where there is no number. [count]"""
    flaw: Flaw | None = None


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit of a channel in that of a record."""

    record: str
    factor: Fraction
    """Units of the record in one of the channel."""


UNITS: dict[str, _Unit] = {
    "Wh": _Unit("Wh", Fraction(1)),
    "kWh": _Unit("Wh", Fraction(1000)),
    "MWh": _Unit("Wh", Fraction(1_000_000)),
    "kJ": _Unit("J", Fraction(1000)),
    "MJ": _Unit("J", Fraction(1_000_000)),
    "GJ": _Unit("J", Fraction(1_000_000_000)),
    "L": _Unit("m3", Fraction(1, 1000)),
    "m3": _Unit("m3", Fraction(1)),
    "kg": _Unit("kg", Fraction(1)),
    "t": _Unit("kg", Fraction(1000)),
    "W": _Unit("W", Fraction(1)),
    "kW": _Unit("W", Fraction(1000)),
    "L/h": _Unit("m3/h", Fraction(1, 1000)),
    "m3/h": _Unit("m3/h", Fraction(1)),
    "kg/h": _Unit("kg/h", Fraction(1)),
    "degC": _Unit("degC", Fraction(1)),
    "K": _Unit("K", Fraction(1)),
    "bar": _Unit("bar", Fraction(1)),
    "h": _Unit("h", Fraction(1)),
    "1": _Unit("", Fraction(1)),
}
"""Units that a profile may state."""
_ALIKE = {"J/h": ("W", Fraction(1, 3600))}
"""Units of records that gauges take for another one."""


def decode(head: Head, records: Sequence[Record], wire: Wire, facts: ChannelFacts) -> Decoded:
    """Return the count of a value.

    Args:
        head: The meter's head, for its status.
        records: All records of the meter.
        wire: How the record looks.
        facts: What its channel is: unit, resolution, kind.
    """
    if wire.what == STATUS:
        assert wire.bits is not None, "the profile was checked"
        return Decoded(count=_bits(head.status, wire.bits))
    found = matching(records, wire)
    if not found:
        erring = any(r.function is Function.IN_ERROR and _is(r, meaning_of(r.vif), wire)
                     for r in records)  # fmt: skip
        return Decoded(count=0, flaw=Flaw.RECORD_ERROR if erring else Flaw.NO_RECORD)
    if wire.bits is not None:
        return _state(found, wire.bits)
    fitting = [each for each in found if unfit(each[1], facts) is not Flaw.OTHER_UNIT]
    if not fitting:
        return Decoded(count=0, flaw=Flaw.OTHER_UNIT)
    finest, meaning = min(fitting, key=lambda each: each[1].step)
    value = number_of(finest)
    if meaning.error:
        return Decoded(count=0, flaw=Flaw.RECORD_ERROR)
    if value is None:
        return Decoded(count=0, flaw=Flaw.NULL_VALUE)
    if not _agree(fitting, value * meaning.step):
        return Decoded(count=0, flaw=Flaw.AMBIGUOUS)
    return _counted(value, meaning, facts)


def matching(records: Sequence[Record], wire: Wire) -> list[tuple[Record, Meaning]]:
    """Return the records that look like a value, each with its meaning.

    Args:
        records: All records of the meter.
        wire: How the value's record looks.
    """
    return [(r, m) for r in records if _fits(r, m := meaning_of(r.vif), wire)]


def unfit(meaning: Meaning, facts: ChannelFacts) -> Flaw | None:
    """Return why a record's unit does not fit a channel; None when it does."""
    own = UNITS[facts.unit]
    counter = facts.kind is Kind.COUNTER
    unit, factor = meaning.unit, Fraction(1)
    if not counter and unit in _ALIKE:
        unit, factor = _ALIKE[unit]
    if unit != own.record:
        return Flaw.OTHER_UNIT
    steps = meaning.step * factor / own.factor / facts.resolution
    return Flaw.FINER_STEP if counter and steps.denominator != 1 else None


def _counted(value: Fraction, meaning: Meaning, facts: ChannelFacts) -> Decoded:
    flaw = unfit(meaning, facts)
    if flaw is not None:
        return Decoded(count=0, flaw=flaw)
    factor = _ALIKE[meaning.unit][1] if meaning.unit in _ALIKE else Fraction(1)
    exact = value * meaning.step * factor / UNITS[facts.unit].factor / facts.resolution
    count = floor(exact + Fraction(1, 2))
    if abs(count) > MOST_COUNT:
        return Decoded(count=0, flaw=Flaw.NULL_VALUE)
    if facts.kind is Kind.COUNTER and count < 0:
        return Decoded(count=count, flaw=Flaw.BELOW_ZERO)
    return Decoded(count=count)


def _state(found: Sequence[tuple[Record, Meaning]], bits: tuple[int, int]) -> Decoded:
    if any(meaning.error for _, meaning in found):
        return Decoded(count=0, flaw=Flaw.RECORD_ERROR)
    states = {flags_of(record) for record, _ in found}
    if len(states) > 1:
        return Decoded(count=0, flaw=Flaw.AMBIGUOUS)
    (flags,) = states
    if flags is None:
        return Decoded(count=0, flaw=Flaw.NULL_VALUE)
    return Decoded(count=_bits(flags, bits))


def _fits(record: Record, meaning: Meaning, wire: Wire) -> bool:
    return record.function is wire.function and _is(record, meaning, wire)


def _is(record: Record, meaning: Meaning, wire: Wire) -> bool:
    """Return whether a record is the one meant, whatever kind of value it holds."""
    return (
        meaning.what == wire.what
        and (record.storage, record.tariff, record.subunit)
        == (wire.storage, wire.tariff, wire.subunit)
        and meaning.extensions == wire.extensions
    )


def _agree(found: Sequence[tuple[Record, Meaning]], value: Fraction) -> bool:
    """Return whether every record of one family of units tells the same, up to its own step."""
    unit = min(found, key=lambda each: each[1].step)[1].unit
    for record, meaning in found:
        other = number_of(record)
        if meaning.unit != unit or other is None or meaning.error:
            continue
        if abs(other * meaning.step - value) >= meaning.step and other * meaning.step != value:
            return False
    return True


def _bits(flags: int, bits: tuple[int, int]) -> int:
    first, width = bits
    return flags >> first & (1 << width) - 1
