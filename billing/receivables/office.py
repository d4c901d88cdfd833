"""In: commands on what accounts owe and pay. Out: events in the books. I/O: PostgreSQL.

What an item amounts to is read from the tables that the journal feeds; how much of it is settled
is read from the account's own stream, and decided there. Somebody else's change in between is met
as a conflict, and the command begins again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.books import Books
from billing.money import exponent_of, to_units
from billing.receivables.account_book import AccountBook, account_book_id, write_off_id
from billing.receivables.as_known import as_left, as_settled, fresh
from billing.receivables.errors import PaymentError
from billing.receivables.items import ItemKind, Money, OpenItem, applications, money_in
from billing.retrying import retried
from billing.views.owed import (
    PaymentRow,
    accounts_to_settle,
    payment_named,
    read_items,
    read_payments,
    read_write_offs,
    the_item,
    unused_money,
)
from energy.base.ids import id_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Money that came in for an account."""

    payment: str
    """Its key; the same one again is the same payment."""
    amount: Decimal
    on: date
    means: str
    reference: str
    bank_entry: UUID | None = None


@dataclass(frozen=True, slots=True)
class Receivables:
    """The money of the accounts of one site."""

    books: Books

    # ------------------------------------------------------------ what stands
    def book(self, account: str, command_id: UUID) -> AccountBook:
        """Return the book of an account, a new one where no money moved yet.

        Raises:
            UnknownBillingObjectError: There is no such account.
        """
        known: AccountBook | None = self.books.find(account_book_id(self.books.site.key, account))
        if known is not None:
            return known
        self.books.account(account)
        site = self.books.site
        # not the command's own id: a new book has not seen the command yet
        opening = id_of("open account book", site.key, account, str(command_id))
        return AccountBook(
            site=site.key, account=account, currency=site.currency, command_id=opening
        )

    def items(self, book: AccountBook, *, open_only: bool = True) -> list[OpenItem]:
        """Return the items of an account with what its own stream says is settled."""
        with self.books.database.connection() as connection:
            rows = read_items(
                connection, self.books.schema, account=book.account, open_only=open_only
            )
        return [as_settled(book, row) for row in rows]

    def money(self, book: AccountBook, items: Sequence[OpenItem]) -> list[Money]:
        """Return payments and credits of an account that settle nothing yet, credits first."""
        with self.books.database.connection() as connection:
            rows = read_payments(connection, self.books.schema, account=book.account)
        known = {row.payment for row in rows}
        left = [as_left(book, row) for row in rows]
        left += [
            fresh(book, payment)
            for payment, each in book.payments.items()
            if payment not in known and each.left
        ]
        return [*money_in(items), *unused_money(left)]

    # ------------------------------------------------------------ payments
    def receive(
        self,
        account: str,
        incoming: Incoming,
        *,
        items: Sequence[str] = (),
        by: UUID | None,
        command_id: UUID,
    ) -> AccountBook:
        """Take a payment and settle what was due first, or the items named.

        Raises:
            UnknownBillingObjectError: There is no such account.
            PaymentError: The amount is wrong, or a named item is not open.
            ConflictError: Others kept being faster; repeat the command.
        """

        def act() -> AccountBook:
            book = self.received(account, incoming, items=items, by=by, command_id=command_id)
            self.books.store(book)
            return book

        return retried(act)

    def received(
        self,
        account: str,
        incoming: Incoming,
        *,
        items: Sequence[str] = (),
        by: UUID | None,
        command_id: UUID,
    ) -> AccountBook:
        """Return the account's book with a payment that is not stored yet."""
        book = self.book(account, command_id)
        known = incoming.payment in book.payments
        self._check_digits(incoming.amount)
        book.receive(
            incoming.payment,
            incoming.amount,
            on=incoming.on,
            means=incoming.means,
            reference=incoming.reference,
            bank_entry=incoming.bank_entry,
            by=by,
            command_id=command_id,
        )
        if known:
            return book
        rows = self.items(book)
        self._check_named(rows, items)
        source = Money(
            source=incoming.payment, amount=incoming.amount, left=incoming.amount, on=incoming.on
        )
        book.apply(applications([source], rows, items), command_id=command_id)
        return book

    def apply(
        self,
        account: str,
        *,
        items: Sequence[str] = (),
        own_only: bool = False,
        command_id: UUID,
    ) -> list[tuple[str, str, Decimal]]:
        """Use all money and credits of an account; return source, item and amount of each part.

        Args:
            account: Key of the account.
            items: Settle these only, in this order; what was due first when empty.
            own_only: Use money for the document that it names only.
            command_id: The command's id.

        Raises:
            UnknownBillingObjectError: There is no such account.
            PaymentError: A named item is not open.
            ConflictError: Others kept being faster; repeat the command.
        """

        def act() -> list[tuple[str, str, Decimal]]:
            book = self.book(account, command_id)
            if book.seen(command_id):
                return []
            rows = self.items(book)
            self._check_named(rows, items)
            parts = applications(self.money(book, rows), rows, items, own_only=own_only)
            if parts:
                book.apply(parts, command_id=command_id)
                self.books.store(book)
            return [(part.source, part.item, part.amount) for part in parts]

        return retried(act)

    def apply_named(self, command_id: UUID) -> list[tuple[str, str, Decimal]]:
        """Use every account's money for the documents it names: desks and deposits bring such."""
        with self.books.database.connection() as connection:
            accounts = accounts_to_settle(connection, self.books.schema)
        return [
            part
            for account in accounts
            for part in self.apply(account, own_only=True, command_id=command_id)
        ]

    def unapply(
        self, payment: str, item: str, *, on: date, reason: str, command_id: UUID
    ) -> Decimal:
        """Open again what a payment settled of an item; return how much. [currency].

        Raises:
            UnknownBillingObjectError: There is no such item.
            PaymentError: The payment settled nothing of it.
        """

        def act() -> Decimal:
            with self.books.database.connection() as connection:
                account = the_item(connection, self.books.schema, item).account
            book = self.book(account, command_id)
            if book.seen(command_id):
                return Decimal(0)
            amount = book.unapply(payment, item, on=on, reason=reason, command_id=command_id)
            self.books.store(book)
            return amount

        return retried(act)

    def payment(self, name: str) -> PaymentRow:
        """Return a payment by its key or the beginning of it.

        Raises:
            UnknownBillingObjectError: None is called so.
        """
        with self.books.database.connection() as connection:
            return payment_named(connection, self.books.schema, name)

    def refund(
        self,
        account: str,
        amount: Decimal,
        *,
        on: date,
        means: str,
        reference: str,
        bank_entry: UUID | None = None,
        by: UUID | None,
        command_id: UUID,
    ) -> AccountBook:
        """Pay credit of an account out, from what came last back to what came first.

        Raises:
            PaymentError: The account has not so much credit.
        """

        def act() -> AccountBook:
            book = self.book(account, command_id)
            if not book.seen(command_id):
                self.refunded(
                    book,
                    amount,
                    on=on,
                    means=means,
                    reference=reference,
                    bank_entry=bank_entry,
                    by=by,
                    command_id=command_id,
                )
                self.books.store(book)
            return book

        return retried(act)

    def refunded(
        self,
        book: AccountBook,
        amount: Decimal,
        *,
        on: date,
        means: str,
        reference: str,
        bank_entry: UUID | None,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Pay credit out of a book that is not stored yet."""
        self._check_digits(amount)
        money = self.money(book, self.items(book))
        rest = amount
        for source in reversed(money):
            part = min(rest, source.left)
            if part > 0:
                rest -= part
                book.refund(
                    source.source,
                    source.amount,
                    part,
                    on=on,
                    means=means,
                    reference=reference,
                    bank_entry=bank_entry,
                    by=by,
                    command_id=command_id,
                )
        if rest or amount <= 0:
            raise PaymentError.of("no_credit", account=book.account, left=amount - rest)

    # ------------------------------------------------------------ write-offs
    def propose_write_off(
        self, item: str, amount: Decimal | None, *, reason: str, by: UUID, command_id: UUID
    ) -> UUID:
        """Propose to give up what is open of an item, or a part of it; return the proposal's id.

        Raises:
            UnknownBillingObjectError: There is no such item.
            PaymentError: So much is not open.
        """
        identity = write_off_id(self.books.site.key, item, command_id)

        def act() -> UUID:
            with self.books.database.connection() as connection:
                row = the_item(connection, self.books.schema, item)
            book = self.book(row.account, command_id)
            if book.seen(command_id):
                return identity
            left = row.amount - book.settled(item)
            kind = "fee" if row.kind is ItemKind.FEE else str(row.kind)
            book.propose_write_off(
                identity,
                item,
                row.amount,
                left if amount is None else amount,
                kind=kind,
                reason=reason,
                by=by,
                command_id=command_id,
            )
            self.books.store(book)
            return identity

        return retried(act)

    def decide_write_off(
        self, name: str, *, agreed: bool, on: date, by: UUID, command_id: UUID
    ) -> Decimal:
        """Agree to a write-off as a second person, or refuse it; return its amount. [currency].

        Raises:
            PaymentError: None waits, or so much is no longer open.
            SecondSignError: Who proposed it agrees.
        """

        def act() -> Decimal:
            with self.books.database.connection() as connection:
                rows = read_write_offs(connection, self.books.schema)
            meant = [row for row in rows if name and str(row.write_off).startswith(name.lower())]
            if len(meant) != 1:
                raise PaymentError.of("no_write_off", write_off=name)
            book = self.book(meant[0].account, command_id)
            if not book.seen(command_id):
                book.decide_write_off(
                    meant[0].write_off, agreed=agreed, on=on, by=by, command_id=command_id
                )
                self.books.store(book)
            return meant[0].amount

        return retried(act)

    # ------------------------------------------------------------ checks
    def _check_digits(self, amount: Decimal) -> None:
        to_units(amount, exponent_of(self.books.site.currency))

    @staticmethod
    def _check_named(rows: Sequence[OpenItem], items: Sequence[str]) -> None:
        open_ = {row.number for row in rows if row.open > 0}
        for item in items:
            if item not in open_:
                raise PaymentError.of("not_open", item=item)
