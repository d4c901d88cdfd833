"""In: the tables of assured events. Out: events with what belongs to them. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from energy.service.assurance.errors import AssuranceError
from energy.service.assurance.kinds import EventState
from energy.service.assurance.plan import EventPlan

Connection = psycopg.Connection[tuple[object, ...]]
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An assured event as it stands; title and time are those that hold."""

    assured_event: UUID
    number: str
    title: str
    begins_at: datetime
    ends_at: datetime
    state: str
    """As stored; `at` tells how far it is."""
    edition: int
    holds: int
    """Edition that holds; 0 is none."""
    spec: Mapping[str, Any]
    held: Mapping[str, Any] | None
    rules: Sequence[str]
    author: UUID
    """Of the newest edition."""
    planned_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None
    reason: str
    """Why it was called off."""
    called_off_by: UUID | None
    called_off_at: datetime | None
    words: str
    """Of whoever signed its report."""
    signed_by: UUID | None
    signed_at: datetime | None
    report: str | None
    position: int

    @property
    def plan(self) -> EventPlan:
        """Return what holds, or would be the first to hold."""
        return EventPlan.from_json(self.held or self.spec)

    def at(self, now: datetime) -> EventState:
        """Return how far it is at an instant."""
        return EventState(self.state).at(self.begins_at, self.ends_at, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRow:
    """An edition, whether it ever held or not."""

    edition: int
    spec: Mapping[str, Any]
    reason: str
    author: UUID
    written_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """An answer to a question of the checklist; the latest one counts."""

    position: int
    item: str
    value: str
    person: UUID
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedRow:
    """What may happen in spite of an event."""

    thing: UUID
    called: str
    reason: str
    person: UUID
    told_at: datetime


def read_events(
    connection: Connection,
    schema: str,
    *,
    since: datetime | None = None,
    named: str | None = None,
) -> list[EventRow]:
    """Return assured events, the latest first.

    Args:
        connection: Any that may read.
        schema: The site's.
        since: Only what is not signed, not called off, or ends behind it; None: all.
        named: Number, or the beginning of an id.
    """
    where, values = "WHERE true", list[object]()
    if since is not None:
        where += " AND (state IN ('planned', 'approved') OR ends_at >= %s)"
        values.append(since)
    if named is not None:
        where += " AND (number = %s OR starts_with(replace(assured_event::text, '-', ''), %s))"
        values += [named.upper(), named.replace("-", "").lower()]
    order = f"{where} ORDER BY begins_at DESC, number DESC"
    return _rows(connection, EventRow, f"{schema}.assured_event", order, *values)


def event_named(connection: Connection, schema: str, name: str) -> EventRow:
    """Return the event of a number or of the beginning of an id.

    Raises:
        AssuranceError: None is meant, or several are.
    """
    found = read_events(connection, schema, named=name) if name else []
    if len(found) != 1:
        raise AssuranceError.of("none")
    return found[0]


def read_running(connection: Connection, schema: str, now: datetime) -> list[EventRow]:
    """Return the events that run at an instant, the first to end first."""
    where = "WHERE state = 'approved' AND begins_at <= %s AND ends_at > %s ORDER BY ends_at, number"
    return _rows(connection, EventRow, f"{schema}.assured_event", where, now, now)


def read_editions(connection: Connection, schema: str, event: UUID) -> list[EditionRow]:
    """Return the editions of an event."""
    where = "WHERE assured_event = %s ORDER BY edition"
    return _rows(connection, EditionRow, f"{schema}.assured_event_edition", where, event)


def read_answers(connection: Connection, schema: str, event: UUID) -> list[AnswerRow]:
    """Return the answers to the checklist of an event, the first told first."""
    where = "WHERE assured_event = %s ORDER BY position"
    return _rows(connection, AnswerRow, f"{schema}.assured_event_answer", where, event)


def read_allowed(connection: Connection, schema: str, event: UUID) -> list[AllowedRow]:
    """Return what may happen in spite of an event, the first told first."""
    where = "WHERE assured_event = %s ORDER BY position"
    return _rows(connection, AllowedRow, f"{schema}.assured_event_allowed", where, event)


def _rows(
    connection: Connection, kind: type[R], table: str, where: str, *values: object
) -> list[R]:
    names = list(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {table} {where}".encode(), values
    ).fetchall()
    return [kind(**dict(zip(names, row, strict=True))) for row in rows]
