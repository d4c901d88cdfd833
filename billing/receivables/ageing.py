"""In: items and their movements. Out: what is overdue since when, and statements of a day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
BUCKETS = (0, 30, 60, 90)
"""Upper ends of the spans of days overdue; the last span has none. [d]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgedAccount:
    """What an account owes by how long it is overdue."""

    account: str
    not_due: Decimal
    to_30: Decimal
    to_60: Decimal
    to_90: Decimal
    over_90: Decimal
    disputed: Decimal
    """Part of the five that is in dispute. [currency]"""
    credit: Decimal
    """Money and credits not used, below zero. [currency]"""

    @property
    def overdue(self) -> Decimal:
        """Return what is overdue. [currency]."""
        return self.to_30 + self.to_60 + self.to_90 + self.over_90

    @property
    def balance(self) -> Decimal:
        """Return what the account owes in all. [currency]."""
        return self.not_due + self.overdue + self.credit


@dataclass(frozen=True, slots=True, kw_only=True)
class DayItem:
    """An item as it stood at the end of a day."""

    number: str
    account: str
    due_on: date
    open: Decimal
    """Below zero: in the account's favour, or money not used. [currency]"""
    disputed: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Something that changed what an account owes."""

    on_day: date
    kind: str
    document: str
    amount: Decimal
    """Above zero: it owes more. [currency]"""
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """A movement with the balance behind it."""

    movement: Movement
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatement:
    """What an account owed, was charged and paid in some days."""

    account: str
    currency: str
    first_day: date
    last_day: date
    opening: Decimal
    rows: tuple[StatementRow, ...]
    closing: Decimal
    open_items: tuple[DayItem, ...]
    """As they stood at the end of the last day."""


def bucket_of(due_on: date, day: date) -> int:
    """Return the number of the span: 0 not due, 1 to 30 days, 2 to 60, 3 to 90, 4 more."""
    overdue = (day - due_on).days
    if overdue <= BUCKETS[0]:
        return 0
    return next((n for n, most in enumerate(BUCKETS) if overdue <= most), len(BUCKETS))


def aged(items: Iterable[DayItem], day: date) -> list[AgedAccount]:
    """Return what each account owes at the end of a day, by days overdue.

    Args:
        items: As they stood at the end of that day.
        day: Local day.
    """
    rows: dict[str, list[Decimal]] = {}
    for item in items:
        if not item.open:
            continue
        sums = rows.setdefault(item.account, [ZERO] * 7)
        if item.open < 0:
            sums[6] += item.open
            continue
        sums[bucket_of(item.due_on, day)] += item.open
        sums[5] += min(item.disputed, item.open)
    return [
        AgedAccount(
            account=account,
            not_due=sums[0],
            to_30=sums[1],
            to_60=sums[2],
            to_90=sums[3],
            over_90=sums[4],
            disputed=sums[5],
            credit=sums[6],
        )
        for account, sums in sorted(rows.items())
    ]


def statement(
    account: str,
    currency: str,
    movements: Sequence[Movement],
    first_day: date,
    last_day: date,
    open_items: Iterable[DayItem],
) -> AccountStatement:
    """Return the statement of an account: opening, each movement with its balance, closing.

    Args:
        account: Key of the account.
        currency: Of the amounts.
        movements: All of the account up to the last day, in the order of day and journal.
        first_day: First local day shown.
        last_day: Last local day, included.
        open_items: As they stood at the end of the last day.
    """
    told = sum((m.amount for m in movements if m.on_day < first_day), ZERO)
    opening, rows = told, []
    for movement in movements:
        if first_day <= movement.on_day <= last_day:
            told += movement.amount
            rows.append(StatementRow(movement=movement, balance=told))
    return AccountStatement(
        account=account,
        currency=currency,
        first_day=first_day,
        last_day=last_day,
        opening=opening,
        rows=tuple(rows),
        closing=told,
        open_items=tuple(item for item in open_items if item.open),
    )
