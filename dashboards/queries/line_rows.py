"""In: nothing. Out: the frozen rows behind a charge line: intervals, readings, entries. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from dashboards.queries.bill_rows import ChargeRow, InvoiceRow
from energy.base.quality import Quality
from energy.base.units import Utility


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry of the metering journal that holds a reading."""

    position: int
    topic: str
    stream: str
    number: int
    """Place in its stream."""
    source: str = ""
    learned_at: datetime | None = None
    sha256: str = ""
    """Of a batch, chained to the one before it; empty for what a person stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInterval:
    """An interval of the day."""

    start: datetime
    usage: int | None
    """None where nothing is known. [base unit]"""
    quality: Quality
    period: Mapping[str, str] | None
    """Names of the tariff period by language; None where the tariff has one price."""
    charged: bool
    """Whether the charge line prices it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReading:
    """A reading of the day, as the register showed it."""

    at: datetime
    value: Fraction
    """[unit]"""
    unit: str
    count: int
    quality: Quality
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDay:
    """A day of a charge line, as its bill knew it."""

    bill: InvoiceRow
    line: ChargeRow
    day: date
    utility: Utility
    known: int
    """Metering position of the bill."""
    intervals: tuple[LineInterval, ...]
    readings: tuple[LineReading, ...]
    """Of the billed register; none of what is computed."""
    entries: Mapping[int, EntryRow] = field(default_factory=dict)
    """Journal entries of the readings by position."""
