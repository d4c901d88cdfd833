"""In: a request to cut or restore a supply. Out: a work order and its states, never a switch. Pure.

requested -> approved (by a second person) -> handed out -> confirmed by a reading. The bars of a
disconnection are asked for when it is requested and again when it is handed out: what is barred
then is refused for good, and a new request is needed. A handed-out order holds until the night, or
until it is recalled: then it comes back undone, or somebody says that it was done before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.prepaid.errors import PrepaidRefusedError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class OrderKind(StrEnum):
    """What the technician does."""

    DISCONNECT = "disconnect"
    RECONNECT = "reconnect"


class OrderState(StrEnum):
    """How far a work order has come."""

    REQUESTED = "requested"
    APPROVED = "approved"
    HANDED_OUT = "handed_out"
    RECALLED = "recalled"
    """The account has money again; the technician must not do it and brings it back."""
    CONFIRMED = "confirmed"
    """By a reading of each point taken behind the hand-out."""
    REFUSED = "refused"
    """By the rules, when it was to be executed."""
    WITHDRAWN = "withdrawn"


OVER = frozenset({OrderState.CONFIRMED, OrderState.REFUSED, OrderState.WITHDRAWN})


def order_id(site: str, account: str, number: int) -> UUID:
    """Return the id of an account's work order."""
    return id_of("supply_order", site, account, str(number))


