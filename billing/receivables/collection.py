"""In: commands on what an account is late with. Out: fees, disputes, letters, plans. Pure.

One stream an account. A fee is an open item of its own with a number of its own; what is in
dispute is neither asked for nor does it cost a fee.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.receivables.errors import PaymentError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """A part of a plan of payment."""

    due_on: date
    amount: Decimal


def collection_id(site: str, account: str) -> UUID:
    """Return the id of what an account is late with."""
    return id_of("collection", site, account)


class Collection(JournalAggregate):
    """What was done about an account that is late."""

    TOPIC = "collection"

    class Created(JournalAggregate.Created):
        """Something was done about the account for the first time."""

        TOPIC = "collection.opened"
        site: str
        account: str
        currency: str

    class FeeCharged(JournalAggregate.Event):
        """Being late costs money: an open item of its own."""

        TOPIC = "fee.charged"
        account: str
        currency: str
        number: str
        amount: Decimal
        on: date
        due_on: date
        item: str
        """The document that is late; of a letter's fee the first one."""
        until_day: date | None
        """Day up to which a late fee runs, not included; None for the fee of a letter."""
        told: str

        def apply(self, aggregate: Any) -> None:
            """Count it."""
            aggregate.fees[self.number] = self.amount
            if self.until_day is not None:
                charged = aggregate.late_fees.get(self.item, ZERO)
                aggregate.late_fees[self.item] = charged + self.amount

    class DisputeOpened(JournalAggregate.Event):
        """The account says that a part of a document is wrong."""

        TOPIC = "dispute.opened"
        account: str
        dispute: UUID
        item: str
        amount: Decimal
        on: date
        reason: str
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Count it."""
            aggregate.disputes[self.dispute] = self.item, self.amount

    class DisputeClosed(JournalAggregate.Event):
        """The dispute is over, whoever was right."""

        TOPIC = "dispute.closed"
        account: str
        dispute: UUID
        item: str
        on: date
        outcome: str
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Forget it."""
            del aggregate.disputes[self.dispute]

    class Dunned(JournalAggregate.Event):
        """A letter was sent."""

        TOPIC = "dunning.sent"
        account: str
        level: int
        on: date
        items: list[str]
        """Those whose level rises by it."""
        letter: dict[str, Any]
        """Its content, as it was sent."""

        def apply(self, aggregate: Any) -> None:
            """Raise the level of its items, and remember what it said."""
            aggregate.levels.update(dict.fromkeys(self.items, self.level))
            aggregate.letters[self.on, self.level] = self.letter

    class PlanAgreed(JournalAggregate.Event):
        """The account pays some documents in parts."""

        TOPIC = "payment_plan.agreed"
        account: str
        plan: UUID
        items: list[str]
        instalments: list[dict[str, str]]
        on: date
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Remember it."""
            aggregate.plans[self.plan] = tuple(self.items)

    class PlanEnded(JournalAggregate.Event):
        """The plan holds no longer: kept, broken or given up."""

        TOPIC = "payment_plan.ended"
        account: str
        plan: UUID
        on: date
        reason: str
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Forget it."""
            del aggregate.plans[self.plan]

    @staticmethod
    def create_id(*, site: str, account: str, **_: object) -> UUID:
        """Return the id from site and account."""
        return collection_id(site, account)

    @event(Created)
    def __init__(self, *, site: str, account: str, currency: str, command_id: UUID) -> None:
        """Begin."""
        self.account = account
        self.currency = currency
        self.fees: dict[str, Decimal] = {}
        self.late_fees: dict[str, Decimal] = {}
        """Late fees charged so far, by the document that is late."""
        self.disputes: dict[UUID, tuple[str, Decimal]] = {}
        self.levels: dict[str, int] = {}
        self.letters: dict[tuple[date, int], dict[str, Any]] = {}
        """What was written, by day and level."""
        self.plans: dict[UUID, tuple[str, ...]] = {}

    def disputed(self, item: str) -> Decimal:
        """Return what of an item is in dispute. [currency]."""
        return sum((amount for of, amount in self.disputes.values() if of == item), ZERO)

    def charge_fee(
        self,
        amount: Decimal,
        *,
        item: str,
        on: date,
        due_on: date,
        until_day: date | None,
        charged: Decimal,
        told: str,
        command_id: UUID,
    ) -> str:
        """Charge a fee; return its number, made of the document's.

        Args:
            amount: Above zero. [currency]
            item: The document that is late.
            on: Local day of the fee.
            due_on: Day until which the fee is to be paid.
            until_day: Day up to which a late fee runs; None for the fee of a letter.
            charged: Late fees of the item that the amount was computed beside. [currency]
            told: What the fee is for, in the account's language.
            command_id: The command's id.

        Raises:
            PaymentError: The amount is not above zero, or somebody charged the item meanwhile.
        """
        if amount <= 0:
            raise PaymentError.of("not_positive", amount=amount)
        if until_day is not None and self.late_fees.get(item, ZERO) != charged:
            raise PaymentError.of("fee_charged", item=item)
        number = f"{item}-F{1 + sum(n.startswith(f'{item}-F') for n in self.fees)}"
        self.trigger_event(
            self.FeeCharged,
            account=self.account,
            currency=self.currency,
            number=number,
            amount=amount,
            on=on,
            due_on=due_on,
            item=item,
            until_day=until_day,
            told=told,
            command_id=command_id,
        )
        return number

    def open_dispute(
        self,
        dispute: UUID,
        item: str,
        amount: Decimal,
        *,
        open_amount: Decimal,
        on: date,
        reason: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Note that a part of a document is in dispute.

        Raises:
            PaymentError: So much is not open beside what is in dispute already.
        """
        left = open_amount - self.disputed(item)
        if not 0 < amount <= left:
            raise PaymentError.of("dispute_amount", item=item, open=left)
        self.trigger_event(
            self.DisputeOpened,
            account=self.account,
            dispute=dispute,
            item=item,
            amount=amount,
            on=on,
            reason=reason,
            by=by,
            command_id=command_id,
        )

    def close_dispute(
        self, dispute: UUID, *, on: date, outcome: str, by: UUID, command_id: UUID
    ) -> None:
        """Note that a dispute is over.

        Raises:
            PaymentError: It is not open.
        """
        if dispute not in self.disputes:
            raise PaymentError.of("no_dispute", dispute=dispute)
        self.trigger_event(
            self.DisputeClosed,
            account=self.account,
            dispute=dispute,
            item=self.disputes[dispute][0],
            on=on,
            outcome=outcome,
            by=by,
            command_id=command_id,
        )

    def dun(
        self,
        level: int,
        items: Sequence[str],
        letter: Mapping[str, Any],
        *,
        on: date,
        command_id: UUID,
    ) -> None:
        """Note a letter; items that have its level already stay as they are.

        Raises:
            PaymentError: None of the items rises: somebody sent the letter meanwhile.
        """
        rising = [item for item in items if self.levels.get(item, 0) < level]
        if not rising:
            raise PaymentError.of("dunned", account=self.account, level=level)
        self.trigger_event(
            self.Dunned,
            account=self.account,
            level=level,
            on=on,
            items=rising,
            letter=dict(letter),
            command_id=command_id,
        )

    def agree_plan(
        self,
        plan: UUID,
        items: Sequence[str],
        instalments: Sequence[Instalment],
        *,
        owed: Decimal,
        on: date,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Let some documents be paid in parts.

        Raises:
            PaymentError: A document is in another plan, or the parts are not what is owed.
        """
        taken = {item for theirs in self.plans.values() for item in theirs}
        if taken & set(items):
            raise PaymentError.of("in_plan", item=min(taken & set(items)))
        total = sum((each.amount for each in instalments), ZERO)
        rising = all(a.due_on < b.due_on for a, b in pairwise(instalments))
        if (
            not instalments
            or total != owed
            or not rising
            or any(i.amount <= 0 for i in instalments)
        ):
            raise PaymentError.of("plan_sum", total=total, owed=owed)
        self.trigger_event(
            self.PlanAgreed,
            account=self.account,
            plan=plan,
            items=list(items),
            instalments=[
                {"due_on": each.due_on.isoformat(), "amount": format(each.amount, "f")}
                for each in instalments
            ],
            on=on,
            by=by,
            command_id=command_id,
        )

    def end_plan(self, plan: UUID, *, on: date, reason: str, by: UUID, command_id: UUID) -> None:
        """Let a plan hold no longer.

        Raises:
            PaymentError: There is no such plan.
        """
        if plan not in self.plans:
            raise PaymentError.of("no_plan", plan=plan)
        self.trigger_event(
            self.PlanEnded,
            account=self.account,
            plan=plan,
            on=on,
            reason=reason,
            by=by,
            command_id=command_id,
        )


def plan_kept(instalments: Sequence[Instalment], paid: Decimal, day: date) -> bool:
    """Return whether what was due by a day of a plan is paid.

    Args:
        instalments: Of the plan.
        paid: Settled of its documents since it was agreed. [currency]
        day: Local day; an instalment due on it may still come.
    """
    due = sum((each.amount for each in instalments if each.due_on < day), ZERO)
    return paid >= due
