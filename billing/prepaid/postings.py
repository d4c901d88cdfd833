"""In: events of prepaid accounts. Out: the ledger entries they make. Pure.

Money put in is a liability until an invoice takes it: a settlement is provisional and moves
nothing, the month's invoice is revenue when it is issued (as every invoice) and is paid from the
liability when it closes the month. A card's units are revenue when they are sold
(billing/cash_desk/postings.py). What a desk took is booked by its shift.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from billing.ledger.entry import Entry, LedgerAccount, posted
from billing.prepaid.server_account import PrepaidAccount, TopUpMeans

Side = tuple[LedgerAccount, str]
UNALLOCATED = "unallocated"
"""Detail of the bank for money that no entry of a statement has told yet."""
_SOURCES: dict[str, Side] = {
    TopUpMeans.BANK: (LedgerAccount.BANK, UNALLOCATED),
    TopUpMeans.OPENING: (LedgerAccount.OPENING, ""),
}


def posted_top_up(event: Any) -> list[Entry]:
    """Return the entry of money put in; none where a desk took it."""
    source = _SOURCES.get(event.means)
    return [] if source is None else _moved(event, source, event.receipt, event.amount)


def posted_reversal(event: Any) -> list[Entry]:
    """Return the entry of money that was never put in; none where a desk voided it."""
    source = _SOURCES.get(event.means)
    return [] if source is None else _moved(event, source, event.receipt, -event.amount)


def posted_months(event: Any) -> list[Entry]:
    """Return the entry of an invoice paid from the balance."""
    return _moved(event, (LedgerAccount.RECEIVABLE, ""), event.invoice, -event.total)


def posted_correction(event: Any) -> list[Entry]:
    """Return the entry of a later document paid from the balance, or given back to it."""
    document = f"{event.document}/prepaid"  # the document itself is an open item by its number
    return _moved(event, (LedgerAccount.RECEIVABLE, ""), document, -event.amount)


def posted_refund(event: Any) -> list[Entry]:
    """Return the entry of what was paid out, or of what became a debt; none of zero."""
    if event.amount > 0:
        return _moved(event, (LedgerAccount.BANK, UNALLOCATED), event.reference, -event.amount)
    return _moved(event, (LedgerAccount.RECEIVABLE, ""), event.reference, -event.amount)


def _moved(event: Any, source: Side, document: str, amount: Decimal) -> list[Entry]:
    """Return the entry of an amount from a source into the liability; none of zero."""
    if not amount:
        return []
    account, detail = source
    return [
        Entry(
            key=f"{event.TOPIC}/{event.originator_id}/{event.originator_version}",
            booked_on=event.on,
            what=event.TOPIC,
            party=event.account,
            document=document or None,
            currency=event.currency,
            postings=posted((account, detail, amount), (LedgerAccount.PREPAID, "", -amount)),
        )
    ]


POSTINGS: Mapping[str, Callable[[Any], list[Entry]]] = {
    PrepaidAccount.ToppedUp.TOPIC: posted_top_up,
    PrepaidAccount.TopUpReversed.TOPIC: posted_reversal,
    PrepaidAccount.MonthsClosed.TOPIC: posted_months,
    PrepaidAccount.Corrected.TOPIC: posted_correction,
    PrepaidAccount.Refunded.TOPIC: posted_refund,
}
"""By topic; every other event of a prepaid account moves nothing."""
