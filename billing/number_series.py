"""In: invoices about to be issued. Out: their numbers, without a gap. Pure.

Numbers are taken in the same transaction as the invoices are issued: either both are stored or
neither. Whoever meets somebody else's number (ConflictError) loads the series again.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


def series_id(site: str, prefix: str, year: int) -> UUID:
    """Return the id of a site's number series."""
    return id_of("number_series", site, prefix, str(year))


class NumberSeries(JournalAggregate):
    """The numbers of one kind of document in one year."""

    TOPIC = "number_series"

    class Created(JournalAggregate.Created):
        """No number is given yet."""

        TOPIC = "number_series.opened"
        site: str
        prefix: str
        year: int

    class Allocated(JournalAggregate.Event):
        """The next numbers were given, in order."""

        TOPIC = "number_series.allocated"
        first: int
        invoices: list[UUID]

    @staticmethod
    def create_id(*, site: str, prefix: str, year: int, **_: object) -> UUID:
        """Return the id from site, prefix and year."""
        return series_id(site, prefix, year)

    @event(Created)
    def __init__(self, *, site: str, prefix: str, year: int, command_id: UUID) -> None:
        """Begin at number 1."""
        self.prefix = prefix
        self.year = year
        self.next = 1

    def allocate(self, invoices: Sequence[UUID], *, command_id: UUID) -> list[str]:
        """Return the next numbers, one an invoice, in order, for example "CAM-2019-000001"."""
        first = self.next
        self._allocate(first=first, invoices=list(invoices), command_id=command_id)
        return [f"{self.prefix}-{self.year}-{first + n:06d}" for n in range(len(invoices))]

    @event(Allocated)
    def _allocate(self, *, first: int, invoices: list[UUID], command_id: UUID) -> None:
        assert first == self.next, "a series has no gap"
        self.next = first + len(invoices)
