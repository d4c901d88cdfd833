"""In: commands in a shift at a cash desk. Out: money taken, voided, counted, signed for. Pure.

Everything of one shift is one aggregate, so a void and the count that closes the shift cannot both
happen: whoever comes second finds the other's event and is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from eventsourcing.domain import event

from billing.cash_desk import shift_events
from billing.cash_desk.shift_events import CashTaken, Means, ShiftState, Taking, entry_key
from billing.money import exponent_of, from_units, typed_number
from billing.prepaid.errors import DeskRefusedError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

ZERO = Decimal(0)


def desk_id(site: str, desk: str) -> UUID:
    """Return the id of a cash desk."""
    return id_of("cash_desk", site, desk)


def shift_id(site: str, desk: str, number: int) -> UUID:
    """Return the id of a desk's shift."""
    return id_of("shift", site, desk, str(number))


class CashDesk(JournalAggregate):
    """A desk at which money is taken: one shift at a time."""

    TOPIC = "cash_desk"

    class Created(JournalAggregate.Created):
        """The desk was used for the first time."""

        TOPIC = "cash_desk.set_up"
        site: str
        desk: str

    class ShiftBegun(JournalAggregate.Event):
        """A shift was begun."""

        TOPIC = "cash_desk.shift_begun"
        number: int
        by: UUID

    class ShiftOver(JournalAggregate.Event):
        """The shift is over."""

        TOPIC = "cash_desk.shift_over"
        number: int

    @staticmethod
    def create_id(*, site: str, desk: str, **_: object) -> UUID:
        """Return the id from site and desk."""
        return desk_id(site, desk)

    @event(Created)
    def __init__(self, *, site: str, desk: str, command_id: UUID) -> None:
        """Set the desk up."""
        self.desk = desk
        self.shifts = 0
        self.open = False

    def begin(self, *, by: UUID, command_id: UUID) -> int:
        """Return the number of a new shift.

        Raises:
            DeskRefusedError: One is open.
        """
        if self.open:
            raise DeskRefusedError.of("shift_open", desk=self.desk)
        self._begin(number=self.shifts + 1, by=by, command_id=command_id)
        return self.shifts

    def end(self, *, command_id: UUID) -> None:
        """Let there be another shift."""
        self._end(number=self.shifts, command_id=command_id)

    @event(ShiftBegun)
    def _begin(self, *, number: int, by: UUID, command_id: UUID) -> None:
        self.shifts, self.open = number, True

    @event(ShiftOver)
    def _end(self, *, number: int, command_id: UUID) -> None:
        self.open = False