class SupplyOrder(JournalAggregate):
    """A work order on the supply of a prepaid account."""

    TOPIC = "supply_order"

    class Created(JournalAggregate.Created):
        """It was requested."""

        TOPIC = "supply_order.requested"
        site: str
        account: str
        number: int
        kind: str
        points: list[str]
        balance: Decimal
        reason: str
        at: datetime
        by: UUID | None

    class Approved(JournalAggregate.Event):
        """A second person approved it."""

        TOPIC = "supply_order.approved"
        at: datetime
        by: UUID | None

        def apply(self, aggregate: Any) -> None:
            """Go on."""
            aggregate.state = OrderState.APPROVED
            aggregate.approved_by = self.by

    class HandedOut(JournalAggregate.Event):
        """A technician has it; it may be done until an instant."""

        TOPIC = "supply_order.handed_out"
        at: datetime
        to: str
        valid_until: datetime | None
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Go on."""
            aggregate.state = OrderState.HANDED_OUT
            aggregate.handed_out_at, aggregate.valid_until = self.at, self.valid_until

    class Recalled(JournalAggregate.Event):
        """The account has money again while a technician has it."""

        TOPIC = "supply_order.recalled"
        at: datetime
        reason: str
        balance: Decimal

        def apply(self, aggregate: Any) -> None:
            """Forbid it; what the technician did is not known yet."""
            aggregate.state = OrderState.RECALLED
            aggregate.recalled_at = self.at

    class Returned(JournalAggregate.Event):
        """It came back undone, or its time was over: it must be handed out again."""

        TOPIC = "supply_order.returned"
        at: datetime
        reason: str
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Go back."""
            aggregate.state = OrderState.APPROVED

    class Refused(JournalAggregate.Event):
        """The rules forbade it when it was to be executed."""

        TOPIC = "supply_order.refused"
        at: datetime
        bars: list[str]
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Be over."""
            aggregate.state = OrderState.REFUSED

    class Withdrawn(JournalAggregate.Event):
        """Nobody wants it any more, or the account was topped up."""

        TOPIC = "supply_order.withdrawn"
        at: datetime
        reason: str
        by: UUID | None

        def apply(self, aggregate: Any) -> None:
            """Be over."""
            aggregate.state = OrderState.WITHDRAWN

    class Confirmed(JournalAggregate.Event):
        """A reading of each point proves it done."""

        TOPIC = "supply_order.confirmed"
        at: datetime
        readings: list[dict[str, Any]]
        """Each with point, channel, instant, count and journal position."""
        against: list[str]
        """Bars at the instant when it was done; nothing where the rules were kept."""
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Be over."""
            aggregate.state = OrderState.CONFIRMED

    @staticmethod
    def create_id(*, site: str, account: str, number: int, **_: object) -> UUID:
        """Return the id from site, account and number."""
        return order_id(site, account, number)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        account: str,
        number: int,
        kind: str,
        points: list[str],
        balance: Decimal,
        reason: str,
        at: datetime,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Request it."""
        self.account = account
        self.number = number
        self.kind = OrderKind(kind)
        self.points = points
        self.balance = balance
        self.requested_by = by
        self.requested_at = at
        self.approved_by: UUID | None = None
        self.state = OrderState.REQUESTED
        self.handed_out_at: datetime | None = None
        self.valid_until: datetime | None = None
        self.recalled_at: datetime | None = None

    def approve(self, *, at: datetime, by: UUID | None, command_id: UUID) -> None:
        """Approve it as a second person; what nobody requested (None) anybody may approve.

        Raises:
            PrepaidRefusedError: The same person requested it, or it is past that step.
        """
        self._need(OrderState.REQUESTED)
        disconnect = self.kind is OrderKind.DISCONNECT
        if disconnect and (by is None or by == self.requested_by):
            raise PrepaidRefusedError.of("second_person")
        self.trigger_event(self.Approved, at=at, by=by, command_id=command_id)

    def hand_out(
        self,
        to: str,
        bars: Sequence[str],
        *,
        at: datetime,
        valid_until: datetime | None,
        by: UUID,
        command_id: UUID,
    ) -> bool:
        """Give it to a technician, or refuse it for good; return whether it was handed out.

        Args:
            to: Who does it.
            bars: What forbids it now (`bars_at`); never looked at for a reconnection.
            at: Now.
            valid_until: Until when it may be done; None for a reconnection.
            by: Who hands it out.
            command_id: The command's id.

        Raises:
            PrepaidRefusedError: It is not approved.
        """
        self._need(OrderState.APPROVED)
        if bars and self.kind is OrderKind.DISCONNECT:
            self.trigger_event(self.Refused, at=at, bars=list(bars), by=by, command_id=command_id)
            return False
        self.trigger_event(
            self.HandedOut, at=at, to=to, valid_until=valid_until, by=by, command_id=command_id
        )
        return True

    def recall(self, reason: str, balance: Decimal, *, at: datetime, command_id: UUID) -> None:
        """Forbid what a technician has in hand; it is withdrawn once it comes back.

        Args:
            reason: Why.
            balance: Of the account by now. [currency]
            at: Now.
            command_id: The command's id.
        """
        self._need(OrderState.HANDED_OUT)
        self.trigger_event(
            self.Recalled, at=at, reason=reason, balance=balance, command_id=command_id
        )

    def give_back(self, reason: str, *, at: datetime, by: UUID, command_id: UUID) -> None:
        """Take it back from the technician undone; one that was recalled is withdrawn then.

        Raises:
            PrepaidRefusedError: It is not handed out.
        """
        self._need(OrderState.HANDED_OUT, OrderState.RECALLED)
        self.trigger_event(self.Returned, at=at, reason=reason, by=by, command_id=command_id)

    def withdraw(self, reason: str, *, at: datetime, by: UUID | None, command_id: UUID) -> None:
        """Want it no more.

        Raises:
            PrepaidRefusedError: It is handed out or over: take it back from the technician first.
        """
        self._need(OrderState.REQUESTED, OrderState.APPROVED)
        self.trigger_event(self.Withdrawn, at=at, reason=reason, by=by, command_id=command_id)

    def confirm(
        self,
        readings: Sequence[Mapping[str, Any]],
        against: Sequence[str],
        *,
        at: datetime,
        by: UUID,
        command_id: UUID,
        in_spite: bool = False,
    ) -> None:
        """Note the readings that prove it done.

        Args:
            readings: One of each point, behind the hand-out.
            against: Bars at the instant when it was done.
            at: Now.
            by: Who says so.
            command_id: The command's id.
            in_spite: Whether it was done in spite of a recall, or before that was known.

        Raises:
            PrepaidRefusedError: It is not handed out, was recalled, or a point has no reading
                behind the hand-out.
        """
        if self.state is OrderState.RECALLED and not in_spite:
            raise PrepaidRefusedError.of("order_recalled", account=self.account, number=self.number)
        self._need(OrderState.HANDED_OUT, OrderState.RECALLED)
        assert self.handed_out_at is not None, "it is handed out"
        proven = {r["point"] for r in readings if r["at"] > self.handed_out_at}
        lacking = [point for point in self.points if point not in proven]
        if lacking:
            raise PrepaidRefusedError.of("no_reading", points=", ".join(lacking))
        self.trigger_event(
            self.Confirmed,
            at=at,
            readings=[dict(reading) for reading in readings],
            against=list(against),
            by=by,
            command_id=command_id,
        )

    def _need(self, *states: OrderState) -> None:
        if self.state not in states:
            raise PrepaidRefusedError.of(
                "order_state", number=self.number, state=self.state, needed=" / ".join(states)
            )
