"""In: sums of usage and a price clause. Out: the values that a price model takes and gives. Pure.

A charge line is quantity x price with its proof: clause, tariff version, days and quality.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.money import exact_text, plain
from billing.tariffs.clauses import Names, Tax
from billing.tariffs.tariff import TariffVersion
from energy.base.quality import Quality, worst_of


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSum:
    """Usage of some intervals, and how these came to be known."""

    base_units: int
    """[base unit]"""
    intervals: Mapping[Quality, int] = field(default_factory=dict)
    """Number of intervals of each quality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Determinants:
    """What a price model may charge for: sums per tariff period, and of all of them."""

    by_period: Mapping[str, UsageSum]
    whole: UsageSum


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffSpan:
    """The days of one supply that one tariff version prices."""

    tariff: TariffVersion
    point: str
    channel: int
    first_day: date
    last_day: date
    """Local days, both included."""
    billed: tuple[date, date] | None = None
    """First and last of all days that are billed together; None for these days alone."""
    cycle_day: int | None = None
    """Day that billing months begin on; None for calendar months."""

    @property
    def whole(self) -> tuple[date, date]:
        """Return the first and last of all days that are billed together."""
        return self.billed or (self.first_day, self.last_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    """One priced quantity."""

    charge: str
    """Stable id: point, clause and first day; rating again gives the same."""
    clause: str
    period: str | None
    """Tariff period of a time-of-use price; None at all times."""
    names: Names
    point: str
    channel: int
    tariff: str
    tariff_sha256: str
    first_day: date
    last_day: date
    """Local days, both included."""
    quantity: Decimal | Fraction
    """Already rounded to the tariff's digits; part of a month stays a fraction. [unit]"""
    unit: str
    price: Decimal
    """[currency / unit]"""
    currency: str
    unrounded: Fraction
    """Quantity x price. [currency]"""
    amount: Decimal
    """The same, rounded once: net, or gross where prices hold the tax. [currency]"""
    tax: Tax
    intervals: Mapping[Quality, int] = field(default_factory=dict)
    """Number of intervals of each quality; empty for fixed charges."""
    part_of: str | None = None
    """What it is a prorated part of (first day of the month): parts of one add up."""
    proof: Mapping[str, object] = field(default_factory=dict)
    """What the quantity or price rests on beyond sums: blocks, windows, base charges; JSON."""

    @property
    def worst(self) -> Quality | None:
        """Return the worst quality of its intervals; None for a fixed charge."""
        return worst_of(self.intervals) if self.intervals else None

    def document(self) -> dict[str, object]:
        """Return its commercial content as JSON values."""
        quantity, worst = self.quantity, self.worst
        return {
            "amount": plain(self.amount),
            "charge": self.charge,
            "clause": self.clause,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "name": dict(self.names),
            "period": self.period,
            "price": plain(self.price),
            "quality": None
            if worst is None
            else {
                "worst": worst.name.lower(),
                "intervals": {q.name.lower(): n for q, n in sorted(self.intervals.items())},
            },
            "quantity": plain(quantity) if isinstance(quantity, Decimal) else exact_text(quantity),
            "tax_rate": plain(self.tax.rate),
            "unit": self.unit,
            "unrounded": exact_text(self.unrounded),
        } | ({"proof": dict(self.proof)} if self.proof else {})


def charge_id(span: TariffSpan, clause: str, first_day: date, mark: str = "") -> str:
    """Return the stable id of a charge line.

    Args:
        span: Metering point and tariff version.
        clause: Clause key.
        first_day: First of its days.
        mark: What tells it from other lines of the clause and day (`2` for the second block).
    """
    return f"{span.point}/{clause}/{first_day.isoformat()}{'/' if mark else ''}{mark}"
