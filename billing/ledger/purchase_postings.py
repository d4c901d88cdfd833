"""In: events of purchase invoices. Out: their ledger entries. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from billing.ledger.entry import Entry, LedgerAccount, Posting, key_of, posted
from billing.receivables.postings import CASH, UNALLOCATED


def _entered(event: Any) -> Sequence[Entry]:
    postings = posted(
        (LedgerAccount.PURCHASES, event.utility, event.net),
        (LedgerAccount.INPUT_TAX, "", event.tax),
        (LedgerAccount.PAYABLE, "", -event.total),
    )
    return _entry(event, event.dated, postings)


def _withdrawn(event: Any) -> Sequence[Entry]:
    postings = posted(
        (LedgerAccount.PAYABLE, "", event.total),
        (LedgerAccount.INPUT_TAX, "", -event.tax),
        (LedgerAccount.PURCHASES, event.utility, -event.net),
    )
    return _entry(event, event.on, postings)


def _paid(event: Any) -> Sequence[Entry]:
    cash = event.means == CASH
    account = LedgerAccount.CASH if cash else LedgerAccount.BANK
    postings = posted(
        (LedgerAccount.PAYABLE, "", event.amount),
        (account, "" if cash else UNALLOCATED, -event.amount),
    )
    return _entry(event, event.on, postings)


def _entry(event: Any, day: Any, postings: tuple[Posting, ...]) -> Sequence[Entry]:
    if not postings:
        return ()
    return (
        Entry(
            key=key_of(event),
            booked_on=day,
            what=type(event).TOPIC,
            party=event.supplier,
            document=event.number,
            currency=event.currency,
            postings=postings,
        ),
    )


POSTINGS = {
    "purchase.entered": _entered,
    "purchase.withdrawn": _withdrawn,
    "purchase.paid": _paid,
}
