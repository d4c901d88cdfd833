"""In: what a register showed. Out: what it counted between two readings, or why nobody knows. Pure.

A count is turned into base units from the content of the register itself and rounded (half up)
there, and usage is the difference: however a span is cut at readings, its parts add up to the
whole. This is how intervals are folded too (energy/metering/usage_fold.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from energy.base.quality import Quality

FELL_CODE = "bill.register_fell"
JUMP_CODE = "bill.register_too_fast"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingReading:
    """What a register showed at an instant."""

    serial: str
    at: datetime
    count: int
    """[count]"""
    quality: Quality
    position: int
    """Journal position of the reading; of the meter event for a first or final count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingSegment:
    """The time one device with one ratio served a channel, with the readings near the cuts."""

    serial: str
    start: datetime
    end: datetime | None
    """None while it serves."""
    opening: BillingReading | None
    """What it showed when it began, as stated or read there."""
    closing: BillingReading | None
    """What it showed when it ended; None while it serves, or where nobody read it."""
    resolution: Fraction
    """[unit / count]"""
    multiplier: Fraction
    unit: str
    base_per_unit: Fraction
    """[base unit / unit]"""
    modulus: int | None
    max_per_hour: int | None
    readings: Sequence[BillingReading] = ()
    """Those asked for, by instant, none suspect."""

    @property
    def base_per_count(self) -> Fraction:
        """Return base units in one count. [base unit / count]."""
        return self.resolution * self.multiplier * self.base_per_unit

    def base(self, count: int) -> int:
        """Return a count in base units, rounded half up. [base unit]."""
        exact = count * self.base_per_count
        return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)

    def standing(self) -> list[BillingReading]:
        """Return every reading of the segment that is known, by instant."""
        stated = [each for each in (self.opening, self.closing) if each is not None]
        own = [each for each in self.readings if self._holds(each.at)]
        known = {each.at: each for each in (*own, *stated)}
        return [known[at] for at in sorted(known)]

    def _holds(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Usage of one segment between two of its readings."""

    segment: CountingSegment
    opening: BillingReading
    closing: BillingReading
    base_units: int
    """[base unit]"""
    turned: bool
    """Whether the register ran over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Two readings between which no honest register can have counted."""

    code: str
    opening: BillingReading
    closing: BillingReading


def counted(
    segment: CountingSegment, opening: BillingReading, closing: BillingReading
) -> Counted | Doubt:
    """Return what a register counted between two readings of one segment.

    A fall is a rollover where the device can have counted that much (its greatest rate), or, where
    no rate is known, from the last tenth of the register into the first. Everything else is a
    doubt that a person decides about: an exchange, a reset, flow backwards.

    Args:
        segment: Of both readings.
        opening: The earlier one.
        closing: The later one.
    """
    assert opening.at <= closing.at, "readings are in order"
    counts, turned = closing.count - opening.count, False
    if counts < 0:
        turned = segment.modulus is not None and _may_turn(segment, opening, closing)
        if not turned:
            return Doubt(code=FELL_CODE, opening=opening, closing=closing)
        counts += segment.modulus or 0
    most = _most(segment, opening, closing)
    if most is not None and counts > most:
        return Doubt(code=JUMP_CODE, opening=opening, closing=closing)
    units = segment.base(closing.count) - segment.base(opening.count)
    if turned and segment.modulus is not None:
        units += segment.base(segment.modulus)
    return Counted(
        segment=segment, opening=opening, closing=closing, base_units=units, turned=turned
    )


def _may_turn(segment: CountingSegment, opening: BillingReading, closing: BillingReading) -> bool:
    modulus = segment.modulus or 0
    most = _most(segment, opening, closing)
    if most is not None:
        return closing.count - opening.count + modulus <= most
    return 10 * opening.count >= 9 * modulus and 10 * closing.count < modulus


def _most(
    segment: CountingSegment, opening: BillingReading, closing: BillingReading
) -> Fraction | None:
    """Return the most counts that the device can have made; None where no rate is known."""
    if segment.max_per_hour is None:
        return None
    return segment.max_per_hour * Fraction((closing.at - opening.at) // _HOUR + 1)
