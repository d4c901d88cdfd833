"""In: events of payments, write-offs and fees. Out: their ledger entries. Pure.

Which invoice a payment settles moves no money: payments and refunds change the receivable of the
account, applying does not. What is not cash goes through the bank's account "unallocated" until an
entry of a statement tells it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from billing.ledger.entry import Entry, LedgerAccount, Posting, key_of, posted

UNALLOCATED = "unallocated"
"""Detail of the bank's account for money between a statement and whose it is."""
CASH = "cash"
FEE = "fee"


def _entry(event: Any, document: str | None, postings: tuple[Posting, ...]) -> Sequence[Entry]:
    return (
        Entry(
            key=key_of(event),
            booked_on=event.on,
            what=type(event).TOPIC,
            party=event.account,
            document=document,
            currency=event.currency,
            postings=postings,
        ),
    )


def _money(means: str, amount: Decimal) -> tuple[LedgerAccount, str, Decimal]:
    if means == CASH:
        return LedgerAccount.CASH, "", amount
    return LedgerAccount.BANK, UNALLOCATED, amount


def _received(event: Any) -> Sequence[Entry]:
    postings = posted(
        _money(event.means, event.amount), (LedgerAccount.RECEIVABLE, "", -event.amount)
    )
    return _entry(event, event.payment, postings)


def _taken_back(event: Any) -> Sequence[Entry]:
    postings = posted(
        (LedgerAccount.RECEIVABLE, "", event.amount), _money(event.means, -event.amount)
    )
    return _entry(event, event.payment, postings)


def _refunded(event: Any) -> Sequence[Entry]:
    postings = posted(
        (LedgerAccount.RECEIVABLE, "", event.amount), _money(event.means, -event.amount)
    )
    return _entry(event, event.source, postings)


def _written_off(event: Any) -> Sequence[Entry]:
    lost = LedgerAccount.FEES if event.kind == FEE else LedgerAccount.LOSS
    postings = posted((lost, "", event.amount), (LedgerAccount.RECEIVABLE, "", -event.amount))
    return _entry(event, event.item, postings)


def _fee(event: Any) -> Sequence[Entry]:
    detail = "letter" if event.until_day is None else "late"
    postings = posted(
        (LedgerAccount.RECEIVABLE, "", event.amount), (LedgerAccount.FEES, detail, -event.amount)
    )
    return _entry(event, event.number, postings)


def _taken_over(event: Any) -> Sequence[Entry]:
    postings = posted(
        (LedgerAccount.RECEIVABLE, "", event.amount), (LedgerAccount.OPENING, "", -event.amount)
    )
    return _entry(event, event.number, postings)


POSTINGS = {
    "receivable.taken_over": _taken_over,
    "payment.received": _received,
    "payment.reversed": _taken_back,
    "payment.refunded": _refunded,
    "write_off.approved": _written_off,
    "fee.charged": _fee,
}
