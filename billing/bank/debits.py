"""In: mandates, what is due. Out: events in the books and a file for the bank. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.bank.mandate import Mandate, check_mandate, checked_iban, mandate_id
from billing.bank.pain008 import Creditor, Debit, direct_debit_file
from billing.books import Books
from billing.errors import UnknownBillingObjectError
from billing.receivables.errors import PaymentError
from billing.receivables.items import OpenItem
from billing.retrying import retried
from billing.views.bank import MandateRow, collected_items, last_collection, read_mandates
from billing.views.owed import read_items
from energy.base.ids import id_of
from energy.base.secrets import PersonVault

EURO = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """A collection: the file for the bank, and what it collects."""

    collection: UUID
    debits: tuple[Debit, ...]
    octets: bytes

    @property
    def total(self) -> Decimal:
        """Return what is collected in all. [EUR]."""
        return sum((each.amount for each in self.debits), Decimal(0))


@dataclass(frozen=True, slots=True)
class Debits:
    """Mandates and collections of one site."""

    books: Books
    vault: PersonVault

    def sign(
        self,
        mandate: str,
        account: str,
        *,
        name: str,
        iban: str,
        bic: str,
        signed_on: date,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Note a signed mandate; name and IBAN are sealed under the account's person.

        Raises:
            UnknownBillingObjectError: There is no such account.
            PaymentError: The reference is taken, or a bank would not take it.
        """
        check_mandate(mandate, bic)
        plain = checked_iban(iban)
        known: Mandate | None = self.books.find(mandate_id(self.books.site.key, mandate))
        if known is not None:
            if known.seen(command_id):
                return
            raise PaymentError.of("mandate_taken", mandate=mandate)
        person = self.books.account(account).person
        self.books.store(
            Mandate(
                site=self.books.site.key,
                mandate=mandate,
                account=account,
                person=person,
                name_sealed=self.vault.seal(person, name),
                iban_sealed=self.vault.seal(person, plain),
                bic=bic,
                signed_on=signed_on,
                by=by,
                command_id=command_id,
            )
        )

    def end(self, mandate: str, *, on: date, by: UUID, command_id: UUID) -> None:
        """Withdraw a mandate.

        Raises:
            UnknownBillingObjectError: There is no such mandate.
        """
        known: Mandate | None = self.books.find(mandate_id(self.books.site.key, mandate))
        if known is None:
            raise UnknownBillingObjectError("mandate", mandate)
        known.end(on=on, by=by, command_id=command_id)
        self.books.store(known)

    def collect(
        self,
        creditor: Creditor,
        *,
        due_by: date,
        again_for: Collection[str] = (),
        collect_on: date,
        by: UUID,
        command_id: UUID,
    ) -> Collected:
        """Collect what is due by a day on accounts with a mandate, each document once.

        Asked again with nothing new due, it gives the file of the last collection again, as long
        as that one's day has not passed: a file that got lost is not a loss.

        Args:
            creditor: Who collects.
            due_by: Last due day of what is collected.
            again_for: Documents that were collected before and bounced.
            collect_on: Day on which the bank takes the money; later due days keep theirs.
            by: Who.
            command_id: The command's id.

        Raises:
            PaymentError: Nothing is due, the books are not in euros, or a bank would refuse it.
        """
        if self.books.site.currency != EURO:
            raise PaymentError.of("only_euro", currency=self.books.site.currency)
        collection = id_of("debit", self.books.site.key, str(command_id))

        def act() -> Collected:
            with self.books.database.connection() as connection:
                schema = self.books.schema
                rows = [row for row in read_mandates(connection, schema) if row.ended_on is None]
                items = read_items(connection, schema)
                before = collected_items(connection, schema) - set(again_for)
            due = [
                item
                for item in items
                if item.due_on <= due_by
                and item.open - item.disputed > 0
                and item.number not in before
            ]
            debits: list[Debit] = []
            mandates: list[Mandate] = []
            for row in rows:
                mine = [item for item in due if item.account == row.account]
                for day in sorted({max(item.due_on, collect_on) for item in mine}):
                    part = [item for item in mine if max(item.due_on, collect_on) == day]
                    mandate = self._asked(row, part, day, collection, again_for, by, mandates)
                    debits += self._debits(row, part, day, mandate)
                due = [item for item in due if item.account != row.account]
            if not debits:
                return self._made_before(creditor, collect_on, due_by)
            octets = direct_debit_file(creditor, debits, collection, self.books.clock.now())
            self.books.store(*mandates)
            return Collected(collection=collection, debits=tuple(debits), octets=octets)

        return retried(act)

    def _made_before(self, creditor: Creditor, collect_on: date, due_by: date) -> Collected:
        """Return the file of the last collection again, where the bank has not taken it yet."""
        with self.books.database.connection() as connection:
            rows = last_collection(connection, self.books.schema, collect_on)
            known = {row.mandate: row for row in read_mandates(connection, self.books.schema)}
        if not rows:
            raise PaymentError.of("nothing_due", day=due_by)
        debits = [
            self._debit(known[row.mandate], row.item, row.amount, row.due_on, row.sequence)
            for row in rows
        ]
        collection = rows[0].collection
        octets = direct_debit_file(creditor, debits, collection, self.books.clock.now())
        return Collected(collection=collection, debits=tuple(debits), octets=octets)

    def _asked(
        self,
        row: MandateRow,
        items: Sequence[OpenItem],
        day: date,
        collection: UUID,
        again_for: Collection[str],
        by: UUID,
        mandates: list[Mandate],
    ) -> str:
        """Put the items of one due day into the collection; return their sequence type."""
        known = next((each for each in mandates if each.mandate == row.mandate), None)
        if known is None:
            known = self.books.repository.get(mandate_id(self.books.site.key, row.mandate))
            assert isinstance(known, Mandate), "the row is a mandate's"
            mandates.append(known)
        return known.collect(
            collection,
            [(item.number, item.open - item.disputed) for item in items],
            due_on=day,
            again=again_for,
            by=by,
            command_id=collection,
        )

    def _debits(
        self, row: MandateRow, items: Sequence[OpenItem], day: date, sequence: str
    ) -> list[Debit]:
        return [
            self._debit(row, item.number, item.open - item.disputed, day, sequence)
            for item in items
        ]

    def _debit(
        self, row: MandateRow, item: str, amount: Decimal, day: date, sequence: str
    ) -> Debit:
        return Debit(
            item=item,
            amount=amount,
            name=self.vault.open(row.person, row.name_sealed),
            iban=self.vault.open(row.person, row.iban_sealed),
            bic=row.bic,
            mandate=row.mandate,
            signed_on=row.signed_on,
            sequence=sequence,
            due_on=day,
        )
