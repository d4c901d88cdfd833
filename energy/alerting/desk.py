"""In: a person and an alert. Out: the acknowledgement in the journal. I/O: PostgreSQL."""

from __future__ import annotations

from uuid import UUID

from energy.alerting.alert import Alert
from energy.base.clock import Clock
from energy.base.errors import ConflictError, RefusedError
from energy.journal.application import JournalApplication
from energy.store.pool import Database


class AlertDesk:
    """Where alerts are acknowledged."""

    def __init__(self, database: Database, schema: str, clock: Clock) -> None:
        """Work on a site's alerts."""
        self._application = JournalApplication(database, schema, "operations", clock)

    def acknowledge(self, alert: UUID, by: UUID, command_id: UUID) -> int:
        """Acknowledge an alert; return the position at which the journal holds it.

        The command id is looked up first: sent again after a lost connection it changes nothing.

        Raises:
            RefusedError: There is no such alert, or somebody else acknowledged it.
        """
        for attempt in (1, 2):
            entry = self._application.find(alert)
            if entry is None:
                raise RefusedError("There is no such alert. Reload the page.")
            assert isinstance(entry, Alert)
            entry.acknowledge(by=by, command_id=command_id)
            try:
                return self._application.store(entry)
            except ConflictError:
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")
