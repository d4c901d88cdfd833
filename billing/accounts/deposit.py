"""In: commands on deposits. Out: money asked for, paid, applied, refunded. Pure.

A deposit bears no interest. It is asked for, paid in one or several sums, applied to a final
bill, and what is left is paid back: asked for by one person, paid out by another.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from billing.accounts.errors import DepositError, RefundPersonError
from billing.money import plain
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class DepositState(StrEnum):
    """How far a deposit has come."""

    ASKED = "asked"
    HELD = "held"
    SETTLED = "settled"


def deposit_id(site: str, account: str, deposit: str) -> UUID:
    """Return the id of a deposit by its account and key."""
    return id_of("deposit", site, account, deposit)


class Deposit(JournalAggregate):
    """Money of an account that the utility holds as a security."""

    TOPIC = "deposit"

    class Created(JournalAggregate.Created):
        """A deposit was asked for."""

        TOPIC = "deposit.asked"
        site: str
        account: str
        deposit: str
        currency: str
        amount: str
        asked_on: date
        due_on: date
        reason: str
        by: UUID | None

    class Paid(JournalAggregate.Event):
        """Money came."""

        TOPIC = "deposit.paid"
        account: str
        deposit: str
        currency: str
        amount: str
        means: str
        """bank, cash, or what the cash desk calls it."""
        reference: str
        on_day: date
        by: UUID | None

    class Applied(JournalAggregate.Event):
        """A part of it pays an invoice."""

        TOPIC = "deposit.applied"
        account: str
        deposit: str
        currency: str
        amount: str
        invoice: str
        """Number of the invoice."""
        on_day: date
        by: UUID | None

    class RefundAsked(JournalAggregate.Event):
        """Somebody asks for a part to be paid back."""

        TOPIC = "deposit.refund_asked"
        account: str
        deposit: str
        amount: str
        reason: str
        by: UUID

    class Refunded(JournalAggregate.Event):
        """It was paid back."""

        TOPIC = "deposit.refunded"
        account: str
        deposit: str
        currency: str
        amount: str
        means: str
        on_day: date
        by: UUID

    @staticmethod
    def create_id(*, site: str, account: str, deposit: str, **_: object) -> UUID:
        """Return the id from site, account and key."""
        return deposit_id(site, account, deposit)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        account: str,
        deposit: str,
        currency: str,
        amount: str,
        asked_on: date,
        due_on: date,
        reason: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Ask for a deposit."""
        self.account = account
        self.deposit = deposit
        self.currency = currency
        self.asked = Decimal(amount)
        self.paid = Decimal(0)
        self.applied = Decimal(0)
        self.refunded = Decimal(0)
        self.refund: tuple[Decimal, UUID] | None = None

    @property
    def held(self) -> Decimal:
        """Return what the utility holds. [currency]."""
        return self.paid - self.applied - self.refunded

    @property
    def state(self) -> DepositState:
        """Return how far it has come."""
        if self.held > 0:
            return DepositState.HELD
        return DepositState.SETTLED if self.paid > 0 else DepositState.ASKED

    def pay(
        self,
        amount: Decimal,
        *,
        means: str,
        reference: str,
        on: date,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Note money that came.

        Raises:
            DepositError: It is more than is still asked for.
        """
        self._check(amount, self.asked - self.paid, "account.paid_too_much")
        self._pay(
            account=self.account,
            deposit=self.deposit,
            currency=self.currency,
            amount=plain(amount),
            means=means,
            reference=reference,
            on_day=on,
            by=by,
            command_id=command_id,
        )

    def apply_to(
        self, invoice: str, amount: Decimal, *, on: date, by: UUID | None, command_id: UUID
    ) -> None:
        """Let a part of it pay an invoice.

        Raises:
            DepositError: That much is not held.
        """
        self._check(amount, self._free, "account.not_held")
        self._apply(
            account=self.account,
            deposit=self.deposit,
            currency=self.currency,
            amount=plain(amount),
            invoice=invoice,
            on_day=on,
            by=by,
            command_id=command_id,
        )

    def ask_refund(self, amount: Decimal, *, reason: str, by: UUID, command_id: UUID) -> None:
        """Ask for a part to be paid back; another person pays it out.

        Raises:
            DepositError: That much is not held, or a refund is asked for already.
        """
        if self.refund is not None:
            raise DepositError.of("account.refund_waits", amount=self.refund[0])
        self._check(amount, self.held, "account.not_held")
        self._ask_refund(
            account=self.account,
            deposit=self.deposit,
            amount=plain(amount),
            reason=reason,
            by=by,
            command_id=command_id,
        )

    def pay_refund(self, *, means: str, on: date, by: UUID, command_id: UUID) -> None:
        """Pay back what was asked for.

        Raises:
            DepositError: Nothing is asked for.
            RefundPersonError: The same person asked for it.
        """
        if self.refund is None:
            raise DepositError.of("account.no_refund", deposit=self.deposit)
        amount, asked_by = self.refund
        if by == asked_by:
            raise RefundPersonError.of("account.refund_person")
        self._refund(
            account=self.account,
            deposit=self.deposit,
            currency=self.currency,
            amount=plain(amount),
            means=means,
            on_day=on,
            by=by,
            command_id=command_id,
        )

    @property
    def _free(self) -> Decimal:
        """Return what is held and not promised to be paid back. [currency]."""
        return self.held - (Decimal(0) if self.refund is None else self.refund[0])

    def _check(self, amount: Decimal, most: Decimal, key: str) -> None:
        if not amount.is_finite() or amount <= 0:
            raise DepositError.of("account.no_amount", amount=amount)
        if amount > most:
            raise DepositError.of(key, amount=amount, most=most, currency=self.currency)

    @event(Paid)
    def _pay(
        self,
        *,
        account: str,
        deposit: str,
        currency: str,
        amount: str,
        means: str,
        reference: str,
        on_day: date,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        self.paid += Decimal(amount)

    @event(Applied)
    def _apply(
        self,
        *,
        account: str,
        deposit: str,
        currency: str,
        amount: str,
        invoice: str,
        on_day: date,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        self.applied += Decimal(amount)

    @event(RefundAsked)
    def _ask_refund(
        self, *, account: str, deposit: str, amount: str, reason: str, by: UUID, command_id: UUID
    ) -> None:
        self.refund = (Decimal(amount), by)

    @event(Refunded)
    def _refund(
        self,
        *,
        account: str,
        deposit: str,
        currency: str,
        amount: str,
        means: str,
        on_day: date,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.refunded += Decimal(amount)
        self.refund = None
