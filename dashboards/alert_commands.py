"""In: what a signed-in person does with an alert. Out: one event each. I/O by ports.

The id of a command is made of the alert, the journal's position at which the person saw it, and
the person: a button pressed twice is one command, the same act a day later another.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of


class AlertDesk(Protocol):
    """Where people act on alerts (energy/alerting/desk.py); each act returns its position."""

    def acknowledge(self, alert: UUID, by: UUID, command_id: UUID) -> int:
        """Note that a named person has seen an alert."""
        ...

    def assign(self, alert: UUID, to: UUID, *, by: UUID, command_id: UUID) -> int:
        """Give an alert to somebody."""
        ...

    def shelve(
        self, alert: UUID, until: datetime, reason: str, *, by: UUID, command_id: UUID
    ) -> int:
        """Put an alert aside until an instant."""
        ...

    def unshelve(self, alert: UUID, *, by: UUID, command_id: UUID) -> int:
        """Take an alert back from the shelf."""
        ...

    def close(self, alert: UUID, cause: str, words: str, *, by: UUID, command_id: UUID) -> int:
        """Close an alert with its cause."""
        ...


class AlertCommands:
    """The acts on alerts of one site."""

    def __init__(self, site: str, desk: AlertDesk) -> None:
        """Act at a site through its desk."""
        self._site, self._desk = site, desk

    def acknowledge(self, scope: Scope, alert: UUID) -> int:
        """Acknowledge an alert; return the journal's position.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: There is no such alert, or somebody else was first.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        command = id_of("command", "acknowledge", str(alert), str(scope.person))
        return self._desk.acknowledge(alert, scope.person, command_id=command)

    def assign(self, scope: Scope, alert: UUID, to: UUID, *, seen: int) -> int:
        """Give an alert to somebody; return the journal's position.

        Args:
            scope: Who gives it.
            alert: The alert.
            to: Who is to deal with it.
            seen: Position of the alert that the person saw.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: There is no such alert, or it is closed.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        command = _command("assign", alert, scope, seen, str(to))
        return self._desk.assign(alert, to, by=scope.person, command_id=command)

    def shelve(self, scope: Scope, alert: UUID, until: datetime, reason: str, *, seen: int) -> int:
        """Put an alert aside until an instant; return the journal's position.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: There is no reason; the end is past or too far; it is closed or shelved.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        command = _command("shelve", alert, scope, seen, reason)
        return self._desk.shelve(alert, until, reason, by=scope.person, command_id=command)

    def unshelve(self, scope: Scope, alert: UUID, *, seen: int) -> int:
        """Take an alert back from the shelf; return the journal's position.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It is on no shelf.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        command = _command("unshelve", alert, scope, seen)
        return self._desk.unshelve(alert, by=scope.person, command_id=command)

    def close(self, scope: Scope, alert: UUID, cause: str, words: str, *, seen: int) -> int:
        """Close an alert with its cause; return the journal's position.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It stands or is unknown; there is no such cause; it was said already.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        command = _command("close", alert, scope, seen, cause, words)
        return self._desk.close(alert, cause, words, by=scope.person, command_id=command)


def _command(verb: str, alert: UUID, scope: Scope, seen: int, *said: str) -> UUID:
    return id_of("command", verb, str(alert), str(seen), repr(said), str(scope.person))
