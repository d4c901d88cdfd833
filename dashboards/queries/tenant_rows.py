"""In: nothing. Out: the frozen rows of tenants, as the billing office sees them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.accounts.terms import ContractTerms
from billing.views.account_terms import DepositRow
from billing.views.cash_desk import TakingRow
from billing.views.collection import LetterRow
from dashboards.queries.portal_rows import OwnAccount, OwnBill
from energy.base.units import Utility


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRow:
    """An account of the list."""

    account: str
    name: str
    opened_on: date
    supplies: int
    balance: Decimal
    """What it owes in all; below zero what is in hand. [currency]"""
    overdue: Decimal
    """[currency]"""
    prepaid: Decimal | None
    """Balance of an account that pays first. [currency]"""
    final_due: bool
    """Whether it left and its last days are not billed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantList:
    """The accounts of a site by key."""

    rows: tuple[TenantRow, ...]
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilityUse:
    """A utility's use of the running month beside the same days of the month before."""

    utility: Utility
    now: int | None
    """Known use; None when nothing is known. [base unit]"""
    before: int | None
    """[base unit]"""
    known: Fraction
    """Part of the meters' days of this month that is known. [1]"""
    known_before: Fraction
    """[1]"""
    meters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPoint:
    """A part of a common quantity that is a supply of the account, by one dated key."""

    point: str
    share: str
    """Name of the share."""
    whole: str
    """What is divided: a point, or a utility at a node of the supply graph."""
    keys: tuple[tuple[str, Fraction], ...]
    """Kinds of key, each with how much of the whole goes by it. [1]"""
    valid_from: date
    valid_to: date | None
    """First local day on which it no longer holds; None while open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantPage:
    """One account with all that belongs to it."""

    standing: OwnAccount
    terms: ContractTerms
    parties: Mapping[str, str]
    """Legal names of parties by key; "?" of one that was erased."""
    first: date
    """First and last day of the use shown."""
    last: date
    use: tuple[UtilityUse, ...]
    bills: tuple[OwnBill, ...]
    """The newest first."""
    meters: Mapping[str, tuple[str, str]]
    """Name and serial number of the supplied points, by point."""
    deposits: tuple[DepositRow, ...] = ()
    shared: tuple[SharedPoint, ...] = ()
    receipts: tuple[TakingRow, ...] = ()
    """Of the cash desks, the newest first."""
    letters: tuple[LetterRow, ...] = ()
    """Dunning letters, the newest first."""
