"""In: the balance of a prepaid account at some instants. Out: warnings, credit, supply. Pure.

What is told and done at a crossing of the balance: each level is warned of once a crossing and can
be again when the balance has been above it. Emergency credit ends when it is paid back or its time
is over. A supply counts as cut, or restored, when a reading confirmed it, never before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.prepaid.errors import PrepaidRefusedError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Emergency credit that was granted."""

    amount: Decimal
    """[currency]"""
    until: datetime


def watch_id(site: str, account: str) -> UUID:
    """Return the id of what watches a prepaid account."""
    return id_of("prepaid_watch", site, account)


class PrepaidWatch(JournalAggregate):
    """What was told and done about the balance of a prepaid account."""

    TOPIC = "prepaid_watch"

    class Created(JournalAggregate.Created):
        """The balance is watched."""

        TOPIC = "prepaid_watch.begun"
        site: str
        account: str

    class Warned(JournalAggregate.Event):
        """The balance crossed levels downwards; each is told once a crossing."""

        TOPIC = "prepaid_watch.warned"
        account: str
        money: list[Decimal]
        days: list[int]
        balance: Decimal
        days_left: int | None
        at: datetime

        def apply(self, aggregate: Any) -> None:
            """Tell these no more until they have been left upwards."""
            aggregate.warned_money |= set(self.money)
            aggregate.warned_days |= set(self.days)

    class Recovered(JournalAggregate.Event):
        """The balance is above levels again: they can be crossed anew."""

        TOPIC = "prepaid_watch.recovered"
        account: str
        money: list[Decimal]
        days: list[int]
        balance: Decimal
        at: datetime

        def apply(self, aggregate: Any) -> None:
            """Let them be told again."""
            aggregate.warned_money -= set(self.money)
            aggregate.warned_days -= set(self.days)

    class CreditGranted(JournalAggregate.Event):
        """Emergency credit was granted."""

        TOPIC = "prepaid_watch.credit_granted"
        account: str
        amount: Decimal
        until: datetime
        at: datetime
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Count it."""
            aggregate.credit = Credit(amount=self.amount, until=self.until)

    class CreditEnded(JournalAggregate.Event):
        """Emergency credit ended: paid back by a top-up, or its time is over."""

        TOPIC = "prepaid_watch.credit_ended"
        account: str
        paid_back: bool
        at: datetime

        def apply(self, aggregate: Any) -> None:
            """Count it no more."""
            aggregate.credit = None

    class OrderNumbered(JournalAggregate.Event):
        """A work order on the account's supply was made."""

        TOPIC = "prepaid_watch.order_numbered"
        account: str
        number: int
        order: UUID

        def apply(self, aggregate: Any) -> None:
            """Keep it as the one under way."""
            aggregate.orders, aggregate.order = self.number, self.order

    class OrderOver(JournalAggregate.Event):
        """The work order under way came to its end."""

        TOPIC = "prepaid_watch.order_over"
        account: str
        order: UUID
        connected: bool
        """Whether the account is supplied from now on."""
        at: datetime

        def apply(self, aggregate: Any) -> None:
            """Let there be another."""
            aggregate.order, aggregate.connected = None, self.connected

    @staticmethod
    def create_id(*, site: str, account: str, **_: object) -> UUID:
        """Return the id from site and account."""
        return watch_id(site, account)

    @event(Created)
    def __init__(self, *, site: str, account: str, command_id: UUID) -> None:
        """Begin supplied, with nothing told."""
        self.account = account
        self.warned_money: set[Decimal] = set()
        self.warned_days: set[int] = set()
        self.credit: Credit | None = None
        self.orders = 0
        self.order: UUID | None = None
        self.connected = True

    def credit_at(self, at: datetime) -> Decimal:
        """Return the emergency credit that holds at an instant. [currency]."""
        return self.credit.amount if self.credit and at < self.credit.until else ZERO

    def look(
        self,
        balance: Decimal,
        days_left: int | None,
        money: Sequence[Decimal],
        days: Sequence[int],
        *,
        at: datetime,
        command_id: UUID,
    ) -> None:
        """Note which levels the balance is below: new ones are told, others can be again.

        Args:
            balance: Now. [currency]
            days_left: How long it lasts; None where nothing is used. [d]
            money: Levels it is below. [currency]
            days: Levels it is below. [d]
            at: When.
            command_id: The command's id.
        """
        facts = {"account": self.account, "balance": balance, "at": at, "command_id": command_id}
        new_money = sorted(set(money) - self.warned_money, reverse=True)
        new_days = sorted(set(days) - self.warned_days, reverse=True)
        back_money = sorted(self.warned_money - set(money), reverse=True)
        back_days = sorted(self.warned_days - set(days), reverse=True)
        if new_money or new_days:
            self.trigger_event(
                self.Warned, money=new_money, days=new_days, days_left=days_left, **facts
            )
        if back_money or back_days:
            self.trigger_event(self.Recovered, money=back_money, days=back_days, **facts)
        if self.credit is not None and (balance >= 0 or at >= self.credit.until):
            self.trigger_event(
                self.CreditEnded,
                account=self.account,
                paid_back=balance >= 0,
                at=at,
                command_id=command_id,
            )

    def grant_credit(
        self,
        amount: Decimal,
        until: datetime,
        most: Decimal,
        *,
        at: datetime,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Grant emergency credit until an instant.

        Args:
            amount: How much. [currency]
            until: Until when it counts.
            most: What the site's rules allow. [currency]
            at: Now.
            by: Who grants it.
            command_id: The command's id.

        Raises:
            PrepaidRefusedError: It is more than the rules allow, or some is running.
        """
        if self.credit_at(at):
            raise PrepaidRefusedError.of("credit_running", account=self.account)
        if not ZERO < amount <= most:
            raise PrepaidRefusedError.of("credit_most", most=most)
        if until <= at:
            raise PrepaidRefusedError.of("credit_until")
        self.trigger_event(
            self.CreditGranted,
            account=self.account,
            amount=amount,
            until=until,
            at=at,
            by=by,
            command_id=command_id,
        )

    def begin_order(self, order: UUID, *, command_id: UUID) -> int:
        """Return the number of a new work order.

        Raises:
            PrepaidRefusedError: One is under way.
        """
        if self.order is not None:
            raise PrepaidRefusedError.of("order_under_way", account=self.account)
        self.trigger_event(
            self.OrderNumbered,
            account=self.account,
            number=self.orders + 1,
            order=order,
            command_id=command_id,
        )
        return self.orders

    def end_order(self, order: UUID, *, connected: bool, at: datetime, command_id: UUID) -> None:
        """Note that the work order under way is over."""
        assert order == self.order, "the one under way"
        self.trigger_event(
            self.OrderOver,
            account=self.account,
            order=order,
            connected=connected,
            at=at,
            command_id=command_id,
        )
