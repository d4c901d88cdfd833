"""In: entries, issued documents, open items. Out: the office's sheets. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.ledger.invoice_postings import sign_of
from billing.ledger.sheets import Sheet
from billing.receivables.ageing import AgedAccount
from billing.views.ledger import BookedEntry

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedDocument:
    """An issued document as the bill register lists it."""

    number: str
    account: str
    document: str
    """Its canonical JSON."""
    open: Decimal
    """Still open. [currency]"""


def journal_sheet(entries: Iterable[BookedEntry]) -> Sheet:
    """Return the journal, a row a posting."""
    heads = (
        "booked_on", "concerns_on", "what", "party", "document", "account", "detail", "debit",
        "credit", "currency", "key",
    )  # fmt: skip
    rows = [
        (
            booked.entry.booked_on,
            booked.concerns_on,
            booked.entry.what,
            booked.entry.party,
            booked.entry.document,
            str(posting.account),
            posting.detail,
            posting.amount if posting.amount > 0 else None,
            -posting.amount if posting.amount < 0 else None,
            booked.entry.currency,
            booked.entry.key,
        )
        for booked in entries
        for posting in booked.entry.postings
    ]
    return Sheet(name="journal", heads=heads, rows=rows)


def bill_register(documents: Iterable[IssuedDocument]) -> Sheet:
    """Return the issued documents in the order of their numbers, with what is open of each."""
    heads = (
        "number", "kind", "account", "name", "dated", "due_on", "first_day", "last_day", "net",
        "tax", "total", "open", "currency",
    )  # fmt: skip
    rows = []
    for each in documents:
        told = json.loads(each.document)
        sign, totals, period = sign_of(told), told["totals"], told.get("period", {})
        rows.append(
            (
                each.number,
                told["kind"],
                each.account,
                told["account"]["name"],
                date.fromisoformat(told["dated"]),
                date.fromisoformat(told["due_on"]),
                period.get("first_day"),
                period.get("last_day"),
                sign * Decimal(totals["net"]),
                sign * Decimal(totals["tax"]),
                sign * Decimal(totals["total"]),
                each.open,
                told["currency"],
            )
        )
    return Sheet(name="bills", heads=heads, rows=rows)


def tax_sheet(documents: Iterable[IssuedDocument], bought: Sequence[tuple[str, Decimal]]) -> Sheet:
    """Return tax by rate: what documents bill, what suppliers billed, what is left to pay.

    Args:
        documents: Issued documents of the days.
        bought: Utility and input tax of purchase invoices of the days.
    """
    sums: dict[str, list[Decimal]] = {}
    for each in documents:
        told = json.loads(each.document)
        sign = sign_of(told)
        for row in told.get("tax", ()):
            base, tax = sums.setdefault(str(row["rate"]), [ZERO, ZERO])
            sums[str(row["rate"])] = [
                base + sign * Decimal(_base_of(row)),
                tax + sign * Decimal(_tax_of(row)),
            ]
    rows: list[tuple[str, str, Decimal | None, Decimal]] = [
        ("output", rate, base, tax) for rate, (base, tax) in sorted(sums.items())
    ]
    rows += [("input", utility, None, -tax) for utility, tax in bought]
    rows.append(("to_pay", "", None, sum((row[3] for row in rows), ZERO)))
    return Sheet(name="tax", heads=("side", "rate_or_utility", "base", "tax"), rows=rows)


def _base_of(row: Mapping[str, str]) -> str:
    return row["base"] if "base" in row else row["net"]


def _tax_of(row: Mapping[str, str]) -> str:
    return row["amount"] if "amount" in row else row["tax"]


def aged_sheet(rows: Iterable[AgedAccount]) -> Sheet:
    """Return what is overdue by account."""
    heads = (
        "account", "not_due", "1-30", "31-60", "61-90", "over_90", "overdue", "disputed", "credit",
        "balance",
    )  # fmt: skip
    return Sheet(
        name="aged",
        heads=heads,
        rows=[
            (
                row.account,
                row.not_due,
                row.to_30,
                row.to_60,
                row.to_90,
                row.over_90,
                row.overdue,
                row.disputed,
                row.credit,
                row.balance,
            )
            for row in rows
        ],
    )
