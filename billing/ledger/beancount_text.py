"""In: ledger entries. Out: a journal as plain text that beancount loads. Pure.

Every account of ours is one of beancount's five kinds; utilities, means of payment and parties are
parts of its name or metadata. Every entry is a transaction that balances to the cent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from billing.ledger.entry import LedgerAccount
from billing.views.ledger import BookedEntry

NAMES: dict[LedgerAccount, str] = {
    LedgerAccount.RECEIVABLE: "Assets:Receivable",
    LedgerAccount.BANK: "Assets:Bank",
    LedgerAccount.CASH: "Assets:Cash",
    LedgerAccount.INPUT_TAX: "Assets:InputTax",
    LedgerAccount.PAYABLE: "Liabilities:Payable",
    LedgerAccount.TAX: "Liabilities:TaxPayable",
    LedgerAccount.PREPAID: "Liabilities:Prepaid",
    LedgerAccount.DEPOSIT: "Liabilities:Deposits",
    LedgerAccount.REVENUE: "Income:Revenue",
    LedgerAccount.CARD_SALES: "Income:CardSales",
    LedgerAccount.FEES: "Income:Fees",
    LedgerAccount.PURCHASES: "Expenses:Purchases",
    LedgerAccount.LOSS: "Expenses:Losses",
    LedgerAccount.CASH_DIFFERENCE: "Expenses:CashDifference",
    LedgerAccount.ROUNDING: "Expenses:Rounding",
    LedgerAccount.OPENING: "Equity:Opening-Balances",
}


def account_name(account: LedgerAccount, detail: str) -> str:
    """Return the name of an account with its detail, as beancount spells names."""
    part = re.sub(r"[^A-Za-z0-9-]+", "-", detail).strip("-")
    if not part:
        return NAMES[account]
    return f"{NAMES[account]}:{part[0].upper()}{part[1:]}"


def beancount_text(entries: Iterable[BookedEntry], title: str) -> str:
    """Return the journal of some entries.

    Args:
        entries: In the order of their days.
        title: Of the journal, such as the site's name.
    """
    booked = list(entries)
    return "\n".join(_head(booked, title)) + "\n" + "".join(_transaction(each) for each in booked)


def _head(booked: list[BookedEntry], title: str) -> Iterator[str]:
    yield f'option "title" {_quoted(title)}'
    for currency in sorted({each.entry.currency for each in booked}):
        yield f'option "operating_currency" "{currency}"'
    opened: dict[str, tuple[date, set[str]]] = {}
    for each in booked:
        for posting in each.entry.postings:
            name = account_name(posting.account, posting.detail)
            first, currencies = opened.setdefault(name, (each.entry.booked_on, set()))
            currencies.add(each.entry.currency)
            opened[name] = min(first, each.entry.booked_on), currencies
    yield ""
    for name, (first, currencies) in sorted(opened.items()):
        yield f"{first.isoformat()} open {name} {','.join(sorted(currencies))}"
    yield ""


def _transaction(booked: BookedEntry) -> str:
    entry = booked.entry
    rows = [f"{entry.booked_on.isoformat()} * {_quoted(entry.party or '')} {_quoted(entry.what)}"]
    rows.append(f"  key: {_quoted(entry.key)}")
    if entry.document:
        rows.append(f"  document-number: {_quoted(entry.document)}")
    if booked.concerns_on != entry.booked_on:
        rows.append(f"  concerns: {booked.concerns_on.isoformat()}")
    for posting in entry.postings:
        name = account_name(posting.account, posting.detail)
        rows.append(f"  {name}  {posting.amount:f} {entry.currency}")
    return "\n".join(rows) + "\n\n"


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{plain}"'
