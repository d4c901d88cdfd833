"""In: nothing. Out: the frozen rows of what belongs to a tenant. Pure.

Money is `Decimal`; usage an integer of the utility's base unit, None where nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from dashboards.queries.bill_rows import ChargeRow
from dashboards.queries.rows import UsageDay
from energy.base.units import Utility
from energy.service.requests.kinds import RequestState


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceMove:
    """What raised or lowered a prepaid balance besides the use: a top-up, a refund, a true-up."""

    on: date
    kind: str
    amount: Decimal
    """Above zero it raises the balance. [currency]"""
    document: str
    """Number of the receipt or bill; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPayment:
    """Money that came in for an account."""

    payment: str
    on: date
    means: str
    amount: Decimal
    """[currency]"""
    reversed_on: date | None
    """When it was taken back; None while it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPrepaid:
    """A prepaid balance."""

    balance: Decimal
    """[currency]"""
    days_left: int | None
    """At the mean of the last days; None where nothing was used. [d]"""
    settled_on: date | None
    """Last local day that is taken off."""
    moves: tuple[BalanceMove, ...] = ()
    """The newest first; what the use takes off is not among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccount:
    """An account that the tenant has now."""

    account: str
    name: str
    open: Decimal
    """Not paid yet; below zero what is in hand. [currency]"""
    overdue: Decimal
    """Of it, what was due before today. [currency]"""
    currency: str
    prepaid: OwnPrepaid | None
    payments: tuple[OwnPayment, ...] = ()
    """The newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMeter:
    """A metering point that the tenant is supplied by, or was."""

    point: str
    name: str
    serial: str
    utility: Utility | None
    month: int | None
    """Usage of the running month so far. [base unit]"""
    ended_on: date | None
    """Last local day of the supply; None while it lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBill:
    """An issued bill."""

    invoice: UUID
    number: str
    kind: str
    account: str
    first_day: date
    last_day: date
    currency: str
    total: Decimal
    open: Decimal
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReceipt:
    """Money that a cash desk took."""

    receipt: str
    account: str
    on: date
    purpose: str
    means: str
    amount: Decimal
    """[currency]"""
    currency: str
    invoice: str
    """Number of the document it is for; "" where it is for none."""
    void: bool
    """Whether the desk took it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLetter:
    """A dunning letter."""

    account: str
    on: date
    level: int
    items: tuple[str, ...]
    """Numbers of the documents whose level rose by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """All that belongs to a tenant, at a glance."""

    accounts: tuple[OwnAccount, ...]
    meters: tuple[OwnMeter, ...]
    bills: tuple[OwnBill, ...]
    """The newest first."""
    receipts: tuple[OwnReceipt, ...] = ()
    """Of the cash desks, the newest first."""
    letters: tuple[OwnLetter, ...] = ()
    """Dunning letters, the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnUsage:
    """The usage of one metering point."""

    meter: OwnMeter
    days: tuple[UsageDay, ...]
    months: tuple[tuple[date, int | None], ...]
    """First day of a month and its usage, the newest first. [base unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBillPage:
    """One bill with its charge lines and its canonical document."""

    bill: OwnBill
    lines: tuple[ChargeRow, ...]
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidRow:
    """What was said once in an enquiry."""

    of_office: bool
    name: str
    words: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTold:
    """How far a request is, as its tenant is told."""

    number: str
    state: str
    answer_by: datetime | None
    """By when the first answer is promised; None where it was given."""
    solve_by: datetime | None
    """By when the solution is promised; None where it waits for the tenant, or is there."""
    late: bool
    """Whether the promise that counts was broken."""
    score: int | None
    """How content the tenant said to be; None: it did not say."""

    @property
    def over(self) -> bool:
        """Return whether it is dealt with."""
        return self.state in {RequestState.RESOLVED, RequestState.CLOSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRow:
    """An enquiry with everything that was said, the first first."""

    enquiry: UUID
    account: str
    subject: str
    key: str
    charge: int | None
    state: str
    said: tuple[SaidRow, ...]
    invoice: UUID | None = None
    """Of a bill asked about."""
    kind: str = "enquiry"
    """What the tenant wants."""
    request: RequestTold | None = None
    """The request of the service desk that it is; None: not yet, or there is no desk."""
