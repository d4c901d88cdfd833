"""In: nothing. Out: the frozen rows of cash desks that queries answer with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from billing.cash_desk.shift import Shift
from billing.cash_desk.shift_events import Means, Taking
from billing.views.prepaid_cards import CardPointRow, CardSaleRow
from dashboards.queries.portal_rows import OwnAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskShift:
    """A shift of the list."""

    desk: str
    number: int
    person: UUID
    name: str
    """Of the person; "?" of one that was erased."""
    state: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskList:
    """The newest shifts of a site's desks, the newest first."""

    shifts: tuple[DeskShift, ...]
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeansSum:
    """What a shift took by one means of payment."""

    means: Means
    count: int
    """Receipts that hold."""
    taken: Decimal
    """[currency]"""
    expected: Decimal
    """With the change in the drawer. [currency]"""
    counted: Decimal | None
    """None before the count. [currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftPage:
    """A shift with what was taken in it."""

    shift: Shift
    name: str
    """Of its person."""
    signed_by: str
    """Of the second person; "" where nobody had to sign."""
    newest: bool
    """Whether it is the desk's newest."""
    sums: tuple[MeansSum, ...]
    takings: tuple[Taking, ...]
    """The newest first."""
    reasons: Mapping[str, str]
    """Why a receipt is void, by its number."""
    names: Mapping[str, str]
    """Names of the accounts in it, opened, by key."""
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """A document that is not paid."""

    number: str
    kind: str
    due_in: int
    """Days until it is due; below zero it is late. [d]"""
    open: Decimal
    """[currency]"""
    payable: bool
    """Whether a desk takes its payment; a prepaid balance pays the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who stands before the desk: what is owed, what is paid ahead."""

    standing: OwnAccount
    address: str
    serials: tuple[str, ...]
    """Numbers of the meters paid for."""
    connected: bool
    """Whether the supply of a prepaid account is not cut."""
    items: tuple[DueItem, ...]
    """What is due first first."""
    cards: tuple[CardPointRow, ...]
    waiting: tuple[CardSaleRow, ...]
    """Units sold that are not on their card."""
