"""In: events of a shift. Out: the ledger entries they make. Pure.

A top-up becomes a liability, units for a card are revenue at once, an invoice's payment takes the
receivable away. What a shift counted too much or too little is the cash difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from billing.cash_desk.shift import Shift
from billing.cash_desk.shift_events import Means, Purpose, entry_key
from billing.ledger.entry import Entry, LedgerAccount, posted
from billing.prepaid.postings import UNALLOCATED


def posted_taking(event: Any) -> list[Entry]:
    """Return the entry of money taken."""
    return [_entry(event, 1)]


def posted_void(event: Any) -> list[Entry]:
    """Return the entry of money given back: the taking's, backwards."""
    return [_entry(event, -1)]


def posted_close(event: Any) -> list[Entry]:
    """Return the entry of a shift's differences; none where everything was there."""
    if not event.differences:
        return []
    sides = []
    for means, difference in sorted(event.differences.items()):
        sides.append(_money(means, difference))
        sides.append((LedgerAccount.CASH_DIFFERENCE, means, -difference))
    return [
        Entry(
            key=key_of(event),
            booked_on=event.on,
            what=event.TOPIC,
            party=None,
            document=f"{event.desk}/{event.number}",
            currency=event.currency,
            postings=posted(*sides),
        )
    ]


def key_of(event: Any) -> str:
    """Return the key of an event's entry: the same event has the same key."""
    return entry_key(event.TOPIC, event.originator_id, event.originator_version)


def void_document(receipt: str) -> str:
    """Return the number of the document that takes a receipt's payment back."""
    return f"{receipt}/void"


def _entry(event: Any, sign: int) -> Entry:
    amount: Decimal = event.amount * sign
    document = event.receipt
    sides = [_money(event.means, amount)]
    match Purpose(event.purpose):
        case Purpose.TOP_UP:
            sides.append((LedgerAccount.PREPAID, "", -amount))
        case Purpose.INVOICE:
            sides.append((LedgerAccount.RECEIVABLE, "", -amount))
            document = (event.invoice or document) if sign > 0 else void_document(document)
        case Purpose.CARD_UNITS:
            sides.append((LedgerAccount.CARD_SALES, event.utility, -event.net * sign))
            sides.append((LedgerAccount.TAX, "", -event.tax * sign))
    return Entry(
        key=key_of(event),
        booked_on=event.on,
        what=event.TOPIC,
        party=event.account,
        document=document,
        currency=event.currency,
        postings=posted(*sides),
    )


def _money(means: str, amount: Decimal) -> tuple[LedgerAccount, str, Decimal]:
    if means == Means.CASH:
        return LedgerAccount.CASH, "", amount
    return LedgerAccount.BANK, UNALLOCATED if means == Means.TRANSFER else means, amount


POSTINGS: Mapping[str, Callable[[Any], list[Entry]]] = {
    Shift.CashTaken.TOPIC: posted_taking,
    Shift.CashVoided.TOPIC: posted_void,
    Shift.Closed.TOPIC: posted_close,
}
"""By topic; every other event of a shift moves nothing."""
