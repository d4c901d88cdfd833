"""In: what a person tells the shift log. Out: facts of an entry: told, closed. Pure.

An entry that stays open is a point that every following shift gets, until somebody closes it.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.service.duty.errors import DutyError

LONGEST_ENTRY: Final = 500


class ShiftEntry(JournalAggregate):
    """One entry of the shift log."""

    TOPIC = "shift_entry"

    class Created(JournalAggregate.Created):
        """A person told it."""

        TOPIC = "shift_entry.told"
        entry: UUID
        text: str
        open: bool
        by: UUID

    class Closed(JournalAggregate.Event):
        """A person closed the open point."""

        TOPIC = "shift_entry.closed"
        text: str
        """How it ended."""
        by: UUID

    @staticmethod
    def create_id(*, entry: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return entry

    @classmethod
    def tell(
        cls, entry: UUID, text: str, *, stays_open: bool, by: UUID, command_id: UUID
    ) -> ShiftEntry:
        """Return an entry.

        Raises:
            DutyError: It says nothing, or too much.
        """
        said = _worded(text)
        return cls(entry=entry, text=said, open=stays_open, by=by, command_id=command_id)

    @event(Created)
    def __init__(self, *, entry: UUID, text: str, open: bool, by: UUID, command_id: UUID) -> None:  # noqa: A002 - the event's field
        """Tell it; see `tell`."""
        self.open = open

    def close(self, text: str, *, by: UUID, command_id: UUID) -> None:
        """Close an open point.

        Raises:
            DutyError: It is not open, or nothing is said.
        """
        if self.seen(command_id):
            return
        if not self.open:
            raise DutyError.of("not_open")
        self._close(text=_worded(text), by=by, command_id=command_id)

    @event(Closed)
    def _close(self, *, text: str, by: UUID, command_id: UUID) -> None:
        self.open = False


def _worded(text: str) -> str:
    said = " ".join(text.split())
    if not said or len(said) > LONGEST_ENTRY:
        raise DutyError.of("entry", most=LONGEST_ENTRY)
    return said
