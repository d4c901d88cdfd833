"""In: issued invoices and credit notes. Out: their ledger entries. Pure.

Receivable against revenue of each utility and tax; a credit note the other way round. What sums of
charge lines and totals differ by stands under rounding, so that an entry always balances.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from billing.ledger.entry import Entry, LedgerAccount, key_of, posted

ZERO = Decimal(0)
UNKNOWN = ""
"""Utility of an adjustment whose point the document does not supply any more."""


def sign_of(document: Mapping[str, Any]) -> int:
    """Return 1, or -1 for a credit note: its amounts stand as on the invoice it takes back."""
    return -1 if document["kind"] == "credit_note" else 1


def billed_parts(document: Mapping[str, Any]) -> list[tuple[str, date, date, Decimal]]:
    """Return what a document bills: utility, first and last day, net of its sign.

    Args:
        document: Of an issued invoice or credit note.
    """
    sign, found = sign_of(document), []
    utilities = {}
    for supply in document["supplies"]:
        utilities[supply["point"]] = supply["utility"]
        net = sum((Decimal(charge["net"]) for charge in supply["charges"]), ZERO)
        first, last = (
            date.fromisoformat(supply["first_day"]),
            date.fromisoformat(supply["last_day"]),
        )
        found.append((supply["utility"], first, last, sign * net))
    for adjustment in document.get("adjustments", ()):
        period = adjustment["period"]
        first, last = (
            date.fromisoformat(period["first_day"]),
            date.fromisoformat(period["last_day"]),
        )
        for charge in adjustment["charges"]:
            utility = utilities.get(charge.get("point", ""), UNKNOWN)
            found.append((utility, first, last, sign * Decimal(charge["net"])))
    return found


def total_of(document: Mapping[str, Any]) -> Decimal:
    """Return what a document adds to what its account owes. [currency]."""
    return sign_of(document) * Decimal(document["totals"]["total"])


def _issued(event: Any) -> Sequence[Entry]:
    document = json.loads(event.document)
    sign, totals = sign_of(document), document["totals"]
    total, tax = total_of(document), sign * Decimal(totals["tax"])
    revenue: dict[str, Decimal] = {}
    for utility, _, _, net in billed_parts(document):
        revenue[utility] = revenue.get(utility, ZERO) + net
    rest = total - tax - sum(revenue.values(), ZERO)
    postings = posted(
        (LedgerAccount.RECEIVABLE, "", total),
        *((LedgerAccount.REVENUE, utility, -net) for utility, net in sorted(revenue.items())),
        (LedgerAccount.TAX, "", -tax),
        (LedgerAccount.ROUNDING, "", -rest),
    )
    if not postings:
        return ()
    return (
        Entry(
            key=key_of(event),
            booked_on=date.fromisoformat(document["dated"]),
            what=type(event).TOPIC,
            party=document["account"]["key"],
            document=event.number,
            currency=document["currency"],
            postings=postings,
        ),
    )


POSTINGS = {"invoice.issued": _issued}
