"""In: where the papers of each account go. Out: events of the books. Pure.

No address stands here: an account's post and mail addresses are sealed with the account. A stop is
a building, a round and a place in the walking order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class Way(StrEnum):
    """How papers come to an account."""

    PRINT = "print"
    MAIL = "mail"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Stop:
    """Where a carrier leaves the papers of an account; ordered as the carrier walks."""

    building: str = ""
    round: str = ""
    stop: int = 0
    """Place in the walking order."""
    account: str = ""
    way: Way = Way.PRINT


def plan_id(site: str) -> UUID:
    """Return the id of a site's plan of delivery."""
    return id_of("delivery_plan", site)


class DeliveryPlan(JournalAggregate):
    """The stops of all accounts of a site."""

    TOPIC = "delivery_plan"

    class Created(JournalAggregate.Created):
        """There is a plan, still without stops."""

        TOPIC = "delivery_plan.opened"
        site: str

    class StopsSet(JournalAggregate.Event):
        """These accounts have other stops from now on."""

        TOPIC = "delivery_plan.stops_set"
        stops: list[dict[str, object]]
        by: UUID

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return plan_id(site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Begin without stops: every paper is printed, by account."""
        self.stops: dict[str, Stop] = {}

    def stop_of(self, account: str) -> Stop:
        """Return where the papers of an account go; printed, without building, where untold."""
        return self.stops.get(account, Stop(account=account))

    def set_stops(self, stops: Sequence[Stop], *, by: UUID, command_id: UUID) -> int:
        """Set the stops of some accounts; those that stand already change nothing.

        Returns:
            How many changed.
        """
        changed = [asdict(each) for each in stops if self.stops.get(each.account) != each]
        if changed:
            rows = [row | {"way": str(row["way"])} for row in changed]
            self._set(stops=rows, by=by, command_id=command_id)
        return len(changed)

    @event(StopsSet)
    def _set(self, *, stops: list[dict[str, object]], by: UUID, command_id: UUID) -> None:
        for row in stops:
            stop = stop_from(row)
            self.stops[stop.account] = stop


def stop_from(row: Mapping[str, object]) -> Stop:
    """Return the stop that an event holds."""
    return Stop(
        building=str(row["building"]),
        round=str(row["round"]),
        stop=int(str(row["stop"])),
        account=str(row["account"]),
        way=Way(str(row["way"])),
    )
