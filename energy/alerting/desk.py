"""In: a person, an alert and what is to be done with it. Out: its fact. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from energy.alerting.alert import Alert, AlertError
from energy.alerting.causes import AlertCause
from energy.base.clock import Clock
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.store.pool import Database
from energy.store.sites import Site


class AlertDesk:
    """Where people act on alerts; every act returns the position that the journal holds it at.

    The command id is looked up first: sent again after a lost connection an act changes nothing.
    """

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site's alerts."""
        self._application = JournalApplication(database, site.schema, "operations", clock)
        self._clock, self._zone = clock, site.zone

    def acknowledge(self, alert: UUID, by: UUID, command_id: UUID) -> int:
        """Acknowledge an alert.

        Raises:
            AlertError: There is no such alert, or somebody else acknowledged it.
        """
        return self._act(alert, lambda known: known.acknowledge(by=by, command_id=command_id))

    def assign(self, alert: UUID, to: UUID, *, by: UUID, command_id: UUID) -> int:
        """Give an alert to somebody.

        Raises:
            AlertError: There is no such alert, or it is closed.
        """
        return self._act(alert, lambda known: known.assign(to=to, by=by, command_id=command_id))

    def shelve(
        self, alert: UUID, until: datetime, reason: str, *, by: UUID, command_id: UUID
    ) -> int:
        """Put an alert aside until an instant (aware).

        Raises:
            AlertError: As `Alert.shelve`, or there is no such alert.
        """
        now = self._clock.now().astimezone(self._zone)
        return self._act(
            alert,
            lambda known: known.shelve(
                until=until, reason=reason, by=by, now=now, command_id=command_id
            ),
        )

    def unshelve(self, alert: UUID, *, by: UUID, command_id: UUID) -> int:
        """Take an alert back from the shelf.

        Raises:
            AlertError: There is no such alert, or it is on no shelf.
        """
        return self._act(alert, lambda known: known.unshelve(by=by, command_id=command_id))

    def close(self, alert: UUID, cause: str, words: str, *, by: UUID, command_id: UUID) -> int:
        """Close an alert with its cause.

        Raises:
            AlertError: As `Alert.close`; there is no such alert, or no such cause.
        """
        if cause not in set(AlertCause):
            raise AlertError.of("no_cause", cause=cause, known=", ".join(AlertCause))
        what = AlertCause(cause)
        return self._act(
            alert,
            lambda known: known.close(by=by, cause=what, words=words, command_id=command_id),
        )

    def _act(self, alert: UUID, act: Callable[[Alert], None]) -> int:
        def once() -> int:
            entry = self._application.find(alert)
            if entry is None:
                raise AlertError.of("none")
            assert isinstance(entry, Alert)
            act(entry)
            return self._application.store(entry)

        return retried(once)
