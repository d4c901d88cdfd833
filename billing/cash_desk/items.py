"""In: money a desk takes or gives back. Out: its account's book, with what it settles. I/O: reads.

The book is stored in the transaction of the shift: two desks that take the payment of one document
at once meet in it, and the second one is told that nothing is open.
"""

from __future__ import annotations

from decimal import Decimal

from billing.books import Books
from billing.cash_desk.postings import void_document
from billing.cash_desk.shift import Shift
from billing.cash_desk.shift_events import Taking
from billing.prepaid.errors import DeskRefusedError
from billing.prepaid.points import pays_first
from billing.prepaid.server_account import Act
from billing.receivables.account_book import AccountBook
from billing.receivables.book_events import Applying
from billing.receivables.items import OpenItem, applications
from billing.receivables.office import Receivables


def settled_by(
    books: Books, shift: Shift, taking: Taking, act: Act, *, advance: bool
) -> AccountBook:
    """Return the account's book with a document settled by money that a shift has just taken.

    Args:
        books: The site's books.
        shift: The shift, with the taking.
        taking: Money for a document.
        act: When, and by which command.
        advance: Whether what is more than open is meant as the account's credit.

    Raises:
        DeskRefusedError: The account has no such document, it is paid from a prepaid balance, or
            less is open.
    """
    assert taking.invoice is not None, "a document is named"
    receivables = Receivables(books)
    book = receivables.book(taking.account, act.command_id)
    rows = receivables.items(book, open_only=False)
    item = next((row for row in rows if row.number == taking.invoice and row.amount > 0), None)
    if item is None:
        raise DeskRefusedError.of("no_invoice", invoice=taking.invoice, account=taking.account)
    if pays_first(books, taking.account, item.number):
        raise DeskRefusedError.of("prepaid_invoice", invoice=item.number, account=item.account)
    # A credit note, or money that names the document, settles it first.
    own = applications(receivables.money(book, rows), [item], own_only=True)
    if own:
        book.apply(own, command_id=act.command_id)
    open_ = item.amount - book.settled(item.number)
    if taking.amount > open_ and not advance:
        raise _refusal(item, open_, taking.amount)
    part = min(open_, taking.amount)
    if part > 0:
        used = _part(shift, taking, item.number, item.amount, part, act)
        book.apply([used], command_id=act.command_id)
    return book


def unsettled_by_void(books: Books, shift: Shift, taking: Taking, act: Act) -> AccountBook:
    """Return the account's book with all open again that money given back had settled.

    Raises:
        DeskRefusedError: Some of the money was paid out as a refund.
    """
    book = Receivables(books).book(taking.account, act.command_id)
    source = shift.source_of(taking)
    if book.refunds.get(source):
        raise DeskRefusedError.of("refunded", receipt=taking.receipt, amount=book.refunds[source])
    for of, item in list(book.applied):
        if of == source:
            book.unapply(
                source, item, on=act.on, reason=f"void {taking.receipt}",
                command_id=act.command_id,
            )  # fmt: skip
    # The money settles its own void: it is used for nothing else from then on.
    void = void_document(taking.receipt)
    used = _part(shift, taking, void, taking.amount, taking.amount, act)
    book.apply([used], command_id=act.command_id)
    return book


def _part(
    shift: Shift, taking: Taking, item: str, item_amount: Decimal, amount: Decimal, act: Act
) -> Applying:
    return Applying(
        source=shift.source_of(taking),
        source_amount=taking.amount,
        item=item,
        item_amount=item_amount,
        amount=amount,
        on=act.on,
    )


def _refusal(item: OpenItem, open_: Decimal, amount: Decimal) -> DeskRefusedError:
    if open_ <= 0:
        return DeskRefusedError.of("paid_already", invoice=item.number, account=item.account)
    return DeskRefusedError.of(
        "more_than_open", invoice=item.number, open=open_, amount=amount, account=item.account
    )
