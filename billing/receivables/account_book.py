"""In: commands on the money of one account. Out: payments, what they settle, write-offs. Pure.

One stream an account, so that two payments can never settle one invoice twice: whoever comes
second meets a conflict, loads again and sees what is left. What an item amounts to is never told
here but brought by the caller from the journal's own documents; what was settled of it is decided
here. A payment may be larger than what is owed: the rest is the account's credit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from billing.receivables import book_events
from billing.receivables.book_events import ZERO, Applying, ProposedWriteOff, Received
from billing.receivables.errors import PaymentError, SecondSignError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class Means(StrEnum):
    """How money came in or went out."""

    BANK = "bank"
    CASH = "cash"
    CHEQUE = "cheque"
    CARD = "card"
    DIRECT_DEBIT = "direct_debit"


def account_book_id(site: str, account: str) -> UUID:
    """Return the id of an account's money."""
    return id_of("account_book", site, account)


def write_off_id(site: str, item: str, command_id: UUID) -> UUID:
    """Return the id of a write-off that a command proposed."""
    return id_of("write_off", site, item, str(command_id))


class AccountBook(JournalAggregate):
    """The money of one account: what came in, and what it settled."""

    TOPIC = "account_book"

    class Created(JournalAggregate.Created):
        """The first money of an account moved."""

        TOPIC = "account_book.opened"
        site: str
        account: str
        currency: str

    ItemTakenOver = book_events.ItemTakenOver
    PaymentReceived = book_events.PaymentReceived
    Applied = book_events.Applied
    Unapplied = book_events.Unapplied
    PaymentReversed = book_events.PaymentReversed
    Refunded = book_events.Refunded
    WriteOffProposed = book_events.WriteOffProposed
    WrittenOff = book_events.WrittenOff
    WriteOffRefused = book_events.WriteOffRefused

    @staticmethod
    def create_id(*, site: str, account: str, **_: object) -> UUID:
        """Return the id from site and account."""
        return account_book_id(site, account)

    @event(Created)
    def __init__(self, *, site: str, account: str, currency: str, command_id: UUID) -> None:
        """Open the book of an account."""
        self.site = site
        self.account = account
        self.currency = currency
        self.taken_over: dict[str, Decimal] = {}
        self.payments: dict[str, Received] = {}
        self.applied: dict[tuple[str, str], Decimal] = {}
        """By source and item."""
        self.refunds: dict[str, Decimal] = {}
        self.written_off: dict[str, Decimal] = {}
        self.proposed: dict[UUID, ProposedWriteOff] = {}
        self.decided: set[UUID] = set()

    # ------------------------------------------------------------ what stands
    def settled(self, item: str) -> Decimal:
        """Return what is settled or given up of an item. [currency]."""
        applied = sum((a for (_, of), a in self.applied.items() if of == item), ZERO)
        return applied + self.written_off.get(item, ZERO)

    def used(self, source: str) -> Decimal:
        """Return what of a source settles items or was paid out. [currency]."""
        applied = sum((a for (of, _), a in self.applied.items() if of == source), ZERO)
        return applied + self.refunds.get(source, ZERO)

    def left_of(self, payment: str) -> Decimal:
        """Return what of a payment settles nothing yet; nothing of a reversed one. [currency]."""
        return self._payment(payment).left

    def left(self, source: str, amount: Decimal) -> Decimal:
        """Return what of a payment, or of a document of an amount, is not used. [currency]."""
        return self.left_of(source) if source in self.payments else amount - self.used(source)

    # ------------------------------------------------------------ commands
    def take_over(
        self,
        number: str,
        amount: Decimal,
        *,
        dated: date,
        due_on: date,
        on: date,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Take a document of the system before over; the same one again changes nothing.

        Raises:
            PaymentError: It was taken over with another amount, or nothing is open.
        """
        known = self.taken_over.get(number)
        if known is not None and known != amount:
            raise PaymentError.of("taken", payment=number)
        if not amount:
            raise PaymentError.of("not_positive", amount=amount)
        if known is None:
            self.trigger_event(
                self.ItemTakenOver,
                account=self.account,
                currency=self.currency,
                number=number,
                amount=amount,
                dated=dated,
                due_on=due_on,
                on=on,
                by=by,
                command_id=command_id,
            )

    def receive(
        self,
        payment: str,
        amount: Decimal,
        *,
        on: date,
        means: str,
        reference: str,
        bank_entry: UUID | None,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Take a payment; the same one again changes nothing.

        Raises:
            PaymentError: The amount is not above zero, or the key is another payment's.
        """
        if amount <= 0:
            raise PaymentError.of("not_positive", amount=amount)
        known = self.payments.get(payment)
        if known is not None:
            if (known.amount, known.means) != (amount, means):
                raise PaymentError.of("taken", payment=payment)
            return
        self.trigger_event(
            self.PaymentReceived,
            account=self.account,
            currency=self.currency,
            payment=payment,
            amount=amount,
            on=on,
            means=means,
            reference=reference,
            bank_entry=bank_entry,
            by=by,
            command_id=command_id,
        )

    def apply(self, parts: Sequence[Applying], *, command_id: UUID) -> None:
        """Settle items by payments or credits.

        Raises:
            PaymentError: An item or a source has not so much left.
        """
        for part in parts:
            left = self.left(part.source, part.source_amount)
            open_ = part.item_amount - self.settled(part.item)
            if part.amount <= 0:
                raise PaymentError.of("not_positive", amount=part.amount)
            if part.amount > open_:
                raise PaymentError.of("item_settled", item=part.item, open=open_)
            if part.amount > left:
                raise PaymentError.of("source_used", source=part.source, left=left)
            self.trigger_event(
                self.Applied,
                account=self.account,
                source=part.source,
                source_amount=part.source_amount,
                item=part.item,
                item_amount=part.item_amount,
                amount=part.amount,
                on=part.on,
                command_id=command_id,
            )

    def unapply(
        self, source: str, item: str, *, on: date, reason: str, command_id: UUID
    ) -> Decimal:
        """Open again what a source settled of an item; return how much. [currency].

        Raises:
            PaymentError: It settled nothing of it.
        """
        amount = self.applied.get((source, item), ZERO)
        if not amount:
            raise PaymentError.of("not_applied", source=source, item=item)
        self.trigger_event(
            self.Unapplied,
            account=self.account,
            source=source,
            item=item,
            amount=amount,
            on=on,
            reason=reason,
            command_id=command_id,
        )
        return amount

    def reverse(
        self,
        payment: str,
        *,
        on: date,
        reason: str,
        bank_entry: UUID | None,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Take a payment back, with all that it settled.

        Raises:
            PaymentError: There is no such payment, it is reversed, or some of it was paid out.
        """
        known = self._payment(payment)
        if known.reversed:
            raise PaymentError.of("reversed", payment=payment)
        if self.refunds.get(payment):
            raise PaymentError.of("refunded", payment=payment, amount=self.refunds[payment])
        for source, item in list(self.applied):
            if source == payment:
                self.unapply(source, item, on=on, reason=reason, command_id=command_id)
        self.trigger_event(
            self.PaymentReversed,
            account=self.account,
            currency=self.currency,
            payment=payment,
            amount=known.amount,
            on=on,
            means=known.means,
            reason=reason,
            bank_entry=bank_entry,
            by=by,
            command_id=command_id,
        )

    def refund(
        self,
        source: str,
        source_amount: Decimal,
        amount: Decimal,
        *,
        on: date,
        means: str,
        reference: str,
        bank_entry: UUID | None,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Pay credit out.

        Args:
            source: A payment, or a document in the account's favour.
            source_amount: Of the whole source. [currency]
            amount: What is paid out. [currency]
            on: Local day.
            means: How.
            reference: What the paper says.
            bank_entry: The entry that proves it, where one does.
            by: Who.
            command_id: The command's id.

        Raises:
            PaymentError: The source has not so much left.
        """
        left = self.left(source, source_amount)
        if amount <= 0:
            raise PaymentError.of("not_positive", amount=amount)
        if amount > left:
            raise PaymentError.of("source_used", source=source, left=left)
        self.trigger_event(
            self.Refunded,
            account=self.account,
            currency=self.currency,
            source=source,
            source_amount=source_amount,
            amount=amount,
            on=on,
            means=means,
            reference=reference,
            bank_entry=bank_entry,
            by=by,
            command_id=command_id,
        )

    def propose_write_off(
        self,
        write_off: UUID,
        item: str,
        item_amount: Decimal,
        amount: Decimal,
        *,
        kind: str,
        reason: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Propose to give an amount of an item up.

        Raises:
            PaymentError: So much is not open.
        """
        waiting = sum((p.amount for p in self.proposed.values() if p.item == item), ZERO)
        open_ = item_amount - self.settled(item) - waiting
        if amount <= 0:
            raise PaymentError.of("not_positive", amount=amount)
        if amount > open_:
            raise PaymentError.of("item_settled", item=item, open=open_)
        self.trigger_event(
            self.WriteOffProposed,
            account=self.account,
            write_off=write_off,
            item=item,
            item_amount=item_amount,
            amount=amount,
            kind=kind,
            reason=reason,
            by=by,
            command_id=command_id,
        )

    def decide_write_off(
        self, write_off: UUID, *, agreed: bool, on: date, by: UUID, command_id: UUID
    ) -> None:
        """Agree to a write-off as a second person, or refuse it.

        Raises:
            PaymentError: None waits, or so much is no longer open.
            SecondSignError: Who proposed it agrees.
        """
        waiting = self.proposed.get(write_off)
        if waiting is None:
            raise PaymentError.of("no_write_off", write_off=write_off)
        if not agreed:
            self.trigger_event(
                self.WriteOffRefused,
                account=self.account,
                write_off=write_off,
                by=by,
                command_id=command_id,
            )
            return
        if waiting.by == by:
            raise SecondSignError
        open_ = waiting.item_amount - self.settled(waiting.item)
        if waiting.amount > open_:
            raise PaymentError.of("item_settled", item=waiting.item, open=open_)
        self.trigger_event(
            self.WrittenOff,
            account=self.account,
            currency=self.currency,
            write_off=write_off,
            item=waiting.item,
            amount=waiting.amount,
            kind=waiting.kind,
            on=on,
            by=by,
            command_id=command_id,
        )

    def _payment(self, payment: str) -> Received:
        known = self.payments.get(payment)
        if known is None:
            raise PaymentError.of("no_payment", payment=payment, account=self.account)
        return known
