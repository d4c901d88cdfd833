"""In: entries of a bank file. Out: events in the books. I/O: PostgreSQL.

A file goes in whole, in one transaction, or not at all. What is certain becomes a payment in the
same transaction; the rest waits. The same file again brings nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from billing.bank.entry import BankEntry, bank_entry_id
from billing.bank.match import Proposal
from billing.bank.payers import digests_of, matcher_of, payer_texts
from billing.bank.paying import pay_by_entry, payment_of, top_up_command
from billing.bank.statement import StatementEntry, keyed, repeated
from billing.books import Books
from billing.money import exponent_of, to_units
from billing.prepaid.office import PrepaidOffice
from billing.prepaid.server_account import TopUpMeans
from billing.receivables.account_book import AccountBook
from billing.receivables.errors import PaymentError
from billing.receivables.office import Receivables
from billing.retrying import retried
from billing.views.bank import known_entries, stored_entries
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.base.secrets import PersonVault

PERSON = "payer"
MOST_ENTRIES = 20_000
"""Entries of one file: they go into one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFile:
    """A bank statement that was read whole."""

    name: str
    sha256: str
    entries: tuple[StatementEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedEntry:
    """A new entry of a file with whose it may be."""

    key: str
    entry: StatementEntry
    proposals: tuple[Proposal, ...]

    @property
    def certain(self) -> Proposal | None:
        """Return whose it is; None where a person must say."""
        return next((each for each in self.proposals if each.certain), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedFile:
    """What a file would bring."""

    file: BankFile
    new: tuple[LookedEntry, ...]
    known: int


@dataclass(frozen=True, slots=True)
class Bringing:
    """Brings bank files into the books of one site."""

    books: Books
    vault: PersonVault

    def look(self, file: BankFile) -> LookedFile:
        """Return what a file would bring; nothing is written.

        Raises:
            PaymentError: An entry has another currency, too many digits, or contradicts what its
                key said before.
        """
        if len(file.entries) > MOST_ENTRIES:
            raise PaymentError.of("camt_many", name=file.name, most=MOST_ENTRIES)
        self._check(file)
        entries = dict(keyed(file.entries))
        with self.books.database.connection() as connection:
            known = known_entries(connection, self.books.schema, entries)
        for key, there in known.items():
            entry = entries[key]
            if there != (entry.booked_on, entry.amount, entry.currency):
                raise PaymentError.of("entry_differs", name=file.name, row=entry.row, key=key)
        matcher = matcher_of(self.books, self.vault)
        new = tuple(
            LookedEntry(
                key=key,
                entry=entry,
                proposals=tuple(matcher.proposals(entry, digests_of(self.vault, entry))),
            )
            for key, entry in entries.items()
            if key not in known
        )
        return LookedFile(file=file, new=new, known=len(entries) - len(new))

    def bring(self, file: BankFile, *, by: UUID, command_id: UUID) -> LookedFile:
        """Take a file over, with a payment for every entry that is certain.

        Two that bring one file at once: the second one meets what the first one brought. What is
        certain for an account that pays first goes onto its balance behind that, each in a
        transaction of its own; one that is cut off there waits in the queue.

        Raises:
            PaymentError: As of `look`; nothing is written.
            ConflictError: Others kept being faster; repeat the command.
        """

        def act() -> LookedFile:
            looked = self._not_stored(self.look(file))
            stored: dict[UUID, JournalAggregate] = {}
            for each in looked.new:
                self._take(each, file, stored, by=by, command_id=command_id)
            if stored:
                self.books.store(*stored.values())
            return looked

        looked = retried(act)
        for each in looked.new:
            if each.certain is not None and each.certain.top_up:
                self._top_up(each, each.certain.account, by)
        return looked

    def _top_up(self, looked: LookedEntry, account: str, by: UUID) -> None:
        office = PrepaidOffice(self.books, self.books.clock)
        entry: BankEntry = self.books.repository.get(bank_entry_id(self.books.site.key, looked.key))
        command = top_up_command(entry)
        office.top_up(
            account,
            entry.amount,
            means=TopUpMeans.BANK,
            reference=entry.key,
            act=office.act(by, command),
            entry=entry.id,
        )

    def _not_stored(self, looked: LookedFile) -> LookedFile:
        """Leave out what the tables do not know yet, but the journal does."""
        site = self.books.site.key
        ids = {each.key: bank_entry_id(site, each.key) for each in looked.new}
        with self.books.database.connection() as connection:
            stored = stored_entries(connection, self.books.schema, ids.values())
        new = tuple(each for each in looked.new if ids[each.key] not in stored)
        gone = len(looked.new) - len(new)
        return LookedFile(file=looked.file, new=new, known=looked.known + gone)

    def _take(
        self,
        looked: LookedEntry,
        file: BankFile,
        stored: dict[UUID, JournalAggregate],
        *,
        by: UUID,
        command_id: UUID,
    ) -> None:
        entry = self._entry(looked, file, by=by, command_id=command_id)
        stored[entry.id] = entry
        sure = looked.certain
        if sure is None or sure.top_up:
            return
        payment = payment_of(entry.id)
        book = self._book(sure.account, stored, command_id)
        how = "number" if "number" in sure.because else "alias"
        items = sure.items if how == "number" else ()
        pay_by_entry(
            Receivables(self.books), book, entry, payment, items, by=by, command_id=command_id
        )
        entry.match(sure.account, payment, how=how, by=by, command_id=command_id)

    def _book(
        self, account: str, stored: dict[UUID, JournalAggregate], command_id: UUID
    ) -> AccountBook:
        """Return an account's book: one of a file has several payments of it at times."""
        book = Receivables(self.books).book(account, command_id)
        known = stored.setdefault(book.id, book)
        assert isinstance(known, AccountBook), "the id is of an account's book"
        return known

    def _entry(
        self, looked: LookedEntry, file: BankFile, *, by: UUID, command_id: UUID
    ) -> BankEntry:
        told = looked.entry
        texts = payer_texts(told)
        person = id_of(PERSON, self.books.site.key, texts[0] if texts else looked.key)
        remark = " ".join(part for part in (told.told, told.end_to_end) if part)
        return BankEntry(
            site=self.books.site.key,
            key=looked.key,
            bank_account=told.bank_account,
            booked_on=told.booked_on,
            amount=told.amount,
            currency=told.currency,
            person=person,
            payer_sealed=self.vault.seal(person, told.payer),
            payer_digests=digests_of(self.vault, told),
            told_sealed=self.vault.seal(person, remark),
            file=file.name,
            file_row=told.row,
            sha256=file.sha256,
            by=by,
            command_id=command_id,
        )

    def _check(self, file: BankFile) -> None:
        currency = self.books.site.currency
        digits = exponent_of(currency)
        for entry in file.entries:
            if entry.currency != currency:
                raise PaymentError.of(
                    "entry_currency",
                    name=file.name,
                    row=entry.row,
                    currency=entry.currency,
                    wanted=currency,
                )
            to_units(entry.amount, digits)
        twice = repeated(keyed(file.entries))
        if twice:
            key = f"{twice[0].bank_account}/{twice[0].reference}"
            raise PaymentError.of("entry_differs", name=file.name, row=twice[0].row, key=key)
