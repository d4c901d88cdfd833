"""In: entries of bank statements, and what was decided about them. Out: events of the books. Pure.

Names, accounts and texts of payers arrive here sealed. Which payment an entry became is stored in
one transaction with that payment, so that an entry is never two payments.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.receivables.errors import PaymentError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class EntryState(StrEnum):
    """What became of an entry."""

    UNMATCHED = "unmatched"
    MATCHED = "matched"
    SET_ASIDE = "set_aside"


def bank_entry_id(site: str, key: str) -> UUID:
    """Return the id of an entry by its key."""
    return id_of("bank_entry", site, key)


class BankEntry(JournalAggregate):
    """One entry of a bank statement."""

    TOPIC = "bank_entry"

    class Created(JournalAggregate.Created):
        """A statement says so."""

        TOPIC = "bank.entry_received"
        site: str
        key: str
        bank_account: str
        booked_on: date
        amount: Decimal
        currency: str
        person: UUID
        payer_sealed: str
        payer_digests: list[str]
        told_sealed: str
        file: str
        file_row: int
        sha256: str
        by: UUID | None

    class Matched(JournalAggregate.Event):
        """It is a payment of an account, takes one back, or pays something out."""

        TOPIC = "bank.entry_matched"
        account: str
        payment: str
        """Key of the payment; of a purchase its number, of a top-up its receipt."""
        how: str
        """number, alias, debit, top_up, or hand."""
        by: UUID | None

        def apply(self, aggregate: Any) -> None:
            """It waits no longer."""
            aggregate.state = EntryState.MATCHED
            aggregate.account, aggregate.payment = self.account, self.payment

    class Released(JournalAggregate.Event):
        """It was not that account's after all: it waits again."""

        TOPIC = "bank.entry_released"
        reason: str
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """It waits again."""
            aggregate.state = EntryState.UNMATCHED
            aggregate.account = aggregate.payment = None

    class SetAside(JournalAggregate.Event):
        """It is nobody's payment: charges or interest of the bank."""

        TOPIC = "bank.entry_set_aside"
        key: str
        amount: Decimal
        currency: str
        on: date
        reason: str
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """It waits no longer."""
            aggregate.state = EntryState.SET_ASIDE

    @staticmethod
    def create_id(*, site: str, key: str, **_: object) -> UUID:
        """Return the id from site and key."""
        return bank_entry_id(site, key)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        key: str,
        bank_account: str,
        booked_on: date,
        amount: Decimal,
        currency: str,
        person: UUID,
        payer_sealed: str,
        payer_digests: list[str],
        told_sealed: str,
        file: str,
        file_row: int,
        sha256: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Take an entry over."""
        self.key = key
        self.booked_on = booked_on
        self.amount = amount
        self.currency = currency
        self.payer_digests = payer_digests
        self.state = EntryState.UNMATCHED
        self.account: str | None = None
        self.payment: str | None = None

    def match(
        self, account: str, payment: str, *, how: str, by: UUID | None, command_id: UUID
    ) -> None:
        """Say what it is.

        Raises:
            PaymentError: It waits no longer.
        """
        self._need_waiting()
        self.trigger_event(
            self.Matched, account=account, payment=payment, how=how, by=by, command_id=command_id
        )

    def release(self, *, reason: str, by: UUID, command_id: UUID) -> None:
        """Let it wait again.

        Raises:
            PaymentError: It is not matched.
        """
        if self.state is not EntryState.MATCHED:
            raise PaymentError.of("entry_state", key=self.key, state=self.state)
        self.trigger_event(self.Released, reason=reason, by=by, command_id=command_id)

    def set_aside(self, *, on: date, reason: str, by: UUID, command_id: UUID) -> None:
        """Say that it is nobody's payment.

        Raises:
            PaymentError: It waits no longer.
        """
        self._need_waiting()
        self.trigger_event(
            self.SetAside,
            key=self.key,
            amount=self.amount,
            currency=self.currency,
            on=on,
            reason=reason,
            by=by,
            command_id=command_id,
        )

    def _need_waiting(self) -> None:
        if self.state is not EntryState.UNMATCHED:
            raise PaymentError.of("entry_state", key=self.key, state=self.state)


def alias_id(site: str, digest: str) -> UUID:
    """Return the id of what is remembered of a payer."""
    return id_of("payer_alias", site, digest)


class PayerAlias(JournalAggregate):
    """Whose money a payer brings; the payer is known by a keyed digest only."""

    TOPIC = "payer_alias"

    class Created(JournalAggregate.Created):
        """A person matched an entry of the payer."""

        TOPIC = "payer_alias.learned"
        site: str
        digest: str
        account: str | None
        by: UUID

    class Changed(JournalAggregate.Event):
        """The payer pays for another account from now on, or for several (None)."""

        TOPIC = "payer_alias.changed"
        digest: str
        account: str | None
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Remember it."""
            aggregate.account = self.account

    @staticmethod
    def create_id(*, site: str, digest: str, **_: object) -> UUID:
        """Return the id from site and digest."""
        return alias_id(site, digest)

    @event(Created)
    def __init__(
        self, *, site: str, digest: str, account: str | None, by: UUID, command_id: UUID
    ) -> None:
        """Remember a payer."""
        self.digest = digest
        self.account = account

    def learn(self, account: str, *, by: UUID, command_id: UUID) -> None:
        """Remember an account; a payer seen for two accounts is certain for neither any more."""
        if self.account in (None, account):
            return
        self.trigger_event(
            self.Changed, digest=self.digest, account=None, by=by, command_id=command_id
        )

    def forget(self, *, by: UUID, command_id: UUID) -> None:
        """Remember no account of the payer any more."""
        if self.account is not None:
            self.trigger_event(
                self.Changed, digest=self.digest, account=None, by=by, command_id=command_id
            )
