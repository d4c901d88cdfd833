"""In: entries of bank statements. Out: their ledger entries. Pure.

The account of the bank follows its statements, entry by entry; the other side is "unallocated"
until the entry is somebody's payment or is set aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from billing.ledger.entry import Entry, LedgerAccount, key_of, posted
from billing.receivables.postings import UNALLOCATED


def _received(event: Any) -> Sequence[Entry]:
    postings = posted(
        (LedgerAccount.BANK, event.bank_account, event.amount),
        (LedgerAccount.BANK, UNALLOCATED, -event.amount),
    )
    return () if not postings else (_entry(event, event.booked_on, postings),)


def _set_aside(event: Any) -> Sequence[Entry]:
    other = LedgerAccount.LOSS if event.amount < 0 else LedgerAccount.FEES
    postings = posted(
        (LedgerAccount.BANK, UNALLOCATED, event.amount), (other, "bank", -event.amount)
    )
    return () if not postings else (_entry(event, event.on, postings),)


def _entry(event: Any, day: Any, postings: Any) -> Entry:
    return Entry(
        key=key_of(event),
        booked_on=day,
        what=type(event).TOPIC,
        party=None,
        document=event.key,
        currency=event.currency,
        postings=postings,
    )


POSTINGS = {"bank.entry_received": _received, "bank.entry_set_aside": _set_aside}
