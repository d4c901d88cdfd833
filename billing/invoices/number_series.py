"""In: invoices about to be issued. Out: their numbers, without a gap. Pure.

Numbers are taken in the same transaction as the invoices are issued: either both are stored or
neither. Whoever meets somebody else's number (ConflictError) loads the series again.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from eventsourcing.domain import event

from billing.errors import WrongStateError
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

    class Started(JournalAggregate.Event):
        """The series goes on behind the numbers of the system before."""

        TOPIC = "number_series.started"
        first: int
        """First number given here."""
        last_number: str
        """Last number that the system before gave, as it wrote it."""
        by: UUID | None

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
        self.started: tuple[int, str] | None = None
        """First number given here and the last one of the system before; None without one."""

    def start(self, following: int, *, last_number: str, by: UUID | None, command_id: UUID) -> None:
        """Go on behind the numbers of another system, before the first number is given.

        Args:
            following: The next number.
            last_number: The last one that the other system gave, as it wrote it.
            by: Who says so.
            command_id: The command's id.

        Raises:
            WrongStateError: A number was given already.
        """
        if self.next != 1 or self.started is not None:
            raise WrongStateError(f"Series {self.prefix}-{self.year}", "begun", "new")
        self._start(first=following, last_number=last_number, by=by, command_id=command_id)

    def allocate(self, invoices: Sequence[UUID], *, command_id: UUID) -> list[str]:
        """Return the next numbers, one an invoice, in order, for example "CAM-2019-000001"."""
        first = self.next
        self._allocate(first=first, invoices=list(invoices), command_id=command_id)
        return [f"{self.prefix}-{self.year}-{first + n:06d}" for n in range(len(invoices))]

    @event(Started)
    def _start(self, *, first: int, last_number: str, by: UUID | None, command_id: UUID) -> None:
        self.next = first
        self.started = (first, last_number)

    @event(Allocated)
    def _allocate(self, *, first: int, invoices: list[UUID], command_id: UUID) -> None:
        assert first == self.next, "a series has no gap"
        self.next = first + len(invoices)
