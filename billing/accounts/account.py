"""In: commands on accounts. Out: who pays for which metering point, from when. Pure.

Names, addresses and mail addresses arrive here sealed under the account's person id. Which days
of which points are on an issued invoice stands here too: it is stored in one transaction with
the invoice, so no day of a point can be billed twice however many runs there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.errors import AlreadyBilledError, WrongStateError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """A metering point that an account pays for."""

    point: str
    tariff: str
    valid_from: date
    """First local day."""
    valid_to: date | None
    """First local day no longer paid for; None while open."""

    def overlaps(self, other: Supply) -> bool:
        """Return whether both name one point on one day."""
        return (
            self.point == other.point
            and (other.valid_to is None or self.valid_from < other.valid_to)
            and (self.valid_to is None or other.valid_from < self.valid_to)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PointDays:
    """Local days of one metering point on an invoice."""

    point: str
    first_day: date
    last_day: date
    """Included."""


def account_id(site: str, account: str) -> UUID:
    """Return the id of an account of a site."""
    return id_of("account", site, account)


def person_of(site: str, account: str) -> UUID:
    """Return the person id under which an account's personal fields are sealed."""
    return id_of("person", "account", site, account)


class Account(JournalAggregate):
    """Who pays: a tenant with the metering points supplied to it."""

    TOPIC = "account"

    class Created(JournalAggregate.Created):
        """The account was opened."""

        TOPIC = "account.opened"
        site: str
        account: str
        person: UUID
        name_sealed: str
        address_sealed: str
        email_sealed: str
        language: str
        opened_on: date

    class SupplyAssigned(JournalAggregate.Event):
        """The account pays for a point from a day on."""

        TOPIC = "account.supply_assigned"
        account: str
        point: str
        tariff: str
        valid_from: date
        valid_to: date | None

    class SupplyEnded(JournalAggregate.Event):
        """The account pays for a point no longer from a day on."""

        TOPIC = "account.supply_ended"
        account: str
        point: str
        valid_from: date
        """First local day of the supply that ends."""
        valid_to: date
        """First local day no longer paid for."""
        was_valid_to: date | None
        """The same as it was said before; None for an open end."""
        reason: str
        decided_by: UUID | None

    class Billed(JournalAggregate.Event):
        """An invoice over some days of some points was issued to the account."""

        TOPIC = "account.billed"
        invoice: UUID
        first_day: date
        last_day: date
        points: list[dict[str, Any]]
        """Each with `point`, `first_day` and `last_day`: a point may be paid for in a part."""

    class PaidByCard(JournalAggregate.Event):
        """A card pays for a point from a day on: an issue at that moment must look again."""

        TOPIC = "account.paid_by_card"
        point: str
        first_day: date

        def apply(self, aggregate: Any) -> None:
            """Remember the point."""
            aggregate.card_points.add(self.point)

    class Credited(JournalAggregate.Event):
        """A credit note took an invoice back: its days can be billed again."""

        TOPIC = "account.credited"
        invoice: UUID

    @staticmethod
    def create_id(*, site: str, account: str, **_: object) -> UUID:
        """Return the id from site and account key."""
        return account_id(site, account)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        account: str,
        person: UUID,
        name_sealed: str,
        address_sealed: str,
        email_sealed: str,
        language: str,
        opened_on: date,
        command_id: UUID,
    ) -> None:
        """Open the account; the three sealed fields belong to `person`."""
        self.account = account
        self.person = person
        self.name_sealed = name_sealed
        self.address_sealed = address_sealed
        self.email_sealed = email_sealed
        self.language = language
        self.opened_on = opened_on
        self.supplies: list[Supply] = []
        self.billed_by: dict[UUID, list[PointDays]] = {}
        self.card_points: set[str] = set()
        """Points that a card pays for, or has paid for."""

    def assign_supply(self, supply: Supply, *, command_id: UUID) -> None:
        """Let the account pay for a point.

        Raises:
            WrongStateError: It pays for the point on some of the days already, or the days lie
                before the account was opened.
        """
        if supply.valid_from < self.opened_on:
            raise WrongStateError(
                f"Account {self.account}",
                f"opened on {self.opened_on.isoformat()}",
                f"open on {supply.valid_from.isoformat()}",
            )
        if any(supply.overlaps(other) for other in self.supplies):
            raise WrongStateError(
                f"Point {supply.point} of account {self.account}", "assigned already", "free"
            )
        self._assign_supply(
            account=self.account,
            point=supply.point,
            tariff=supply.tariff,
            valid_from=supply.valid_from,
            valid_to=supply.valid_to,
            command_id=command_id,
        )

    def end_supply(
        self, supply: Supply, day: date, *, reason: str, by: UUID | None, command_id: UUID
    ) -> None:
        """Let the account pay for a point no longer from a day on.

        Args:
            supply: One of its supplies.
            day: First local day no longer paid for, behind the first one and before the end.
            reason: What the person says of it.
            by: Who says so.
            command_id: The command's id.

        Raises:
            WrongStateError: It does not pay for the point on that day, or only from it on.
            AlreadyBilledError: A day from then on is on an issued invoice.
        """
        inside = supply.valid_to is None or day < supply.valid_to
        if supply not in self.supplies or not inside or day <= supply.valid_from:
            raise WrongStateError(
                f"Point {supply.point} of account {self.account}",
                f"not paid for around {day.isoformat()}",
                "paid for before and after that day",
            )
        last = date.max if supply.valid_to is None else supply.valid_to - timedelta(days=1)
        if self.billed_days(PointDays(point=supply.point, first_day=day, last_day=last)):
            raise AlreadyBilledError(self.account, supply.point, day.isoformat(), last.isoformat())
        self._end(supply, day, reason=reason, by=by, command_id=command_id)

    def change_tariff(
        self,
        supply: Supply,
        tariff: str,
        day: date,
        *,
        reason: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Let another tariff hold for a supply from a day on: billed days stay the account's own.

        Args:
            supply: One of its supplies, which holds on the day.
            tariff: The other tariff.
            day: First local day of it.
            reason: What the person says of it.
            by: Who says so.
            command_id: The command's id.
        """
        assert supply in self.supplies and supply.valid_from <= day, "it holds on the day"
        self._end(supply, day, reason=reason, by=by, command_id=command_id)
        other = replace(supply, tariff=tariff, valid_from=day)
        self.assign_supply(other, command_id=command_id)

    def _end(
        self, supply: Supply, day: date, *, reason: str, by: UUID | None, command_id: UUID
    ) -> None:
        self._end_supply(
            account=self.account,
            point=supply.point,
            valid_from=supply.valid_from,
            valid_to=day,
            was_valid_to=supply.valid_to,
            reason=reason,
            decided_by=by,
            command_id=command_id,
        )

    def withdraw_supply(
        self, supply: Supply, *, reason: str, by: UUID | None, command_id: UUID
    ) -> None:
        """Take back a supply as a whole: the account pays for the point on none of its days.

        Args:
            supply: One of its supplies.
            reason: What the person says of it.
            by: Who says so.
            command_id: The command's id.

        Raises:
            AlreadyBilledError: One of its days is on an issued invoice.
        """
        assert supply in self.supplies, "it is one of the account's"
        last = date.max if supply.valid_to is None else supply.valid_to - timedelta(days=1)
        first = supply.valid_from
        if self.billed_days(PointDays(point=supply.point, first_day=first, last_day=last)):
            days = first.isoformat(), last.isoformat()
            raise AlreadyBilledError(self.account, supply.point, *days)
        self._end(supply, supply.valid_from, reason=reason, by=by, command_id=command_id)

    def bill(
        self,
        *,
        invoice: UUID,
        first_day: date,
        last_day: date,
        points: Sequence[PointDays],
        command_id: UUID,
    ) -> None:
        """Note the points and days of an invoice issued in the same transaction.

        Args:
            invoice: The invoice.
            first_day: First local day of the invoice.
            last_day: Its last local day, included.
            points: The points on it, each with its own days.
            command_id: The command's id.

        Raises:
            AlreadyBilledError: A point is on an issued invoice for some of its days.
        """
        for days in points:
            if self.billed_days(days):
                first, last = days.first_day.isoformat(), days.last_day.isoformat()
                raise AlreadyBilledError(self.account, days.point, first, last)
        self._bill(
            invoice=invoice,
            first_day=first_day,
            last_day=last_day,
            points=[asdict(days) for days in points],
            command_id=command_id,
        )

    def pay_by_card(self, point: str, first_day: date, *, command_id: UUID) -> None:
        """Note that a card pays for a point, in the transaction that claims it for the card."""
        self.trigger_event(self.PaidByCard, point=point, first_day=first_day, command_id=command_id)

    def credit(self, invoice: UUID, *, command_id: UUID) -> None:
        """Note the credit note of an invoice issued in the same transaction; its days are free.

        Args:
            invoice: The invoice that is taken back.
            command_id: The command's id.

        Raises:
            WrongStateError: No invoice of that id bills days of the account, or not any more.
        """
        if invoice not in self.billed_by:
            raise WrongStateError(f"Invoice {invoice}", "credited or unknown", "issued")
        self._credit(invoice=invoice, command_id=command_id)

    @property
    def billed(self) -> list[PointDays]:
        """Return the points and days on issued invoices that stand."""
        return [days for points in self.billed_by.values() for days in points]

    def billed_days(self, days: PointDays) -> int:
        """Return how many of a point's days are on issued invoices."""
        return sum(
            max((min(days.last_day, old.last_day) - max(days.first_day, old.first_day)).days + 1, 0)
            for old in self.billed
            if old.point == days.point
        )

    @event(SupplyAssigned)
    def _assign_supply(
        self,
        *,
        account: str,
        point: str,
        tariff: str,
        valid_from: date,
        valid_to: date | None,
        command_id: UUID,
    ) -> None:
        self.supplies.append(
            Supply(point=point, tariff=tariff, valid_from=valid_from, valid_to=valid_to)
        )

    @event(SupplyEnded)
    def _end_supply(
        self,
        *,
        account: str,
        point: str,
        valid_from: date,
        valid_to: date,
        was_valid_to: date | None,
        reason: str,
        decided_by: UUID | None,
        command_id: UUID,
    ) -> None:
        ended = [
            replace(each, valid_to=valid_to)
            if (each.point, each.valid_from) == (point, valid_from)
            else each
            for each in self.supplies
        ]
        self.supplies = [each for each in ended if each.valid_to != each.valid_from]

    @event(Billed)
    def _bill(
        self,
        *,
        invoice: UUID,
        first_day: date,
        last_day: date,
        points: list[dict[str, Any]],
        command_id: UUID,
    ) -> None:
        known = self.billed_by.setdefault(invoice, [])
        known.extend(PointDays(**days) for days in points)

    @event(Credited)
    def _credit(self, *, invoice: UUID, command_id: UUID) -> None:
        del self.billed_by[invoice]
