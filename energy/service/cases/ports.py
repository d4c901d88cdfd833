"""In: nothing. Out: what a supply case asks of the books; energy knows none. Pure.

Whoever starts the desk hands it in (billing/views/case_books.py): here it is only said what is
asked, and that the answer is what the books hold, never what somebody claims.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from energy.service.cases.quotation import QuotedItem, Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSheet:
    """A contract that was signed with an account."""

    number: str
    signed_on: date
    valid_to: date | None
    """First local day on which it no longer holds; None while open."""
    utilities: Collection[str]
    """Empty: all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidDays:
    """Local days on which an account pays for a point."""

    first_day: date
    after: date | None
    """First local day no longer paid for; None while open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledDays:
    """Days of a point on an issued invoice that was not taken back."""

    invoice: str
    """Its number."""
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedOut:
    """A point left an account, with the reading that stands for the day."""

    day: date
    """First local day of whoever comes."""
    to: str
    """The other account; "" where nobody follows."""
    shown: str
    """What the display showed, with its unit; "" where the point has no register."""
    how: str
    """read, entered, estimated, computed."""


class CaseBooks(Protocol):
    """What the books of a site know."""

    def knows(self, tenant: str) -> bool:
        """Return whether there is a party or account: "party/KEY", "account/KEY"."""

    def tenants(self, account: str, day: date) -> frozenset[str]:
        """Return who an account is on a day or later: itself, and its parties as "party/KEY"."""

    def contract(self, account: str, number: str) -> SignedSheet | None:
        """Return a contract that was signed with an account; None where there is none."""

    def paid(self, account: str, point: str) -> Sequence[PaidDays]:
        """Return the days on which an account pays for a point, in order."""

    def payer(self, point: str, day: date) -> str | None:
        """Return the account that pays for a point on a day; None: nobody does."""

    def billed(self, account: str, point: str) -> Sequence[BilledDays]:
        """Return the days of a point on issued invoices of an account, in order."""

    def moved_out(self, account: str, point: str) -> MovedOut | None:
        """Return how a point left an account the last time; None where it never did."""

    def suspended_from(self, account: str, point: str, day: date) -> date | None:
        """Return from which day on the supply that is suspended on a day is so; None: it is not."""

    def sums(self, items: Sequence[QuotedItem], tax_percent: Decimal) -> Sums:
        """Return net, tax and total in the site's currency.

        Raises:
            RefusedError: An amount has more digits than the currency, or the tax is none.
        """
