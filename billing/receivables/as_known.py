"""In: rows of items and payments, an account's book. Out: the rows as the book knows them. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from billing.receivables.account_book import AccountBook
from billing.receivables.items import OpenItem
from billing.views.owed import PaymentRow


def as_settled(book: AccountBook, row: OpenItem) -> OpenItem:
    """Return an item with what the account's stream says is settled, used or paid out of it."""
    settled = book.settled(row.number) if row.amount > 0 else -book.used(row.number)
    return replace(row, settled=settled)


def as_left(book: AccountBook, row: PaymentRow) -> PaymentRow:
    """Return a payment with what the account's stream says is left."""
    known = book.payments.get(row.payment)
    left = row.amount - book.used(row.payment) if known is None else known.left
    return replace(row, applied=row.amount - left, refunded=Decimal(0))


def fresh(book: AccountBook, payment: str) -> PaymentRow:
    """Return a payment that stands in the account's stream, not in the tables yet."""
    known = book.payments[payment]
    return PaymentRow(
        payment=payment,
        account=book.account,
        amount=known.amount,
        received_on=date.min,
        means=known.means,
        reference="",
        bank_entry=None,
        applied=known.amount - known.left,
        refunded=Decimal(0),
        reversed_on=None,
    )
