"""In: what a signed-in person does with a planned outage. Out: its facts, by a desk. I/O by ports.

The id of a command is made of what was said, of the version or position that the person saw, and
of the person: a button pressed twice is one command. The second person is the domain's demand.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of


class OutageDesk(Protocol):
    """Where outages are planned (energy/alerting/outages/desk.py)."""

    def plan(
        self,
        about: str,
        *,
        begins_at: datetime,
        ends_at: datetime,
        reason: str,
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        """Plan an outage; return its id."""
        ...

    def change(
        self,
        identity: UUID,
        *,
        begins_at: datetime | None = None,
        ends_at: datetime | None = None,
        reason: str | None = None,
        seen: int | None = None,
        by: UUID,
        command_id: UUID,
    ) -> int:
        """Write the next version; return its number."""
        ...

    def review(self, identity: UUID, *, by: UUID, command_id: UUID, seen: int | None = None) -> int:
        """Let the newest version hold and tell it; return how many are told."""
        ...

    def cancel(self, identity: UUID, *, reason: str, by: UUID, command_id: UUID) -> int:
        """Let it not be; return how many are told."""
        ...


class OutageCommands:
    """The writes of the pages of outages of one site."""

    def __init__(self, site: str, desk: OutageDesk) -> None:
        """Act at a site through its desk."""
        self._site, self._desk = site, desk

    def plan(
        self,
        scope: Scope,
        about: str,
        begins_at: datetime,
        ends_at: datetime,
        reason: str,
        *,
        seen: int,
    ) -> UUID:
        """Plan that a node is off for a span; return the outage. Nobody is told before the review.

        Args:
            scope: Who plans it.
            about: "node:UTILITY/KEY".
            begins_at: When it goes off.
            ends_at: When it is on again.
            reason: What is done; people read it.
            seen: Position of the journal at which the form was drawn.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: There is no such node then or no reason; the span is none, past, too long.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        said = (about, str(seen), begins_at.isoformat(), ends_at.isoformat(), reason)
        command = id_of("command", "plan outage here", *said, str(scope.person))
        return self._desk.plan(
            about,
            begins_at=begins_at,
            ends_at=ends_at,
            reason=reason,
            by=scope.person,
            command_id=command,
        )

    def change(
        self,
        scope: Scope,
        outage: UUID,
        begins_at: datetime,
        ends_at: datetime,
        reason: str,
        *,
        seen: int,
    ) -> int:
        """Write the next version of an outage; return its number.

        Args:
            scope: Who writes it.
            outage: The outage.
            begins_at: When it goes off.
            ends_at: When it is on again.
            reason: What is done; people read it.
            seen: The version that the person saw.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: There is a later version; it was cancelled; no reason; the span.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        said = (begins_at.isoformat(), ends_at.isoformat(), reason)
        return self._desk.change(
            outage,
            begins_at=begins_at,
            ends_at=ends_at,
            reason=reason,
            seen=seen,
            by=scope.person,
            command_id=_command("change outage", outage, scope, seen, *said),
        )

    def review(self, scope: Scope, outage: UUID, *, seen: int) -> int:
        """Let a version that one has read hold, and tell it; return how many are told.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It is one's own; there is a later one; it was reviewed or cancelled; it is
                over; there is no plan of notices or no reviewed text.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        command = _command("review outage", outage, scope, seen)
        return self._desk.review(outage, by=scope.person, command_id=command, seen=seen)

    def cancel(self, scope: Scope, outage: UUID, reason: str, *, seen: int) -> int:
        """Let an outage not be, and tell who was told of it; return how many are told.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It is over, or there is no reason.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        command = _command("cancel outage", outage, scope, seen, reason)
        return self._desk.cancel(outage, reason=reason, by=scope.person, command_id=command)


def _command(verb: str, outage: UUID, scope: Scope, seen: int, *said: str) -> UUID:
    return id_of("command", verb, str(outage), str(seen), repr(said), str(scope.person))
