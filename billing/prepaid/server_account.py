"""In: commands on a prepaid account. Out: its money: top-ups, months paid, refund. Pure.

What was used stands in the settlement months (month.py), what is told and done at a crossing of
the balance in watch.py. Here stand the money put in and the months that an invoice has closed: the
balance is `booked` less what the open months have settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.prepaid.errors import PrepaidRefusedError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

ZERO = Decimal(0)


class Every(StrEnum):
    """How often usage is taken from the balance."""

    DAY = "day"
    HOUR = "hour"


class TopUpMeans(StrEnum):
    """How money came onto the account."""

    DESK = "desk"
    """Taken at a cash desk; the shift's own event books it."""
    BANK = "bank"
    OPENING = "opening"
    """Balance taken over from another system; below zero: it was owed."""


class AccountState(StrEnum):
    """What may still happen to the account."""

    OPEN = "open"
    ENDED = "ended"
    """No more usage; what is left can be refunded."""
    SETTLED = "settled"
    """Refunded or billed; nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """Money put in."""

    receipt: str
    amount: Decimal
    """[currency]"""
    means: TopUpMeans
    reference: str
    """Of the bank: the key of the entry that brought it, where one did."""
    command_id: UUID
    reversed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """When, on which local day, by whom and by which command something was done."""

    at: datetime
    on: date
    by: UUID | None
    command_id: UUID


def prepaid_id(site: str, account: str) -> UUID:
    """Return the id of the prepaid account of an account."""
    return id_of("prepaid_account", site, account)


class PrepaidAccount(JournalAggregate):
    """An account that pays first, settled from its readings."""

    TOPIC = "prepaid"

    class Created(JournalAggregate.Created):
        """The account pays first from a day on."""

        TOPIC = "prepaid.opened"
        site: str
        account: str
        first_day: date
        cycle_day: int
        every: str
        currency: str
        by: UUID | None

    class ToppedUp(JournalAggregate.Event):
        """Money was put in."""

        TOPIC = "prepaid.topped_up"
        account: str
        amount: Decimal
        currency: str
        means: str
        receipt: str
        reference: str
        at: datetime
        on: date
        by: UUID | None

        def apply(self, aggregate: Any) -> None:
            """Raise the balance."""
            top_up = TopUp(
                receipt=self.receipt,
                amount=self.amount,
                means=TopUpMeans(self.means),
                reference=self.reference,
                command_id=self.command_id,
            )
            aggregate.top_ups[self.receipt] = top_up
            aggregate.booked += self.amount

    class TopUpReversed(JournalAggregate.Event):
        """Money was never put in: its receipt was void, or the bank took it back."""

        TOPIC = "prepaid.top_up_reversed"
        account: str
        amount: Decimal
        currency: str
        means: str
        receipt: str
        reason: str
        at: datetime
        on: date
        by: UUID | None

        def apply(self, aggregate: Any) -> None:
            """Take it off again."""
            known = aggregate.top_ups[self.receipt]
            aggregate.top_ups[self.receipt] = replace(known, reversed=True)
            aggregate.booked -= self.amount

    class MonthOpened(JournalAggregate.Event):
        """A settlement month was begun."""

        TOPIC = "prepaid.month_opened"
        account: str
        first_day: date
        last_day: date

        def apply(self, aggregate: Any) -> None:
            """Keep it as open."""
            aggregate.open_months.append(self.first_day)
            aggregate.last_day = self.last_day

    class MonthsClosed(JournalAggregate.Event):
        """An invoice holds some settlement months and is paid from the balance."""

        TOPIC = "prepaid.months_closed"
        account: str
        months: list[date]
        invoice: str
        total: Decimal
        difference: Decimal
        """Of the invoice to the settlements: its rounding and true-up row. [currency]"""
        currency: str
        at: datetime
        on: date

        def apply(self, aggregate: Any) -> None:
            """Book the invoice in the place of the settlements."""
            aggregate.booked -= self.total
            aggregate.documents.add(self.invoice)
            aggregate.open_months = [m for m in aggregate.open_months if m not in self.months]

    class Corrected(JournalAggregate.Event):
        """A later document changed what closed months cost: a credit note, or a new invoice."""

        TOPIC = "prepaid.corrected"
        account: str
        document: str
        kind: str
        amount: Decimal
        """Taken from the balance; below zero: given back. [currency]"""
        currency: str
        at: datetime
        on: date

        def apply(self, aggregate: Any) -> None:
            """Book it."""
            aggregate.booked -= self.amount
            aggregate.documents.add(self.document)

    class Ended(JournalAggregate.Event):
        """The account is left: no usage from a day on."""

        TOPIC = "prepaid.ended"
        account: str
        on: date
        reason: str
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Open no month from that day on."""
            aggregate.state = AccountState.ENDED
            aggregate.ended_on, aggregate.ended_by = self.on, self.by

    class Refunded(JournalAggregate.Event):
        """What was left was paid out, or what was lacking became a debt: the balance is zero."""

        TOPIC = "prepaid.refunded"
        account: str
        amount: Decimal
        """Paid out; below zero: owed by the account. [currency]"""
        currency: str
        means: str
        reference: str
        at: datetime
        on: date
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Leave nothing."""
            aggregate.booked -= self.amount
            aggregate.state = AccountState.SETTLED

    @staticmethod
    def create_id(*, site: str, account: str, **_: object) -> UUID:
        """Return the id from site and account."""
        return prepaid_id(site, account)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        account: str,
        first_day: date,
        cycle_day: int,
        every: str,
        currency: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Open the account with nothing in it."""
        self.account = account
        self.first_day = first_day
        self.cycle_day = cycle_day
        self.every = Every(every)
        self.currency = currency
        self.state = AccountState.OPEN
        self.booked = ZERO
        self.top_ups: dict[str, TopUp] = {}
        self.open_months: list[date] = []
        self.last_day: date | None = None
        self.documents: set[str] = set()
        self.ended_on: date | None = None
        self.ended_by: UUID | None = None

    def top_up(
        self, amount: Decimal, *, means: TopUpMeans, receipt: str, reference: str, act: Act
    ) -> None:
        """Put money in.

        Raises:
            PrepaidRefusedError: The amount is not above zero, or the account is settled.
        """
        if amount <= 0 and means is not TopUpMeans.OPENING:
            raise PrepaidRefusedError.of("amount")
        self._need_not(AccountState.SETTLED)
        self._say(
            self.ToppedUp, act, amount=amount, means=means.value, receipt=receipt,
            reference=reference, by=act.by,
        )  # fmt: skip

    def reverse(self, receipt: str, *, means: TopUpMeans, reason: str, act: Act) -> None:
        """Take a top-up back as if it had never been.

        Raises:
            PrepaidRefusedError: There is no such top-up, it was reversed, it came by other means,
                or the account is over.
        """
        self._need_not(AccountState.SETTLED)
        known = self.top_ups.get(receipt)
        if known is None or known.reversed:
            raise PrepaidRefusedError.of("no_top_up", account=self.account, receipt=receipt)
        if known.means is not means:
            raise PrepaidRefusedError.of("other_means", receipt=receipt, means=known.means)
        self._say(
            self.TopUpReversed, act, amount=known.amount, means=means.value, receipt=receipt,
            reason=reason, by=act.by,
        )  # fmt: skip

    def open_month(self, first_day: date, last_day: date, *, command_id: UUID) -> None:
        """Begin the settlement month behind the last one."""
        assert self.last_day is None or first_day > self.last_day, "months follow each other"
        self.trigger_event(
            self.MonthOpened,
            account=self.account,
            first_day=first_day,
            last_day=last_day,
            command_id=command_id,
        )

    def close_months(
        self, months: Sequence[date], invoice: str, total: Decimal, settled: Decimal, act: Act
    ) -> None:
        """Pay an invoice of some settlement months from the balance.

        Args:
            months: First days of the months, all open.
            invoice: Number of the invoice.
            total: Of the invoice, with tax. [currency]
            settled: What the months had taken from the balance before. [currency]
            act: When, and by which command.
        """
        assert set(months) <= set(self.open_months), "only open months are closed"
        self._say(
            self.MonthsClosed, act, months=list(months), invoice=invoice, total=total,
            difference=total - settled,
        )  # fmt: skip

    def correct(self, document: str, kind: str, amount: Decimal, act: Act) -> None:
        """Book a later document of closed months; the same one again changes nothing."""
        if document not in self.documents:
            self._say(self.Corrected, act, document=document, kind=kind, amount=amount)

    def end(self, on: date, reason: str, *, by: UUID, command_id: UUID) -> None:
        """End the account from a local day on.

        Raises:
            PrepaidRefusedError: It ended already, or a month behind that day is begun.
        """
        if self.state is not AccountState.OPEN:
            raise PrepaidRefusedError.of("account_over", account=self.account, state=self.state)
        if on <= self.first_day or any(month >= on for month in self.open_months):
            raise PrepaidRefusedError.of("end_before", account=self.account, day=on)
        self.trigger_event(
            self.Ended, account=self.account, on=on, reason=reason, by=by, command_id=command_id
        )

    def refund(self, *, means: str, reference: str, act: Act) -> Decimal:
        """Pay out what is left, as a second person; return the amount, below zero: a debt.

        Raises:
            PrepaidRefusedError: The account has not ended, a month is not billed yet, or the
                same person ended it.
        """
        if self.state is not AccountState.ENDED:
            raise PrepaidRefusedError.of("not_ended", account=self.account, state=self.state)
        if self.open_months:
            month = self.open_months[0]
            raise PrepaidRefusedError.of("month_unbilled", account=self.account, month=month)
        if act.by is None or act.by == self.ended_by:
            raise PrepaidRefusedError.of("second_person")
        amount = self.booked
        self._say(self.Refunded, act, amount=amount, means=means, reference=reference, by=act.by)
        return amount

    def _need_not(self, state: AccountState) -> None:
        if self.state is state:
            raise PrepaidRefusedError.of("account_over", account=self.account, state=self.state)

    def _say(self, what: type[JournalAggregate.Event], act: Act, **facts: object) -> None:
        self.trigger_event(
            what,
            account=self.account,
            currency=self.currency,
            at=act.at,
            on=act.on,
            command_id=act.command_id,
            **facts,
        )
