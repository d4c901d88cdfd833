"""In: claims on a metering point. Out: how it is paid on each day: one way only. Pure.

A point is paid after use (nothing is claimed), from a prepaid account on the server, or by a card
in its meter. The claim is stored in the transaction that opens the account or the card point, so
no day of a point can be paid in two ways, however many commands run at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from billing.prepaid.errors import PrepaidRefusedError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class PaymentKind(StrEnum):
    """How a point is paid."""

    POSTPAID = "postpaid"
    SERVER = "server"
    CARD = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Days on which a point is prepaid in one way by one account."""

    kind: PaymentKind
    account: str
    valid_from: date
    """First local day."""
    valid_to: date | None
    """First local day no longer claimed; None while open."""


def payment_id(site: str, point: str) -> UUID:
    """Return the id of how a point is paid."""
    return id_of("point_payment", site, point)


class PointPayment(JournalAggregate):
    """How a metering point is paid."""

    TOPIC = "point_payment"

    class Created(JournalAggregate.Created):
        """The point is known; it is paid after use."""

        TOPIC = "point_payment.opened"
        site: str
        point: str

    class Claimed(JournalAggregate.Event):
        """The point is prepaid from a day on."""

        TOPIC = "point_payment.claimed"
        point: str
        kind: str
        account: str
        valid_from: date

    class Released(JournalAggregate.Event):
        """The point is paid after use again from a day on."""

        TOPIC = "point_payment.released"
        point: str
        kind: str
        account: str
        valid_from: date
        valid_to: date

    @staticmethod
    def create_id(*, site: str, point: str, **_: object) -> UUID:
        """Return the id from site and point."""
        return payment_id(site, point)

    @event(Created)
    def __init__(self, *, site: str, point: str, command_id: UUID) -> None:
        """Begin paid after use."""
        self.point = point
        self.claims: list[Claim] = []

    def kind_on(self, day: date) -> PaymentKind:
        """Return how the point is paid on a local day."""
        for claim in self.claims:
            if claim.valid_from <= day and (claim.valid_to is None or day < claim.valid_to):
                return claim.kind
        return PaymentKind.POSTPAID

    def by_card(self, first_day: date, last_day: date) -> bool:
        """Return whether a card pays for the point on some of the days, both included."""
        return any(
            claim.kind is PaymentKind.CARD
            and claim.valid_from <= last_day
            and (claim.valid_to is None or claim.valid_to > first_day)
            for claim in self.claims
        )

    def claim(self, kind: PaymentKind, account: str, day: date, *, command_id: UUID) -> None:
        """Let the point be prepaid from a day on; the same claim again changes nothing.

        Raises:
            PrepaidRefusedError: It is prepaid in another way, or by another account, then.
        """
        for known in self.claims:
            if known.valid_to is not None and known.valid_to <= day:
                continue
            if (known.kind, known.account, known.valid_to) == (kind, account, None):
                return
            raise PrepaidRefusedError.of(
                "paid_otherwise", point=self.point, kind=known.kind, account=known.account
            )
        self._claim(
            point=self.point, kind=kind.value, account=account, valid_from=day,
            command_id=command_id,
        )  # fmt: skip

    def release(self, account: str, day: date, *, command_id: UUID) -> None:
        """Let the point be paid after use again from a day on; nothing where it is already."""
        for known in self.claims:
            if known.account == account and known.valid_to is None:
                self._release(
                    point=self.point,
                    kind=known.kind.value,
                    account=account,
                    valid_from=known.valid_from,
                    valid_to=max(day, known.valid_from),
                    command_id=command_id,
                )

    @event(Claimed)
    def _claim(
        self, *, point: str, kind: str, account: str, valid_from: date, command_id: UUID
    ) -> None:
        self.claims.append(
            Claim(kind=PaymentKind(kind), account=account, valid_from=valid_from, valid_to=None)
        )

    @event(Released)
    def _release(
        self,
        *,
        point: str,
        kind: str,
        account: str,
        valid_from: date,
        valid_to: date,
        command_id: UUID,
    ) -> None:
        self.claims = [
            replace(each, valid_to=valid_to)
            if (each.account, each.valid_from, each.valid_to) == (account, valid_from, None)
            else each
            for each in self.claims
        ]
