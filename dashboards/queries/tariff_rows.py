"""In: a tariff version. Out: what the pages of tariffs show, as frozen values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from billing.tariffs.clauses import EnergyClause
from billing.tariffs.tariff import TariffVersion
from billing.tariffs.week import Week, letters_of, weeks_of
from energy.base.units import Utility


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffRow:
    """A published version of a tariff."""

    tariff: str
    names: Mapping[str, str]
    """By language, "en" always; empty where the stored version cannot be read."""
    utility: Utility
    valid_from: date
    version: int
    published_at: datetime
    withdrawn: str | None
    """Why it was withdrawn; None while in use."""
    in_force: bool
    """Whether it prices today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRow:
    """A tariff period with its letter in the week."""

    letter: str
    names: Mapping[str, str]
    price: Decimal | None
    """Sum of the energy prices at those times; None where steps or tables price it. [per unit]"""
    rank: int
    """0 for the cheapest, counting up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffPage:
    """One version: its charges, its bands, its week in each season."""

    row: TariffRow
    currency: str
    unit: str
    valid_to: date | None
    charges: tuple[Mapping[str, str], ...]
    bands: tuple[BandRow, ...]
    weeks: tuple[Week, ...]
    accounts: tuple[tuple[str, str], ...]
    """Key and name of accounts with bills of the last year; none for who may not read bills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBill:
    """An issued bill beside what it would have come to."""

    number: str
    first_day: date
    last_day: date
    was: Decimal
    now: Decimal | None
    """None where the tariff cannot price the days."""
    barred: tuple[str, ...]
    """Codes of what stands in the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The bills of an account of a year under another tariff version."""

    row: TariffRow
    account: str
    name: str
    currency: str
    bills: tuple[TrialBill, ...]

    @property
    def was(self) -> Decimal:
        """Return what the comparable bills came to. [currency]."""
        return sum((bill.was for bill in self.bills if bill.now is not None), Decimal(0))

    @property
    def now(self) -> Decimal:
        """Return what they would come to. [currency]."""
        return sum((bill.now for bill in self.bills if bill.now is not None), Decimal(0))


def tariff_page(
    row: TariffRow, tariff: TariffVersion, accounts: tuple[tuple[str, str], ...]
) -> TariffPage:
    """Return the page of a version."""
    return TariffPage(
        row=row,
        currency=tariff.currency,
        unit=tariff.unit,
        valid_to=tariff.valid_to,
        charges=tuple(clause.names for clause in tariff.clauses),
        bands=bands_of_week(tariff),
        weeks=tuple(weeks_of(tariff)),
        accounts=accounts,
    )


def bands_of_week(tariff: TariffVersion) -> tuple[BandRow, ...]:
    """Return the tariff periods in the file's order, ranked by price; unpriced ones last."""
    prices = {period.key: _price(tariff, period.key) for period in tariff.periods}
    order = sorted({price for price in prices.values() if price is not None})
    letters = letters_of(tariff)
    return tuple(
        BandRow(
            letter=letters[period.key],
            names=period.names,
            price=price,
            rank=len(order) if price is None else order.index(price),
        )
        for period in tariff.periods
        for price in [prices[period.key]]
    )


def _price(tariff: TariffVersion, period: str) -> Decimal | None:
    clauses = [
        clause
        for clause in tariff.clauses
        if isinstance(clause, EnergyClause)
        and clause.period in {period, None}
        and clause.quantity is None
    ]
    if not clauses or any(len(clause.tiers) > 1 for clause in clauses):
        return None
    return sum((clause.price for clause in clauses), Decimal(0))
