"""In: a value of a device, its channel. Out: a whole count with its quality, or a refusal. Pure.

Counts come about in whole numbers only: value x scale x unit / resolution. What is no whole
count is refused, or rounded half up where the mapping says that the device sends floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from adapters.mapping_words import Rounding
from adapters.mqtt.mapper import Found
from adapters.mqtt.mapping_values import SingleFloat
from adapters.mqtt.payload import Reason, RefusedError
from adapters.number_text import Ratio
from adapters.unit_factors import COUNT_UNIT, counts_in
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.channel import Kind

MAX_COUNT = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTarget:
    """A channel that a device's values are for."""

    number: int
    point: str
    quantity: str
    kind: Kind = Kind.COUNTER
    unit: str = ""
    """Empty where the plan does not tell: then only whole counts are taken."""
    resolution: Fraction | None = None
    """Units per count. [unit / count]"""
    utility: Utility | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCount:
    """One count of a channel at one instant."""

    channel: int
    at_us: int
    """Instant. [us]"""
    count: int
    quality: Quality = Quality.MEASURED


class Settler:
    """Turns values into counts; remembers the factor of each channel and unit."""

    def __init__(self, devices: Mapping[str, Mapping[str, ChannelTarget]]) -> None:
        """Know the channels.

        Args:
            devices: Channels by quantity, by device.
        """
        self._devices = devices
        self._factors: dict[tuple[int, str, int, int], Ratio] = {}

    def settle(self, found: Found) -> ChannelCount:
        """Return the count a value is.

        Raises:
            RefusedError: Its unit does not fit, or it is no count of its channel.
        """
        target = self._target(found)
        numerator, denominator = found.value
        factor = self._factor(target, found)
        numerator, denominator = numerator * factor[0], denominator * factor[1]
        count, rest = divmod(numerator, denominator)
        if rest:
            if found.rule.rounding is Rounding.EXACT:
                raise _not_whole(found, target)
            count = (2 * numerator + denominator) // (2 * denominator)
        if abs(count) > MAX_COUNT or (count < 0 and target.kind is Kind.COUNTER):
            detail = f"{found.raw!s:.40} at {found.rule.at.text} is below zero or beyond 2^63-1"
            raise RefusedError(Reason.WRONG_COUNT, f"{detail} counts of {target.point!r}")
        good = found.sound and not _coarse(found.raw, target, found.meaning.scale)
        return ChannelCount(
            channel=target.number,
            at_us=found.at_us,
            count=count,
            quality=Quality.MEASURED if good else Quality.SUSPECT,
        )

    def _target(self, found: Found) -> ChannelTarget:
        channels = self._devices[found.device]
        if found.quantity:
            return channels[found.quantity]
        if len(channels) != 1:
            detail = f"device {found.device!r:.120} has {len(channels)} channels; the mapping must "
            raise RefusedError(Reason.WRONG_VALUE, detail + "state the quantity")
        return next(iter(channels.values()))

    def _factor(self, target: ChannelTarget, found: Found) -> Ratio:
        scale = found.meaning.scale
        key = (target.number, found.unit, scale.numerator, scale.denominator)
        if key not in self._factors:
            if len(self._factors) > 100_000:  # units come from messages: never without bound
                self._factors.clear()
            factor = factor_of(target, found.unit) * scale
            self._factors[key] = factor.numerator, factor.denominator
        return self._factors[key]


def factor_of(target: ChannelTarget, unit: str) -> Fraction:
    """Return counts of a channel in one of a unit. [count / unit].

    Raises:
        RefusedError: The unit does not fit the channel.
    """
    if target.resolution is None and unit != COUNT_UNIT:
        detail = f"the collect plan does not tell the resolution of {target.point!r}; restart "
        raise RefusedError(Reason.WRONG_UNIT, detail + "the collector with the database at hand")
    counts = counts_in(
        unit,
        wanted=target.unit,
        utility=target.utility,
        resolution=target.resolution or Fraction(1),
    )
    if counts is None:
        detail = f"unit {unit!r:.40} is none of channel {target.quantity!r} ({target.unit}) of "
        raise RefusedError(Reason.WRONG_UNIT, f"{detail}{target.point!r}")
    return counts


def _not_whole(found: Found, target: ChannelTarget) -> RefusedError:
    detail = (
        f"{found.raw!s:.40} at {found.rule.at.text} is no whole number of counts of "
        f"{target.resolution or 1} {target.unit}: give the channel a finer resolution, or the "
        'mapping rounding = "half_up" where the device sends floats'
    )
    return RefusedError(Reason.NOT_WHOLE, detail)


def _coarse(raw: object, target: ChannelTarget, scale: Fraction) -> bool:
    """Return whether a 32-bit float counter moves in steps wider than its resolution."""
    if not isinstance(raw, SingleFloat) or target.kind is not Kind.COUNTER:
        return False
    return target.resolution is not None and raw.step * scale > target.resolution
