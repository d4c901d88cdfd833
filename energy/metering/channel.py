"""In: facts of a meter's registers. Out: channels and meter segments as values. Pure.

A channel is one measured quantity of a metering point; it lives on when its meter is replaced.
A segment is the time one device with one multiplier served the channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from energy.base.errors import EnergyError
from energy.base.units import Utility, to_base

LARGEST_MODULUS = 2**48
"""A register that turns later than this does not turn in service. [count]"""
LOCAL_DAY_S = 86_400
"""Stands for an interval from one local midnight to the next, however long. [s]"""


UNTRANSFORMED = frozenset({"1", "%", "pct", "Hz", "degC", "K", "bar", "barg", "Pa", "kPa"})
"""Units of what no transformer and no pulse weight changes: shares, frequency, temperature."""


def per_count_of(unit: str, resolution: Fraction, multiplier: Fraction) -> Fraction:
    """Return what one count of a channel is on the primary side. [unit / count].

    Args:
        unit: Of the channel.
        resolution: What one count is at the device. [unit / count]
        multiplier: CT times PT ratio, or pulse weight, of the meter.
    """
    return resolution if unit in UNTRANSFORMED else resolution * multiplier


class Kind(StrEnum):
    """How a channel's counts are to be read."""

    COUNTER = "counter"
    GAUGE = "gauge"
    INTERVAL = "interval"
    STATE = "state"
    COMPUTED = "computed"
    """Follows from other channels by a rule (energy/views/computed.py); has no readings."""


USAGE_KINDS = (Kind.COUNTER, Kind.INTERVAL)
"""Kinds of channels whose own readings say their usage; what is computed is no source of sums."""


class Direction(StrEnum):
    """Which way the quantity flows, seen from the grid."""

    IMPORT = "import"
    EXPORT = "export"
    NONE = "none"


class Side(StrEnum):
    """Side of the transformers that the register counts."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    UNKNOWN = "unknown"


class ChannelError(EnergyError):
    """A channel's facts do not fit together."""

    code = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFacts:
    """What a register is: everything but its number and its point."""

    quantity: str
    """Canonical name, for example "active_energy_import", "volume", "active_power"."""
    kind: Kind
    utility: Utility | None
    unit: str
    """Unit of resolution, for example "kWh", "m3", "W"."""
    resolution: Fraction
    """Units per count. [unit / count]"""
    modulus: int | None
    """Counts at which the register returns to zero; None for gauges. [count]"""
    direction: Direction = Direction.NONE
    side: Side = Side.SECONDARY
    billing: bool = False
    """Whether bills may rest on this channel."""
    grid_s: int = 900
    """Width of the usage interval. [s]"""
    max_per_hour: int | None = None
    """Most counts an hour the device can honestly make. [count / h]"""
    interval_s: int | None = None
    """Width of the intervals that an interval channel delivers; LOCAL_DAY_S for one a local day,
    None for that of the grid. [s]"""

    @property
    def delivered_s(self) -> int:
        """Return the width of the intervals that an interval channel delivers. [s]."""
        return self.grid_s if self.interval_s is None else self.interval_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel of the site: facts with number and point."""

    number: int
    point: str
    facts: ChannelFacts

    @property
    def key(self) -> str:
        """Return the readable key, for example "cam-b2-elec/active_energy_import"."""
        return f"{self.point}/{self.facts.quantity}"


def base_per_count(facts: ChannelFacts, multiplier: Fraction) -> Fraction:
    """Return base units in one count of a counter or interval channel. [base unit / count].

    Raises:
        ChannelError: The channel has no utility, its register is too large to turn, or a full
            turn is no whole number of base units (then a rollover could not be folded exactly
            day by day).
        UnknownUnitError: The unit is none of the utility's.
    """
    if facts.utility is None:
        raise ChannelError.of("channel.no_utility", quantity=facts.quantity)
    if facts.modulus is not None and facts.modulus > LARGEST_MODULUS:
        raise ChannelError.of(
            "channel.modulus", modulus=facts.modulus, quantity=facts.quantity, most=LARGEST_MODULUS
        )
    factor = facts.resolution * multiplier * to_base(facts.utility, facts.unit)
    if facts.modulus is not None and (factor * facts.modulus).denominator != 1:
        raise ChannelError.of(
            "channel.turn", quantity=facts.quantity, modulus=facts.modulus, factor=factor
        )
    return factor


def facts_to_json(channel: Channel) -> dict[str, Any]:
    """Return a channel as JSON values, exact."""
    facts = channel.facts
    stored: dict[str, Any] = {
        "number": channel.number,
        "quantity": facts.quantity,
        "kind": facts.kind.value,
        "utility": facts.utility.value if facts.utility else None,
        "unit": facts.unit,
        "resolution": str(facts.resolution),
        "modulus": facts.modulus,
        "direction": facts.direction.value,
        "side": facts.side.value,
        "billing": facts.billing,
        "grid_s": facts.grid_s,
        "max_per_hour": facts.max_per_hour,
    }
    if facts.interval_s is not None:
        stored["interval_s"] = facts.interval_s
    return stored


def facts_from_json(point: str, stored: Mapping[str, Any]) -> Channel:
    """Return the channel that facts_to_json stored."""
    return Channel(
        number=stored["number"],
        point=point,
        facts=ChannelFacts(
            quantity=stored["quantity"],
            kind=Kind(stored["kind"]),
            utility=Utility(stored["utility"]) if stored["utility"] else None,
            unit=stored["unit"],
            resolution=Fraction(stored["resolution"]),
            modulus=stored["modulus"],
            direction=Direction(stored["direction"]),
            side=Side(stored["side"]),
            billing=stored["billing"],
            grid_s=stored["grid_s"],
            max_per_hour=stored["max_per_hour"],
            interval_s=stored.get("interval_s"),
        ),
    )


def check_multiplier(facts: Iterable[ChannelFacts], multiplier: Fraction) -> None:
    """Refuse a multiplier with which the usage of a meter could not be folded.

    Args:
        facts: Of the meter's channels.
        multiplier: CT x VT ratio or pulse weight.

    Raises:
        ChannelError: It is not above zero, or does not fit a counter: see base_per_count.
    """
    if multiplier <= 0:
        raise ChannelError.of("channel.multiplier", multiplier=multiplier)
    for each in facts:
        if each.kind in USAGE_KINDS and each.utility is not None:
            base_per_count(each, multiplier)
