"""In: nothing. Out: the frozen rows that queries answer with, money side. Pure.

Money and prices are `Decimal`; quantities on a bill are the bill's own decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from dashboards.queries.rows import MeterPlate
from energy.base.finding import Severity
from energy.base.quality import Quality
from energy.base.units import Utility


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A bill run."""

    run: UUID
    key: str
    first_day: date
    last_day: date
    state: str
    accounts: int
    total: Decimal
    currency: str
    opened_by: str | None
    approved_by: str | None
    opened_at: datetime
    metering_position: int
    books_position: int
    utilities: tuple[Utility, ...] = ()
    """That its accounts have supplies of on the billed days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow:
    """An invoice of a run; its number is None until it is issued."""

    invoice: UUID
    run: UUID
    account: str
    name: str
    number: str | None
    state: str
    first_day: date
    last_day: date
    currency: str
    net: Decimal
    tax: Decimal
    total: Decimal
    findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRow:
    """A charge line of a bill."""

    number: int
    """Place on the bill, from 1."""
    reference: str
    names: Mapping[str, str]
    """What the tariff calls it, by language ("en" always)."""
    point: str | None
    quantity: Decimal | None
    unit: str | None
    price: Decimal | None
    amount: Decimal
    clause: str
    tariff: str
    first_day: date | None = None
    """First local day that is charged; None where the bill's own is meant."""
    last_day: date | None = None
    quality: Quality | None = None
    """The worst of the intervals behind it; None of what is charged by time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding of a bill: what was wrong with its readings, tariff or days."""

    code: str
    severity: Severity
    point: str | None
    """None when the whole account is meant."""
    start: datetime
    end: datetime
    proof: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """One bill with its charge lines."""

    invoice: InvoiceRow
    run_key: str
    lines: tuple[ChargeRow, ...]
    document: str
    """Canonical JSON."""
    sha256: str
    findings: tuple[FindingRow, ...] = ()
    people: Mapping[UUID, str] = field(default_factory=dict)
    """Names of who stated what the findings tell of."""
    metering_position: int = 0
    """Of the journal, up to which it knew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterReadingRow:
    """A register reading that a charge line rests on."""

    serial: str
    at: datetime
    count: int
    value: Decimal
    unit: str
    quality: Quality
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPair:
    """The register at the start and at the end of one meter's part of the period."""

    opening: RegisterReadingRow
    closing: RegisterReadingRow
    counts: int
    """Counts used between them, rollover resolved. [count]"""
    resolution: str
    """[unit / count]"""
    multiplier: str
    used: Decimal
    """Counts x resolution x multiplier. [unit]"""
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedProof:
    """What a charge on a share or a formula rests on, as the bill says."""

    document: Mapping[str, Any]
    """The bill's own words of it (billing/invoices/grounds.py)."""
    registers: tuple[RegisterSource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSource:
    """A measured point at the end of what is computed, with its registers."""

    point: str
    name: str
    value: str | None
    """What it said in the days; None where not known. [unit]"""
    unit: str
    pairs: tuple[RegisterPair, ...]
    """None, where it delivers no register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceClause:
    """The clause of the tariff version that priced a charge line."""

    tariff: str
    version: int | None
    valid_from: date | None
    clause: str
    names: Mapping[str, str]
    price: Decimal | None
    unit: str | None
    sha256: str | None
    wording: tuple[tuple[str, str], ...]
    """The clause's own fields as the published tariff has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a charge line rests on."""

    bill: InvoiceRow
    line: ChargeRow
    pairs: tuple[RegisterPair, ...]
    plate: MeterPlate | None
    clause: PriceClause
    by_time: bool
    """Whether it is charged by time, not by usage."""
    computed: ComputedProof | None = None
    """None for what is measured itself, and for bills that do not say."""
    days: tuple[tuple[date, Decimal | None], ...] = ()
    """The charged days of a register with the usage that the bill shows; None where unknown."""
    days_unit: str = ""
