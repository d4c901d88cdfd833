"""In: commands on findings and parked entries. Out: events. I/O: PostgreSQL.

A finding is resolved, a parked entry retried or dismissed, once: the event's stream is made of its
key, so two people deciding at the same time meet each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from energy.base.clock import Clock
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.entry import RETRIED_TOPIC, Entry, unwrapped
from energy.journal.recorder import read_entries
from energy.metering.correction import StatementError
from energy.metering.decision import (
    DecidedAlreadyError,
    DismissedEntry,
    ResolvedFinding,
    RetriedEntry,
)
from energy.store.pool import Database


class UnknownEntryError(RefusedError):
    """A command named a position at which nothing is parked."""

    code = "entry.not_parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingKey:
    """What tells one finding from every other."""

    code: str
    channel: int
    """0 when the whole source is meant."""
    start: datetime
    position: int


class Decisions:
    """What people decide about the findings and parked entries of a site."""

    def __init__(self, database: Database, schema: str, clock: Clock) -> None:
        """Work on a site's metering journal.

        Args:
            database: A pool in the writer's role.
            schema: The site's schema.
            clock: The injected clock.
        """
        self._database = database
        self._schema = schema
        self._application = JournalApplication(database, schema, "metering", clock)

    def resolve(self, finding: FindingKey, *, reason: str, by: UUID, command_id: UUID) -> int:
        """Resolve a finding; return the journal's position.

        Raises:
            StatementError: The reason is missing.
            DecidedAlreadyError: Somebody resolved it.
        """
        _check_reason(reason)
        event = ResolvedFinding(
            code=finding.code,
            channel=finding.channel,
            start=finding.start,
            position=finding.position,
            reason=reason.strip(),
            resolved_by=by,
            command_id=command_id,
        )
        return self._once(event, command_id)

    def retry(self, position: int, *, reason: str, by: UUID, command_id: UUID) -> int:
        """Let a parked entry be folded as learned now; return the journal's position.

        Raises:
            StatementError: The reason is missing.
            UnknownEntryError: Nothing is parked there.
            DecidedAlreadyError: Somebody retried or dismissed it.
        """
        _check_reason(reason)
        parked = self._parked(position)
        inner = unwrapped(parked)
        event = RetriedEntry(
            positions=_positions(parked),
            stream=str(inner.stream),
            version=inner.version,
            topic=inner.topic,
            state=inner.state.hex(),
            reason=reason.strip(),
            decided_by=by,
            command_id=command_id,
        )
        return self._once(event, command_id)

    def dismiss(self, position: int, *, reason: str, by: UUID, command_id: UUID) -> int:
        """Let a parked entry count nowhere; return the journal's position.

        Raises:
            StatementError: The reason is missing.
            UnknownEntryError: Nothing is parked there.
            DecidedAlreadyError: Somebody retried or dismissed it.
        """
        _check_reason(reason)
        event = DismissedEntry(
            positions=_positions(self._parked(position)),
            reason=reason.strip(),
            decided_by=by,
            command_id=command_id,
        )
        return self._once(event, command_id)

    def _once(
        self, event: ResolvedFinding | RetriedEntry | DismissedEntry, command_id: UUID
    ) -> int:
        known = self._application.find(event.id)
        if known is None:
            return self._application.store(event)
        if not known.seen(command_id):
            raise DecidedAlreadyError.of("finding.decided")
        return self._application.position()

    def _parked(self, position: int) -> Entry:
        with self._database.connection() as connection:
            row = connection.execute(
                f"SELECT FROM {self._schema}.parked WHERE follower = 'metering' AND position = %s",
                (position,),
            ).fetchone()
            entries = read_entries(
                connection, self._schema, "metering", after=position - 1, limit=1, up_to=position
            )
        if row is None or not entries:
            raise UnknownEntryError.of("finding.no_parked", position=position)
        return entries[0]


def parked_entry_id(position: int) -> UUID:
    """Return the id of the decision on a parked entry."""
    return id_of("parked_entry", str(position))


def _positions(parked: Entry) -> list[int]:
    """Return a parked entry's position, and where it is a retry that of what it retried."""
    if parked.topic != RETRIED_TOPIC:
        return [parked.position]
    inner = msgspec.json.decode(parked.state, type=_Positions)
    return [parked.position, *inner.positions]


class _Positions(msgspec.Struct):
    positions: list[int]


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise StatementError.of("reading.no_reason")
