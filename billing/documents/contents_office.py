"""In: what rounds, shifts and bill runs know. Out: the content of the office's papers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from billing.documents.content import Content, Named


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPoint:
    """A meter to be read."""

    point: str
    name: str
    place: str
    serial: str
    unit: str
    digits: int
    """Before the point of the display."""
    decimals: int
    before: str = ""
    """Last reading as the display showed it."""
    before_on: date | None = None
    low: str = ""
    """Readings below or above need a second look."""
    high: str = ""
    reading: str = ""
    """Where it is known; else there is room to write."""
    tenant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSheet(Content):
    """Meters to be read by hand on a round, in walking order."""

    KIND: ClassVar[str] = "reading_sheet"
    round: str
    dated: date
    reader: str
    points: Sequence[SheetPoint]
    note: Named = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeansCounted:
    """What a shift took by one means of payment."""

    means: Named
    count: int
    expected: Decimal
    counted: Decimal
    difference: Decimal
    """counted - expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashUpSheet(Content):
    """The end of a shift at the cash desk: what should be there, what is, and who signed."""

    KIND: ClassVar[str] = "cash_up_sheet"
    shift: str
    desk: str
    cashier: str
    opened_at: datetime
    closed_at: datetime
    zone: str
    currency: str
    float_: Decimal
    """Change that lay in the drawer when the shift began. [currency]"""
    means: Sequence[MeansCounted]
    receipts: int
    voids: int
    first_receipt: str = ""
    last_receipt: str = ""
    reason: str = ""
    """Of the difference."""
    signed_by: str = ""
    seconded_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """A named row of figures, as texts already or as amounts."""

    what: Named
    figures: Sequence[Decimal | int | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryTable:
    """A part of the summary: utilities, exceptions, bridge, reconciliation."""

    title: Named
    heads: Sequence[Named]
    """The first one stands above the names."""
    rows: Sequence[SummaryRow]
    total: SummaryRow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary(Content):
    """A bill run on one paper, for who approves it."""

    KIND: ClassVar[str] = "run_summary"
    run: str
    state: Named
    first_day: date
    last_day: date
    dated: date
    currency: str
    invoices: int
    total: Decimal
    tables: Sequence[SummaryTable]
    sha256: str
    """What the second person approves."""
    opened_by: str = ""
    approved_by: str = ""
