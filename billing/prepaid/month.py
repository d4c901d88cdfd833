"""In: what a span of an account cost up to some instants. Out: settlements and true-ups. Pure.

A settlement month is what one invoice will hold: its days, of one account. What it cost is always
rated from its first day on, by what drafts the invoice, and the difference to what was settled is
taken from the balance: so the settlements add up to the invoice by construction. What was settled
and comes out otherwise later is a true-up of the day it belongs to, never an edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.prepaid.errors import PrepaidRefusedError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a month cost from its first day up to an instant."""

    until: datetime
    total: Decimal
    """With tax, as the invoice would say. [currency]"""
    quantities: Mapping[str, str]
    """Usage by point, with its unit, as the invoice would say."""
    sha256: str
    """Hash of the draft that it was read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was settled up to an instant, from the step before on."""

    until: datetime
    amount: Decimal
    """As known now: settlement and its true-ups. [currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Positions of the journals that a settlement rests on."""

    metering_position: int
    books_position: int


def month_id(site: str, account: str, first_day: date) -> UUID:
    """Return the id of a settlement month."""
    return id_of("prepaid_month", site, account, first_day.isoformat())


class PrepaidMonth(JournalAggregate):
    """The settlements of one prepaid account that become one invoice."""

    TOPIC = "prepaid_month"

    class Created(JournalAggregate.Created):
        """The month was begun."""

        TOPIC = "prepaid_month.opened"
        site: str
        account: str
        first_day: date
        last_day: date
        currency: str

    class Settled(JournalAggregate.Event):
        """Usage up to an instant was taken from the balance."""

        TOPIC = "prepaid_month.settled"
        account: str
        first_day: date
        until: datetime
        amount: Decimal
        total: Decimal
        quantities: dict[str, str]
        sha256: str
        metering_position: int
        books_position: int

    class TruedUp(JournalAggregate.Event):
        """What was settled came out otherwise: the difference of each day touched."""

        TOPIC = "prepaid_month.trued_up"
        account: str
        first_day: date
        steps: list[dict[str, Any]]
        """Each with `until` of the settlement concerned and `amount`, the difference."""
        total: Decimal
        sha256: str
        metering_position: int
        books_position: int

    class Closed(JournalAggregate.Event):
        """An invoice holds the month; its difference to the settlements is the true-up row."""

        TOPIC = "prepaid_month.closed"
        account: str
        first_day: date
        last_day: date
        invoice: str
        settled: Decimal
        difference: Decimal

    @staticmethod
    def create_id(*, site: str, account: str, first_day: date, **_: object) -> UUID:
        """Return the id from site, account and first day."""
        return month_id(site, account, first_day)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        account: str,
        first_day: date,
        last_day: date,
        currency: str,
        command_id: UUID,
    ) -> None:
        """Begin a month."""
        self.account = account
        self.first_day = first_day
        self.last_day = last_day
        self.currency = currency
        self.steps: list[Step] = []
        self.settled = ZERO
        self.sha256 = ""
        self.invoice: str | None = None

    @property
    def settled_to(self) -> datetime | None:
        """Return up to when usage was taken from the balance."""
        return self.steps[-1].until if self.steps else None

    def settle(self, cost: Cost, known: Knowledge, *, command_id: UUID) -> None:
        """Take what was used since the last settlement from the balance.

        Args:
            cost: Of the month up to an instant behind the last settlement.
            known: What it rests on.
            command_id: The command's id.

        Raises:
            PrepaidRefusedError: An invoice holds the month already.
        """
        self._need_open()
        assert self.settled_to is None or cost.until > self.settled_to, "time runs forwards"
        self._settle(
            account=self.account,
            first_day=self.first_day,
            until=cost.until,
            amount=cost.total - self.settled,
            total=cost.total,
            quantities=dict(cost.quantities),
            sha256=cost.sha256,
            metering_position=known.metering_position,
            books_position=known.books_position,
            command_id=command_id,
        )

    def true_up(self, costs: Sequence[Cost], known: Knowledge, *, command_id: UUID) -> bool:
        """Post what the settled days cost otherwise, as known now; return whether there was any.

        Args:
            costs: Of the month up to some of the instants settled, ascending, the last among
                them; what lies between two counts to the later one.
            known: What they rest on.
            command_id: The command's id.

        Raises:
            PrepaidRefusedError: An invoice holds the month already.
        """
        self._need_open()
        assert costs, "the last instant is among them"
        assert costs[-1].until == self.settled_to, "all that is settled is looked at"
        changed: list[dict[str, Any]] = []
        before = ZERO
        for cost in costs:
            stood = sum((s.amount for s in self.steps if s.until <= cost.until), ZERO)
            difference = cost.total - stood - before
            if difference:
                changed.append({"until": cost.until, "amount": difference})
            before = cost.total - stood
        if not changed:
            return False
        self._true_up(
            account=self.account,
            first_day=self.first_day,
            steps=changed,
            total=costs[-1].total,
            sha256=costs[-1].sha256,
            metering_position=known.metering_position,
            books_position=known.books_position,
            command_id=command_id,
        )
        return True

    def close(self, invoice: str, difference: Decimal, *, command_id: UUID) -> None:
        """Let an invoice hold the month.

        Args:
            invoice: Its number.
            difference: Of the invoice to what was settled. [currency]
            command_id: The command's id.

        Raises:
            PrepaidRefusedError: An invoice holds the month already.
        """
        self._need_open()
        self._close(
            account=self.account,
            first_day=self.first_day,
            last_day=self.last_day,
            invoice=invoice,
            settled=self.settled,
            difference=difference,
            command_id=command_id,
        )

    def _need_open(self) -> None:
        if self.invoice is not None:
            raise PrepaidRefusedError.of(
                "month_closed", account=self.account, month=self.first_day, invoice=self.invoice
            )

    @event(Settled)
    def _settle(
        self,
        *,
        account: str,
        first_day: date,
        until: datetime,
        amount: Decimal,
        total: Decimal,
        quantities: dict[str, str],
        sha256: str,
        metering_position: int,
        books_position: int,
        command_id: UUID,
    ) -> None:
        self.steps.append(Step(until=until, amount=amount))
        self.settled = total
        self.sha256 = sha256

    @event(TruedUp)
    def _true_up(
        self,
        *,
        account: str,
        first_day: date,
        steps: list[dict[str, Any]],
        total: Decimal,
        sha256: str,
        metering_position: int,
        books_position: int,
        command_id: UUID,
    ) -> None:
        changed = {each["until"]: each["amount"] for each in steps}
        self.steps = [
            Step(until=each.until, amount=each.amount + changed.get(each.until, ZERO))
            for each in self.steps
        ]
        self.settled = total
        self.sha256 = sha256

    @event(Closed)
    def _close(
        self,
        *,
        account: str,
        first_day: date,
        last_day: date,
        invoice: str,
        settled: Decimal,
        difference: Decimal,
        command_id: UUID,
    ) -> None:
        self.invoice = invoice
