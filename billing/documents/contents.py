"""In: what the rooms of billing know. Out: the content of each paper, as values and JSON. Pure.

One frozen dataclass a kind; `document()` is what `papers.paper` sets. A text that depends on the
language is a mapping {"en": ..., "zh": ...}; amounts are Decimals already rounded, days are local
days, instants are aware. What is not known is None or "", and does not stand on the paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from billing.documents.content import Content, Named, Party, json_of
from billing.documents.contents_office import (
    CashUpSheet,
    MeansCounted,
    ReadingSheet,
    RunSummary,
    SheetPoint,
    SummaryRow,
    SummaryTable,
)

__all__ = [
    "AdjustedPeriod",
    "Adjustment",
    "Aged",
    "Bill",
    "CashUpSheet",
    "Compared",
    "Content",
    "CreditNote",
    "DisconnectionNotice",
    "DunningLetter",
    "Entered",
    "Load",
    "MeansCounted",
    "Named",
    "Owed",
    "Paid",
    "Party",
    "PaymentNotice",
    "ReadingSheet",
    "Receipt",
    "RunSummary",
    "SheetPoint",
    "Statement",
    "SummaryRow",
    "SummaryTable",
    "json_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Usage and money of a point beside another period."""

    point: str
    name: str
    unit: str
    usage: Decimal
    """[unit]"""
    usage_before: Decimal | None
    """[unit]"""
    amount: Decimal
    """Net. [currency]"""
    amount_before: Decimal | None
    """Net. [currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The load of a point over the billed days, for a chart."""

    point: str
    unit: str
    """Such as kW."""
    values: Sequence[Decimal | None]
    """One a step of equal length; None where it is not known. [unit]"""
    maximum_at: datetime | None = None
    limit: Decimal | None = None
    """Agreed demand, drawn as a rule. [unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill(Content):
    """A bill: the canonical document of an invoice, and what only the paper says."""

    KIND: ClassVar[str] = "bill"
    invoice: Mapping[str, Any]
    """The canonical document, draft or issued."""
    why: Named = field(default_factory=dict)
    """The sentence that says why it changed."""
    compared_with: Named = field(default_factory=dict)
    """What stands beside: "the same month of last year"."""
    compared: Sequence[Compared] = ()
    loads: Sequence[Load] = ()
    tenant_url: str = ""
    """Drawn as a QR code: the bill on the tenant's page."""
    capitals: bool = False
    """Whether the amount due stands in words, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote(Bill):
    """A credit note: amounts are positive, `invoice["corrects"]` names what it takes back."""

    KIND: ClassVar[str] = "credit_note"
    reason: Named = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedPeriod:
    """A period that was computed anew."""

    name: Named
    first_day: date
    last_day: date
    corrects: str
    """Number of the invoice it was on."""
    charged: Decimal
    """Net that was charged. [currency]"""
    due: Decimal
    """Net that should have been. [currency]"""
    difference: Decimal
    """due - charged. [currency]"""
    tax_rate: Decimal
    tax: Decimal
    """Of the difference. [currency]"""
    usage: str = ""
    """What changed, such as "1,234.5 -> 1,240.0 kWh"."""
    reason: Named = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment(Content):
    """What is refunded or charged later for periods billed already."""

    KIND: ClassVar[str] = "adjustment"
    number: str
    dated: date
    to: Party
    currency: str
    periods: Sequence[AdjustedPeriod]
    net: Decimal
    tax: Decimal
    total: Decimal
    """Above zero: to pay; below: refunded. [currency]"""
    settled_by: Named = field(default_factory=dict)
    """How it is settled: "on the next bill"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A document that is open."""

    number: str
    dated: date
    due_on: date
    amount: Decimal
    """Of the document. [currency]"""
    open: Decimal
    """Still to be paid. [currency]"""
    what: Named = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNotice(Content):
    """What is to be paid until when, with seal and the amount in words."""

    KIND: ClassVar[str] = "payment_notice"
    number: str
    dated: date
    due_on: date
    to: Party
    currency: str
    items: Sequence[Owed]
    credit: Decimal = Decimal(0)
    """Paid before and not used, taken off. [currency]"""
    total: Decimal
    reference: str = ""
    """What to name with the payment; the number where it is empty."""
    tenant_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """One thing that money was taken or given back for."""

    what: Named
    amount: Decimal
    """[currency]"""
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    """[currency / unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Content):
    """That money was received: at the cash desk, by transfer, for a card."""

    KIND: ClassVar[str] = "receipt"
    number: str
    at: datetime
    zone: str
    """Of the site, such as Asia/Shanghai."""
    to: Party
    currency: str
    items: Sequence[Paid]
    total: Decimal
    means: Named
    """Means of payment."""
    given: Decimal | None = None
    """Cash handed over. [currency]"""
    change: Decimal | None = None
    balance: Decimal | None = None
    """Of the prepaid account afterwards. [currency]"""
    card: str = ""
    """Serial of the card."""
    cashier: str = ""
    desk: str = ""
    voids: str = ""
    """Number of the receipt that this one takes back."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A row of a statement."""

    day: date
    what: Named
    document: str
    amount: Decimal
    """Above zero: charged; below: paid or credited. [currency]"""
    balance: Decimal
    """Afterwards. [currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """What is open by how long it is overdue."""

    what: Named
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Content):
    """What was charged and paid in some days."""

    KIND: ClassVar[str] = "statement"
    dated: date
    first_day: date
    last_day: date
    to: Party
    currency: str
    opening: Decimal
    rows: Sequence[Entered]
    closing: Decimal
    ageing: Sequence[Aged] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DunningLetter(Content):
    """That documents are overdue: friendly first, then firmly, then with what follows."""

    KIND: ClassVar[str] = "dunning_letter"
    level: int
    """1 reminder, 2 demand, 3 last demand."""
    number: str
    dated: date
    to: Party
    currency: str
    items: Sequence[Owed]
    fee: Decimal = Decimal(0)
    interest: Decimal = Decimal(0)
    total: Decimal
    pay_by: date
    disconnect_from: date | None = None
    """First day on which supply may be cut; on the last level."""
    tenant_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectionNotice(Content):
    """That supply is going to be cut, when at the earliest, and how to avert it."""

    KIND: ClassVar[str] = "disconnection_notice"
    number: str
    dated: date
    to: Party
    currency: str
    points: Sequence[tuple[str, str]]
    """Point and its name."""
    owed: Decimal
    balance: Decimal | None = None
    """Of a prepaid account. [currency]"""
    not_before: datetime
    zone: str
    pay_by: date
    restore_at: Decimal | None = None
    """Balance from which supply is restored. [currency]"""
    rules: Named = field(default_factory=dict)
    approved_by: str = ""
