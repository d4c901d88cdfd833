"""In: decisions about bank entries that wait. Out: events in the books. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.bank.entry import BankEntry, bank_entry_id
from billing.bank.match import Proposal
from billing.bank.payers import learned, matcher_of
from billing.bank.paying import pay_by_entry, payment_of
from billing.bank.statement import StatementEntry
from billing.books import Books
from billing.receivables.account_book import AccountBook
from billing.receivables.errors import PaymentError
from billing.receivables.office import Receivables
from billing.retrying import retried
from billing.views.bank import EntryRow, entry_named, read_bank_entries
from energy.base.aggregate import JournalAggregate
from energy.base.secrets import PersonVault


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """An entry that waits, in clear, with whose it may be."""

    row: EntryRow
    payer: str
    told: str
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class BankOffice:
    """The bank entries of one site."""

    books: Books
    vault: PersonVault

    @property
    def receivables(self) -> Receivables:
        """Return the money of the accounts."""
        return Receivables(self.books)

    # ------------------------------------------------------------ the queue
    def queue(self) -> list[QueueRow]:
        """Return the entries that wait for a person, with whose they may be."""
        with self.books.database.connection() as connection:
            rows = read_bank_entries(connection, self.books.schema, state="unmatched")
        matcher = matcher_of(self.books, self.vault)
        found = []
        for row in rows:
            payer = self.vault.open(row.person, row.payer_sealed)
            told = self.vault.open(row.person, row.told_sealed)
            entry = StatementEntry(
                bank_account=row.bank_account,
                reference="",
                booked_on=row.booked_on,
                amount=row.amount,
                currency=row.currency,
                payer=payer,
                payer_account="",
                told=told,
            )
            proposals = tuple(matcher.proposals(entry, row.payer_digests))
            found.append(QueueRow(row=row, payer=payer, told=told, proposals=proposals))
        return found

    def match(
        self,
        name: str,
        account: str,
        *,
        items: Sequence[str] = (),
        remember: bool,
        by: UUID,
        command_id: UUID,
    ) -> AccountBook:
        """Take a waiting entry as a payment of an account.

        Args:
            name: Key or beginning of the id of the entry.
            account: Whose payment it is.
            items: Settle these first; what was due first when empty.
            remember: Whether this payer pays for this account from now on.
            by: Who says so.
            command_id: The command's id.

        Raises:
            UnknownBillingObjectError: There is no such entry or account.
            PaymentError: It waits no longer, or money went out by it.
            ConflictError: Others kept being faster; repeat the command.
        """

        def act() -> AccountBook:
            entry = self.entry(name)
            book = self.receivables.book(account, command_id)
            if entry.seen(command_id):
                return book
            payment = payment_of(entry.id, entry.version)
            entry.match(account, payment, how="hand", by=by, command_id=command_id)
            if entry.amount <= 0:
                raise PaymentError.of("entry_sign", key=entry.key)
            pay_by_entry(
                self.receivables, book, entry, payment, items, by=by, command_id=command_id
            )
            aliases = learned(self.books, entry, account, by, command_id) if remember else []
            self.books.store(entry, book, *aliases)
            return book

        return retried(act)

    def set_aside(
        self, name: str, *, on: date | None, reason: str, by: UUID, command_id: UUID
    ) -> None:
        """Say that an entry is nobody's payment: charges or interest of the bank.

        Args:
            name: Key or beginning of the id of the entry.
            on: Local day; the entry's own when None.
            reason: What it is.
            by: Who says so.
            command_id: The command's id.

        Raises:
            UnknownBillingObjectError: There is no such entry.
            PaymentError: It waits no longer.
        """
        entry = self.entry(name)
        if not entry.seen(command_id):
            day = entry.booked_on if on is None else on
            entry.set_aside(on=day, reason=reason, by=by, command_id=command_id)
            self.books.store(entry)

    def reverse(
        self,
        payment: str,
        *,
        on: date,
        reason: str,
        entry: str | None,
        by: UUID,
        command_id: UUID,
    ) -> Decimal:
        """Take a payment back: by an entry that takes the money out, or because it is another's.

        Where an entry brought it and none takes it out, that entry waits again.

        Raises:
            UnknownBillingObjectError: There is no such payment or entry.
            PaymentError: It is reversed, was paid out, or the entry is of another amount.
            ConflictError: Others kept being faster; repeat the command.
        """

        def act() -> Decimal:
            row = self.receivables.payment(payment)
            book = self.receivables.book(row.account, command_id)
            if book.seen(command_id):
                return row.amount
            if on < row.received_on:
                raise PaymentError.of("before", payment=row.payment, day=row.received_on)
            changed: list[JournalAggregate] = [book]
            out = None
            if entry is not None:
                out = self.entry(entry)
                if out.amount != -row.amount:
                    raise PaymentError.of("entry_amount", key=out.key, amount=row.amount)
                out.match(row.account, row.payment, how="hand", by=by, command_id=command_id)
                changed.append(out)
            elif row.bank_entry is not None:
                brought: BankEntry = self.books.repository.get(row.bank_entry)
                brought.release(reason=reason, by=by, command_id=command_id)
                changed.append(brought)
            book.reverse(
                row.payment,
                on=on,
                reason=reason,
                bank_entry=None if out is None else out.id,
                by=by,
                command_id=command_id,
            )
            self.books.store(*changed)
            return row.amount

        return retried(act)

    def refund(self, account: str, name: str, *, by: UUID, command_id: UUID) -> AccountBook:
        """Take an entry that went out as a refund of an account's credit.

        Raises:
            PaymentError: It waits no longer, or the account has not so much credit.
        """

        def act() -> AccountBook:
            entry = self.entry(name)
            book = self.receivables.book(account, command_id)
            if entry.seen(command_id):
                return book
            if entry.amount >= 0:
                raise PaymentError.of("entry_sign", key=entry.key)
            self.receivables.refunded(
                book,
                -entry.amount,
                on=entry.booked_on,
                means="bank",
                reference=entry.key,
                bank_entry=entry.id,
                by=by,
                command_id=command_id,
            )
            entry.match(account, entry.key, how="hand", by=by, command_id=command_id)
            self.books.store(entry, book)
            return book

        return retried(act)

    def entry(self, name: str) -> BankEntry:
        """Return an entry by its key, its id or the beginning of its id.

        Raises:
            UnknownBillingObjectError: None is called so.
        """
        known: BankEntry | None = self.books.find(bank_entry_id(self.books.site.key, name))
        if known is not None:
            return known
        with self.books.database.connection() as connection:
            identity = entry_named(connection, self.books.schema, name).entry
        found: BankEntry = self.books.repository.get(identity)
        return found
