"""In: commands on months of the ledger. Out: events in the books. I/O: PostgreSQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from billing.books import Books
from billing.canonical import canonical_json, sha256_of
from billing.ledger.periods import LedgerMonths, ledger_id, month_after
from billing.receivables.errors import PaymentError
from billing.views.find import parked_entries
from billing.views.ledger import (
    BookedEntry,
    folded_position,
    read_balances,
    read_entries,
    receivable_balances,
)
from billing.views.owed import read_items, read_payments
from energy.base.ids import id_of
from energy.base.period import local_day

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
FOLLOWER = "books"


def month_of(text: str) -> date:
    """Return the first day of a month written as 2026-01.

    Raises:
        PaymentError: It is none.
    """
    if not _MONTH.fullmatch(text):
        raise PaymentError.of("month", text=text[:20])
    return date.fromisoformat(f"{text}-01")


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTotals:
    """A month of the ledger as it stands at a position of the books."""

    month: date
    known_position: int
    totals: tuple[tuple[str, str, Decimal], ...]
    """Account, detail, moved in the month. [currency]"""
    entries: int
    sha256: str
    """Of the month's entries, each with its postings: what a second person closes."""


@dataclass(frozen=True, slots=True)
class LedgerOffice:
    """The ledger of one site."""

    books: Books

    def months(self, command_id: UUID) -> LedgerMonths:
        """Return which months are closed."""
        site = self.books.site.key
        known: LedgerMonths | None = self.books.find(ledger_id(site))
        opening = id_of("open ledger", site, str(command_id))
        return known or LedgerMonths(site=site, command_id=opening)

    def totals(self, month: date, position: int | None = None) -> MonthTotals:
        """Return a month as it stands, or as it stood at a position of the books."""
        last = month_after(month) - timedelta(days=1)
        with self.books.database.connection() as connection:
            schema = self.books.schema
            known = folded_position(connection, schema) if position is None else position
            entries = read_entries(
                connection, schema, first_day=month, last_day=last, up_to_position=known
            )
            totals = read_balances(
                connection, schema, first_day=month, last_day=last, up_to_position=known
            )
        return MonthTotals(
            month=month,
            known_position=known,
            totals=tuple(totals),
            entries=len(entries),
            sha256=hash_of(entries),
        )

    def close(
        self, month: date, *, by: UUID, may_close: bool, command_id: UUID
    ) -> tuple[str, MonthTotals]:
        """Propose to close a month, or close it as the second person.

        Args:
            month: Its first day.
            by: Who.
            may_close: Whether this person may be the second one; else it is a proposal.
            command_id: The command's id.

        Returns:
            "proposed" or "closed", and the month as it was proposed.

        Raises:
            PaymentError: The month is not over, not the next one, or the ledger does not agree
                with what is open.
        """
        months = self.months(command_id)
        waiting = months.proposed
        if waiting is not None and waiting[0] == month and waiting[3] != by and may_close:
            if not months.seen(command_id):
                months.close(month, by=by, command_id=command_id)
                self.books.store(months)
            return "closed", self.totals(month, waiting[1])
        self.check()
        totals = self.totals(month)
        today = local_day(self.books.clock.now(), self.books.site.zone)
        months.propose_close(
            month,
            known_position=totals.known_position,
            sha256=totals.sha256,
            today=today,
            by=by,
            command_id=command_id,
        )
        self.books.store(months)
        return "proposed", totals

    def check(self) -> None:
        """Refuse where the ledger and what is open differ, or entries of the books are set aside.

        Raises:
            PaymentError: Says which account.
        """
        with self.books.database.connection() as connection:
            schema = self.books.schema
            parked = parked_entries(connection, schema, FOLLOWER, self.books.position())
            ledger = receivable_balances(connection, schema)
            items = read_items(connection, schema)
            payments = read_payments(connection, schema, left_only=True)
        if parked:
            raise PaymentError.of("waiting_entries", number=len(parked))
        owed: dict[str, Decimal] = {}
        for item in items:
            owed[item.account] = owed.get(item.account, Decimal(0)) + item.open
        for payment in payments:
            owed[payment.account] = owed.get(payment.account, Decimal(0)) - payment.left
        for account in sorted({*owed, *ledger}):
            there, here = ledger.get(account, Decimal(0)), owed.get(account, Decimal(0))
            if there != here:
                cause = f"{account}: {there} / {here}"
                raise PaymentError.of("out_of_balance", month="", cause=cause)


def hash_of(entries: list[BookedEntry]) -> str:
    """Return the SHA-256 of entries with their postings, in their order."""
    told = [
        [
            booked.entry.key,
            booked.entry.booked_on.isoformat(),
            booked.concerns_on.isoformat(),
            booked.entry.party,
            booked.entry.document,
            booked.entry.currency,
            [[p.account, p.detail, format(p.amount, "f")] for p in booked.entry.postings],
        ]
        for booked in entries
    ]
    return sha256_of(canonical_json(told))
