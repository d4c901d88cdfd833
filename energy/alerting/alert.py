"""In: crossings, findings, acknowledgements. Out: the facts of one alert. Pure."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError


class Alert(JournalAggregate):
    """A crossing or a finding: raised until cleared; acknowledged by a named person."""

    TOPIC = "alert"

    class Created(JournalAggregate.Created):
        """The limit was crossed, or something was found that a person must look at."""

        TOPIC = "alert.raised"
        alert: UUID
        rule: UUID
        channel: int
        severity: str
        at: datetime
        value: int
        limit_value: int
        historic: bool
        code: str = ""
        """Code of the finding it tells of; empty where a rule was crossed."""
        about: str = ""
        """Source or metering point of that finding."""

    class Cleared(JournalAggregate.Event):
        """The value came back."""

        TOPIC = "alert.cleared"
        at: datetime
        value: int

    class Acknowledged(JournalAggregate.Event):
        """A named person has seen it."""

        TOPIC = "alert.acknowledged"
        by: UUID

    @staticmethod
    def create_id(*, alert: UUID, **_: object) -> UUID:
        """Return the id the crossing gave."""
        return alert

    @event(Created)
    def __init__(
        self,
        *,
        alert: UUID,
        rule: UUID,
        channel: int,
        severity: str,
        at: datetime,
        value: int,
        limit_value: int,
        historic: bool,
        command_id: UUID,
        code: str = "",
        about: str = "",
    ) -> None:
        """Raise the alert; one stored before findings were told has neither code nor about."""
        self.cleared = False
        self.historic = historic
        self.acknowledged_by: UUID | None = None

    def acknowledge(self, *, by: UUID, command_id: UUID) -> None:
        """Record that a person has seen the alert; the same command twice is once.

        Raises:
            RefusedError: Somebody has acknowledged it already.
        """
        if self.seen(command_id):
            return
        if self.acknowledged_by is not None:
            raise RefusedError("Somebody has acknowledged this alert already. Reload the page.")
        self._acknowledge(by=by, command_id=command_id)

    @event(Acknowledged)
    def _acknowledge(self, *, by: UUID, command_id: UUID) -> None:
        self.acknowledged_by = by

    def clear(self, *, at: datetime, value: int, command_id: UUID) -> None:
        """Record that the value came back; clearing twice is once."""
        if not self.cleared:
            self._clear(at=at, value=value, command_id=command_id)

    @event(Cleared)
    def _clear(self, *, at: datetime, value: int, command_id: UUID) -> None:
        self.cleared = True