class Shift(JournalAggregate):
    """The time of one person at one desk."""

    TOPIC = "shift"

    class Created(JournalAggregate.Created):
        """The shift was opened with change in the drawer."""

        TOPIC = "shift.opened"
        site: str
        desk: str
        number: int
        person: UUID
        change: Decimal
        currency: str
        at: datetime

    CashTaken = shift_events.CashTaken
    CashVoided = shift_events.CashVoided
    Counted = shift_events.Counted
    Resumed = shift_events.Resumed
    Closed = shift_events.Closed

    @staticmethod
    def create_id(*, site: str, desk: str, number: int, **_: object) -> UUID:
        """Return the id from site, desk and number."""
        return shift_id(site, desk, number)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        desk: str,
        number: int,
        person: UUID,
        change: Decimal,
        currency: str,
        at: datetime,
        command_id: UUID,
    ) -> None:
        """Open it."""
        self.desk = desk
        self.number = number
        self.person = person
        self.change = change
        self.currency = currency
        self.opened_at = at
        self.closed_at: datetime | None = None
        self.state = ShiftState.OPEN
        self.takings: dict[UUID, Taking] = {}
        self.versions: dict[UUID, int] = {}
        """Of the event that took the money, by taking."""
        self.counted: dict[str, Decimal] = {}
        self.expected: dict[str, Decimal] = {}
        self.denominations: dict[str, int] = {}
        self.reason = ""
        self.signed_by: UUID | None = None

    def should_hold(self) -> dict[str, Decimal]:
        """Return what should be there by means of payment, the change among the cash."""
        none = from_units(0, exponent_of(self.currency))  # sums have all digits
        sums = {means.value: none for means in Means}
        sums[Means.CASH] += self.change
        for taking in self.takings.values():
            if not taking.void:
                sums[taking.means] += taking.amount
        return sums

    def take(self, taking: Taking, *, on: date, by: UUID) -> None:
        """Take money.

        Raises:
            DeskRefusedError: The shift is not open, is another person's, the amount is not above
                zero, or less was given.
        """
        self._need_open(by)
        if taking.amount <= 0:
            raise DeskRefusedError.of("amount")
        if taking.given is not None and taking.given < taking.amount:
            raise DeskRefusedError.of("given", given=taking.given, amount=taking.amount)
        self.trigger_event(
            self.CashTaken,
            **taking.facts(),
            currency=self.currency,
            given=taking.given,
            at=taking.taken_at,
            on=on,
            by=by,
            command_id=taking.command_id,
        )

    def void(
        self, receipt: str, reason: str, *, at: datetime, on: date, by: UUID, command_id: UUID
    ) -> Taking:
        """Give money back; return what had been taken.

        Raises:
            DeskRefusedError: The shift is not open, is another person's, there is no such
                receipt in it, or it is void already.
        """
        self._need_open(by)
        known = self.receipted(receipt)
        if known.void:
            raise DeskRefusedError.of("void_already", receipt=receipt)
        if not reason.strip():
            raise DeskRefusedError.of("no_reason")
        self.trigger_event(
            self.CashVoided,
            **known.facts(),
            currency=self.currency,
            reason=reason,
            at=at,
            on=on,
            by=by,
            command_id=command_id,
        )
        return known

    def receipted(self, receipt: str) -> Taking:
        """Return the taking of a receipt.

        Raises:
            DeskRefusedError: The shift has none of that number.
        """
        found = [each for each in self.takings.values() if each.receipt == receipt]
        if not found:
            raise DeskRefusedError.of("no_receipt", receipt=receipt, shift=self.number)
        return found[0]

    def source_of(self, taking: Taking) -> str:
        """Return by what key the account's book knows money for a document: its entry's."""
        return entry_key(CashTaken.TOPIC, self.id, self.versions[taking.taking])

    def cash_up(
        self,
        denominations: Mapping[str, int],
        card: Decimal,
        transfer: Decimal,
        *,
        at: datetime,
        on: date,
        by: UUID,
        command_id: UUID,
    ) -> dict[str, Decimal]:
        """Count what is there; close the shift where nothing differs.

        Args:
            denominations: Coins and notes by their value, as "0.50": 12.
            card: Sum of the card terminal. [currency]
            transfer: Sum of the transfers that were seen. [currency]
            at: When.
            on: Local day.
            by: Who counts: the person of the shift.
            command_id: The command's id.

        Returns:
            Differences by means, counted less expected; empty when the shift is closed.

        Raises:
            DeskRefusedError: The shift is not open, is another person's, or a value is none.
        """
        self._need_open(by)
        expected = self.should_hold()
        none = from_units(0, exponent_of(self.currency))
        counted = {"cash": cash_of(denominations) + none, "card": card, "transfer": transfer}
        self.trigger_event(
            self.Counted,
            desk=self.desk,
            denominations={key: count for key, count in denominations.items() if count},
            counted=counted,
            expected=expected,
            at=at,
            by=by,
            command_id=command_id,
        )
        differences = self.differences()
        if not differences:
            self._close("", None, at=at, on=on, command_id=command_id)
        return differences

    def differences(self) -> dict[str, Decimal]:
        """Return what was counted less what should be there, by means; only what differs."""
        found = {key: self.counted[key] - self.expected[key] for key in self.counted}
        return {key: difference for key, difference in found.items() if difference}

    def resume(self, reason: str, *, at: datetime, by: UUID, command_id: UUID) -> None:
        """Go on after a count that was wrong or early.

        Raises:
            DeskRefusedError: The shift is not counted, or is another person's.
        """
        if self.state is not ShiftState.COUNTED:
            raise DeskRefusedError.of("shift_state", shift=self.number, state=self.state)
        self._need_own(by)
        self.trigger_event(
            self.Resumed, desk=self.desk, reason=reason, at=at, by=by, command_id=command_id
        )

    def sign(self, reason: str, *, at: datetime, on: date, by: UUID, command_id: UUID) -> None:
        """Sign for the difference as a second person, and close the shift.

        Raises:
            DeskRefusedError: Nothing is counted, no reason is given, or the person counted it.
        """
        if self.state is not ShiftState.COUNTED:
            raise DeskRefusedError.of("shift_state", shift=self.number, state=self.state)
        if by == self.person:
            raise DeskRefusedError.of("second_person")
        if not reason.strip():
            raise DeskRefusedError.of("no_reason")
        self._close(reason, by, at=at, on=on, command_id=command_id)

    def _close(
        self, reason: str, signed_by: UUID | None, *, at: datetime, on: date, command_id: UUID
    ) -> None:
        self.trigger_event(
            self.Closed,
            desk=self.desk,
            number=self.number,
            currency=self.currency,
            differences=self.differences(),
            reason=reason,
            signed_by=signed_by,
            at=at,
            on=on,
            command_id=command_id,
        )

    def _need_open(self, by: UUID) -> None:
        if self.state is not ShiftState.OPEN:
            raise DeskRefusedError.of("shift_state", shift=self.number, state=self.state)
        self._need_own(by)

    def _need_own(self, by: UUID) -> None:
        if by != self.person:
            raise DeskRefusedError.of("other_person", desk=self.desk, shift=self.number)


def cash_of(denominations: Mapping[str, int]) -> Decimal:
    """Return the sum of coins and notes. [currency].

    Raises:
        DeskRefusedError: A value is no amount above zero, or a count is below zero.
    """
    total = ZERO
    for value, count in denominations.items():
        worth = typed_number(value)
        if worth is None or worth <= 0 or count < 0:
            raise DeskRefusedError.of("denomination", value=value)
        total += worth * count
    return total
