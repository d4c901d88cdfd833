"""In: what was measured and agreed for one supply. Out: one value that the rating takes. Pure.

A supply may have several quantities side by side (active and reactive energy, volume and heat),
each as usage on a grid, or as sums between billing readings that have no shape in time. Whatever
is here is exact: integers (or fractions) of the base unit of billing.md; nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Protocol

import numpy as np

from billing.errors import RatingError
from billing.tariffs.clauses import Clause, DemandClause, EnergyClause, PowerFactorClause
from energy.base.quality import Quality
from energy.base.units import TO_BASE, Utility, to_base
from energy.metering.channel import ChannelFacts
from energy.metering.usage import UsageSpan

OWN: Mapping[Utility, str] = MappingProxyType(
    {
        Utility.ELECTRICITY: "active_import",
        Utility.WATER: "volume",
        Utility.GAS: "volume",
        Utility.HEATING: "heat",
        Utility.COOLING: "cooling",
        Utility.STEAM: "mass",
    }
)
"""Quantity that a tariff of a utility prices where a charge names none."""

_REACTIVE = {"varh": Fraction(1), "kvarh": Fraction(1000), "Mvarh": Fraction(1_000_000)}
_APPARENT = {"VAh": Fraction(1), "kVAh": Fraction(1000), "MVAh": Fraction(1_000_000)}
_THERMAL = TO_BASE[Utility.HEATING] | {"RTh": Fraction("3.51685") * 36_000}
UNITS: Mapping[str, Mapping[str, Fraction]] = MappingProxyType(
    {
        "active": TO_BASE[Utility.ELECTRICITY],
        "reactive": _REACTIVE,
        "apparent": _APPARENT,
        "volume": TO_BASE[Utility.WATER],
        "heat": _THERMAL,
        "cooling": _THERMAL,
        "mass": TO_BASE[Utility.STEAM],
        "condensate": TO_BASE[Utility.STEAM],
    }
)
"""Units by the first word of a quantity's name. [base unit / unit]"""
_DIRECTED = frozenset({"active", "reactive", "apparent"})
IN_FILES = (frozenset(UNITS) - _DIRECTED) | {
    *("active_import", "active_export", "reactive_import", "reactive_export", "apparent_import")
}
"""Quantities of a usage file's columns."""


def named_by(clauses: Iterable[Clause]) -> frozenset[str]:
    """Return the quantities that charges name: a file may have columns of these too.

    Args:
        clauses: Of a tariff version.
    """
    named: set[str | None] = set()
    for clause in clauses:
        if isinstance(clause, PowerFactorClause):
            named |= set(clause.reactive)
        elif isinstance(clause, (DemandClause, EnergyClause)):
            named.add(clause.quantity)
    return frozenset(each for each in named if each is not None)


