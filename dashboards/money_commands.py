"""In: what a signed-in person wants done with money. Out: events in the books. I/O by ports.

The writes of the pages of money: payments, bank entries, corrections. Rights are asked here, the
second person by the domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from billing.corrections.line_desk import LineCredit
from billing.receivables.by_hand import TypedPayment, incoming_of
from billing.receivables.office import Incoming
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of


class PaymentDesk(Protocol):
    """Where payments are taken (billing/receivables/office.py)."""

    def receive(
        self,
        account: str,
        incoming: Incoming,
        *,
        items: Sequence[str] = (),
        by: UUID | None,
        command_id: UUID,
    ) -> object:
        """Take a payment and settle what was due first, or the items named."""
        ...


class BankDesk(Protocol):
    """Where bank entries that wait are decided (billing/bank/office.py)."""

    def match(
        self,
        name: str,
        account: str,
        *,
        items: Sequence[str] = (),
        remember: bool,
        by: UUID,
        command_id: UUID,
    ) -> object:
        """Take a waiting entry as a payment of an account."""
        ...


class CorrectionDesk(Protocol):
    """Where corrections of issued bills are decided (billing/corrections/desk.py)."""

    def credit_line(self, invoice: UUID, asked: LineCredit, *, by: UUID, command_id: UUID) -> str:
        """Propose to take back a charge line or a part of it; return the proposal's name."""
        ...

    def accept(self, name: str, *, by: UUID, why: str, command_id: UUID) -> object:
        """Accept a correction; refused for the person who raised it."""
        ...

    def reject(self, name: str, *, by: UUID, why: str, command_id: UUID) -> object:
        """Reject a correction."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyCommands:
    """The writes of the money of one site."""

    site: str
    payments: PaymentDesk
    bank: BankDesk
    corrections: CorrectionDesk

    def record(
        self, scope: Scope, typed: TypedPayment, today: date, *, items: Sequence[str] = ()
    ) -> str:
        """Record a payment that no bank file brings; return its key.

        The same account, amount, means, reference and day again are the same payment.

        Raises:
            NotPermittedError: The person lacks the role.
            PaymentError: Its day is to come, the amount is wrong, a named item is not open.
            UnknownBillingObjectError: There is no such account.
        """
        scope.demand(Right.ISSUE, self.site)
        incoming, command = incoming_of(self.site, typed, today)
        self.payments.receive(
            typed.account, incoming, items=items, by=scope.person, command_id=command
        )
        return incoming.payment

    def match(
        self,
        scope: Scope,
        entry: UUID,
        seen_at: int,
        account: str,
        *,
        items: Sequence[str] = (),
        remember: bool,
    ) -> None:
        """Take a waiting bank entry as a payment of an account.

        Args:
            scope: Who says so.
            entry: The entry.
            seen_at: Position of the last decision about it that the person saw.
            account: Whose payment it is.
            items: Settle these first; what was due first when empty.
            remember: Whether this payer pays for this account from now on.

        Raises:
            NotPermittedError: The person lacks the role.
            PaymentError: It waits no longer, money went out by it, or an item is not open.
            UnknownBillingObjectError: There is no such entry or account.
        """
        scope.demand(Right.ISSUE, self.site)
        said = (str(seen_at), account, *items, str(remember), str(scope.person))
        self.bank.match(
            str(entry),
            account,
            items=items,
            remember=remember,
            by=scope.person,
            command_id=id_of("command", "match", str(entry), *said),
        )

    def credit_line(self, scope: Scope, invoice: UUID, seen: int, asked: LineCredit) -> str:
        """Propose to take back a charge line of an issued bill; return the proposal's name.

        Args:
            scope: Who asks.
            invoice: The bill.
            seen: How many proposals about it the person saw: the same words on them twice are one
                command.
            asked: Which line, how much, and why.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It cannot be credited so.
        """
        scope.demand(Right.ISSUE, self.site)
        said = repr((seen, asked.place, str(asked.amount), asked.why))
        command = id_of("command", "credit_line", str(invoice), said, str(scope.person))
        return self.corrections.credit_line(invoice, asked, by=scope.person, command_id=command)

    def accept_correction(self, scope: Scope, name: str, why: str) -> None:
        """Accept a correction; what follows is issued with it.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It cannot be accepted, or this person raised it.
        """
        scope.demand(Right.APPROVE, self.site)
        command = id_of("command", "accept_correction", name, str(scope.person))
        self.corrections.accept(name, by=scope.person, why=why, command_id=command)

    def reject_correction(self, scope: Scope, name: str, why: str) -> None:
        """Reject a correction with a reason.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It is decided already.
        """
        scope.demand(Right.APPROVE, self.site)
        command = id_of("command", "reject_correction", name, str(scope.person))
        self.corrections.reject(name, by=scope.person, why=why, command_id=command)
