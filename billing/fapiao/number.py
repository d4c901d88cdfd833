"""In: the number of a fapiao. Out: which request it belongs to, once and for all. Pure."""

from __future__ import annotations

from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


def fapiao_number_id(site: str, number: str) -> UUID:
    """Return the id of a number: the second request that is given it meets the first."""
    return id_of("fapiao_number", site, number)


class FapiaoNumber(JournalAggregate):
    """A number of the tax platform; no two requests have one."""

    TOPIC = "fapiao_number"

    class Created(JournalAggregate.Created):
        """A request was given it."""

        TOPIC = "fapiao_number.taken"
        site: str
        number: str
        key: str

    @staticmethod
    def create_id(*, site: str, number: str, **_: object) -> UUID:
        """Return the id from site and number."""
        return fapiao_number_id(site, number)

    @event(Created)
    def __init__(self, *, site: str, number: str, key: str, command_id: UUID) -> None:
        """Give it to a request."""
        self.number = number
        self.key = key
