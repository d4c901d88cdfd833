"""In: commands on accounts. Out: who pays for which metering point, from when. Pure.

Names, addresses and mail addresses arrive here sealed under the account's person id. Which days
are on an issued invoice stands here too: it is stored in one transaction with the invoice, so
no day can be billed twice however many runs there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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

    class Billed(JournalAggregate.Event):
        """An invoice over some days was issued to the account."""

        TOPIC = "account.billed"
        invoice: UUID
        first_day: date
        last_day: date

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
        self.billed: list[tuple[date, date, UUID]] = []

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

    def bill(self, *, invoice: UUID, first_day: date, last_day: date, command_id: UUID) -> None:
        """Note the days of an invoice issued in the same transaction.

        Raises:
            AlreadyBilledError: Some of the days are on an issued invoice.
        """
        if self.billed_within(first_day, last_day):
            raise AlreadyBilledError(self.account, first_day.isoformat(), last_day.isoformat())
        self._bill(invoice=invoice, first_day=first_day, last_day=last_day, command_id=command_id)

    def billed_within(self, first_day: date, last_day: date) -> bool:
        """Return whether some of the days are on an issued invoice."""
        return any(first <= last_day and first_day <= last for first, last, _ in self.billed)

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

    @event(Billed)
    def _bill(self, *, invoice: UUID, first_day: date, last_day: date, command_id: UUID) -> None:
        self.billed.append((first_day, last_day, invoice))