class Agreed(Protocol):
    """A quantity that a contract agrees upon (billing/accounts/agreed.py)."""

    @property
    def name(self) -> str:
        """Its name, for example `contract_demand_kw`."""

    @property
    def unit(self) -> str:
        """Its unit."""

    @property
    def value(self) -> Decimal:
        """Its value. [unit]."""

    @property
    def valid_from(self) -> date:
        """First local day."""

    @property
    def valid_to(self) -> date | None:
        """First local day on which it no longer holds; None while open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSum:
    """Usage between two billing readings: exact, without a shape in time."""

    quantity: str
    """`active_import`, `volume` ..."""
    first_day: date
    last_day: date
    """Local days, both included: the readings stand at the midnights around them."""
    base_units: int | Fraction
    """[base unit / scale]"""
    period: str | None = None
    """Tariff period, for a band register of the meter; None for the register of the whole."""
    quality: Quality = Quality.MEASURED
    """Worst of the two readings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMaximum:
    """What the meter's own register of maximum demand shows for some days: the legal value."""

    first_day: date
    last_day: date
    value: Decimal
    """[kW]"""
    period: str | None = None
    """Tariff period; None for the maximum of all."""
    at: datetime | None = None
    """When it was, if the meter says so."""
    quantity: str = "active_import"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierMaximum:
    """Maximum demand of a month before the billed days, as ratchets look back at it."""

    month: str
    """YYYY-MM."""
    value: Decimal
    """[kW]"""
    period: str | None = None
    """Tariff period; None for the maximum of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningPosition:
    """How far the blocks of a year are filled when the billed days begin."""

    charge: str
    """Clause key; of charges that fill blocks together the sum counts."""
    quantity: Decimal
    """Already used since the year began. [bill unit]"""
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What earlier bills say."""

    maxima: tuple[EarlierMaximum, ...] = ()
    openings: tuple[OpeningPosition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quantities:
    """Everything that is known of one supply over the billed days."""

    channel: int
    """Channel that findings name."""
    usage: Mapping[str, UsageSpan] = field(default_factory=dict)
    """By quantity name: usage on a grid. All of one supply have the same grid. [base unit]"""
    registers: tuple[RegisterSum, ...] = ()
    """A quantity that stands here is billed by these sums, whatever `usage` has of it."""
    maxima: tuple[RegisterMaximum, ...] = ()
    """Where one stands for the days and tariff period, it is billed, not what intervals say."""
    agreed: tuple[Agreed, ...] = ()
    history: History = History()
    scale: int = 1
    """Integers of usage are in base units / scale (1: base units)."""


def single(span: UsageSpan, utility: Utility) -> Quantities:
    """Return the quantities of a supply of which only its own quantity is known."""
    return Quantities(channel=span.channel, usage={OWN[utility]: span})


def name_of_quantity(channel_quantity: str) -> str:
    """Return the quantity name of a channel's: `active_energy_import` is `active_import`."""
    return channel_quantity.replace("_energy", "")


def base_of(facts: ChannelFacts) -> Fraction:
    """Return base units in one unit of a channel: of its utility, else of its quantity.

    Raises:
        RatingError: It is of no utility, and its quantity has no such unit.
    """
    if facts.utility is not None:
        return to_base(facts.utility, facts.unit)
    return base_per_unit(name_of_quantity(facts.quantity), facts.unit)


def base_per_unit(quantity: str, unit: str) -> Fraction:
    """Return base units in one unit of a quantity. [base unit / unit].

    Args:
        quantity: Its name, `active_import`.
        unit: `kWh`, `kvarh`, `m3` ...

    Raises:
        RatingError: The quantity has no such unit.
    """
    known = UNITS.get(quantity.split("_", maxsplit=1)[0], {})
    try:
        return known[unit]
    except KeyError:
        listed = ", ".join(known) or f"of the quantities {', '.join(UNITS)}"
        raise RatingError(
            f"{unit!r} is no unit of {quantity}; known are {listed}. Mend the tariff."
        ) from None


def shaped(span: UsageSpan, total: int) -> UsageSpan:
    """Return usage scaled so that it adds up to a register's exact total.

    Each interval keeps its share of the whole; the last units go by the largest remainder. Where
    the intervals add up to nothing they share equally. What was scaled is `interpolated`: its
    total is measured, its shape is not.

    Args:
        span: Known intervals of the span between two readings. [base unit]
        total: What the register counted. [base unit]
    """
    whole = int(span.usage.sum())
    if whole == total:
        return span
    weights = [int(each) for each in span.usage] if whole else [1] * len(span.usage)
    whole = whole or len(weights)
    parts = [divmod(weight * total, whole) for weight in weights]
    usage = np.array([each for each, _ in parts], dtype=np.int64)
    left = total - int(usage.sum())
    order = sorted(range(len(parts)), key=lambda n: (-parts[n][1], n))
    usage[order[:left]] += 1
    quality = np.maximum(span.quality, np.uint8(Quality.INTERPOLATED))
    quality[span.quality == Quality.ESTIMATED] = int(Quality.ESTIMATED)
    return replace(span, usage=usage, quality=quality.astype(np.uint8))


def registers_within(
    sums: Sequence[RegisterSum], quantity: str, first_day: date, last_day: date
) -> list[RegisterSum]:
    """Return the sums of a quantity that have a day of some days, in the order of time."""
    within = [
        each
        for each in sums
        if each.quantity == quantity and each.first_day <= last_day and first_day <= each.last_day
    ]
    return sorted(within, key=lambda each: (each.first_day, each.period or ""))
