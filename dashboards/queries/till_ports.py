"""In: nothing. Out: the questions of cash desks; every one takes the scope first. Pure."""

from __future__ import annotations

from typing import Protocol

from billing.documents.contents import CashUpSheet, Receipt
from billing.views.customers import Hit
from dashboards.queries.rows import Answer
from dashboards.queries.takeover_rows import TakeOverQueries
from dashboards.queries.till_rows import Customer, DeskList, ShiftPage
from dashboards.security.scope import Scope

__all__ = ["TakeOverQueries", "TillQueries"]


class TillQueries(Protocol):
    """Questions about cash desks."""

    def desks(self, scope: Scope) -> Answer[DeskList]:
        """Return the newest shifts of all desks."""
        ...

    def shift(self, scope: Scope, desk: str, number: int | None = None) -> Answer[ShiftPage] | None:
        """Return a shift of a desk, the newest without a number; None where there is none."""
        ...

    def customers(self, scope: Scope, words: str) -> tuple[Hit, ...]:
        """Return the accounts that may be meant by what a customer says."""
        ...

    def customer(self, scope: Scope, account: str) -> Answer[Customer] | None:
        """Return one account as it stands before a desk; None where there is none."""
        ...

    def receipt(self, scope: Scope, desk: str, number: int, receipt: str) -> Receipt | None:
        """Return what a receipt of a shift says; None where there is none."""
        ...

    def cash_up_sheet(self, scope: Scope, desk: str, number: int) -> CashUpSheet | None:
        """Return the cash-up sheet of a shift; None where nothing is counted."""
        ...
