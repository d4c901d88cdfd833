"""In: a bank entry, an account. Out: its payment and what that settles, unstored. I/O: reads."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from billing.bank.entry import BankEntry
from billing.receivables.account_book import AccountBook
from billing.receivables.items import Money, applications
from billing.receivables.office import Receivables
from energy.base.ids import id_of


def payment_of(entry: UUID, version: int = 1) -> str:
    """Return the key of the payment that an entry becomes; another one where it waited again."""
    return f"B-{entry.hex[:12]}" + (f"-{version}" if version > 1 else "")


def top_up_command(entry: BankEntry) -> UUID:
    """Return the id of the command that puts an entry on a prepaid balance: each waits once."""
    return id_of("top-up by entry", str(entry.id), str(entry.version))


def pay_by_entry(
    receivables: Receivables,
    book: AccountBook,
    entry: BankEntry,
    payment: str,
    items: Sequence[str],
    *,
    by: UUID | None,
    command_id: UUID,
) -> None:
    """Take an entry as a payment; named items come first, then what was due first."""
    book.receive(
        payment,
        entry.amount,
        on=entry.booked_on,
        means="bank",
        reference=entry.key,
        bank_entry=entry.id,
        by=by,
        command_id=command_id,
    )
    for numbers in ([items] if items else []) + [()]:
        left = book.left_of(payment)
        if left:
            source = Money(source=payment, amount=entry.amount, left=left, on=entry.booked_on)
            rows = receivables.items(book)
            book.apply(applications([source], rows, numbers), command_id=command_id)
