"""In: statements and decisions of people. Out: the table `correction`, findings resolved. I/O.

The readings of a statement are folded like those of a batch; here stands only who stated, decided
and resolved what. `finding` and `parked` say from which position on a thing is settled.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from energy.base.clock import from_us
from energy.journal.application import EventDecoder
from energy.journal.entry import Entry, unwrapped
from energy.metering.correction import Correction, DisplayReadings, Estimate
from energy.metering.decision import DismissedEntry, ResolvedFinding, RetriedEntry
from energy.views.review import end_by_correction

DECISION_TOPICS = frozenset(
    {
        Correction.Created.TOPIC,
        Correction.Approved.TOPIC,
        Correction.Rejected.TOPIC,
        Estimate.Created.TOPIC,
        DisplayReadings.Created.TOPIC,
        ResolvedFinding.Created.TOPIC,
        RetriedEntry.Created.TOPIC,
        DismissedEntry.Created.TOPIC,
    }
)
"""Topics that `fold_decision` takes; those with readings are folded as readings as well."""
PARKED_CODE = "entry.parked"
_FOLLOWER = "metering"
_DECODER = EventDecoder()
Cursor = psycopg.Cursor[tuple[object, ...]]


def fold_decision(cursor: Cursor, schema: str, entry: Entry) -> None:
    """Apply an entry whose topic is one of DECISION_TOPICS; any other changes nothing.

    A retried entry is given as it is, not unwrapped.

    Args:
        cursor: Inside the follower's transaction, behind the fold of the entry's readings.
        schema: The site's schema.
        entry: The entry.
    """
    if entry.topic not in DECISION_TOPICS:
        return
    event = _DECODER.decode(entry)
    match event:
        case Correction.Created():
            row = _Row("correction", "proposed", event.proposed_by, reason=event.reason)
            _insert(cursor, schema, entry.position, event, row, evidence=event.evidence)
        case Correction.Approved():
            by, at = event.approved_by, event.timestamp
            _decide(cursor, schema, entry.position, event, "approved", by, None)
            end_by_correction(cursor, schema, entry.position, event.originator_id, at, by)
        case Correction.Rejected():
            by, reason = event.rejected_by, event.reason
            _decide(cursor, schema, entry.position, event, "rejected", by, reason)
        case Estimate.Created():
            reason = json.dumps(event.inputs, ensure_ascii=False, sort_keys=True)
            row = _Row("estimate", "stands", event.stated_by, reason=reason, method=event.method)
            _insert(cursor, schema, entry.position, event, row)
        case DisplayReadings.Created():
            row = _Row("manual", "stands", event.stated_by, reason=event.note)
            _insert(cursor, schema, entry.position, event, row)
        case ResolvedFinding.Created():
            _resolve(cursor, schema, entry.position, event)
        case DismissedEntry.Created():
            _settle(cursor, schema, entry.position, event)
        case RetriedEntry.Created():
            _settle(cursor, schema, entry.position, event)
            fold_decision(cursor, schema, unwrapped(entry))


@dataclass(frozen=True, slots=True)
class _Row:
    """Columns of a statement that depend on its kind."""

    kind: str
    state: str
    by: UUID
    reason: str
    method: str | None = None


def _insert(
    cursor: Cursor, schema: str, position: int, event: Any, row: _Row, *, evidence: Any = ()
) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.correction (correction, kind, channel, state, first_at, last_at, "
        "readings, method, reason, evidence, proposed_by, proposed_at, position) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            event.originator_id,
            row.kind,
            event.channel,
            row.state,
            from_us(event.readings[0][0]),
            from_us(event.readings[-1][0]),
            json.dumps(event.readings),
            row.method,
            row.reason,
            list(evidence),
            row.by,
            event.timestamp,
            position,
        ),
    )


def _decide(
    cursor: Cursor,
    schema: str,
    position: int,
    event: Any,
    state: str,
    by: UUID,
    decision: str | None,
) -> None:
    cursor.execute(
        f"UPDATE {schema}.correction SET state = %s, decided_by = %s, decided_at = %s, "
        "decision = %s, position = %s WHERE correction = %s",
        (state, by, event.timestamp, decision, position, event.originator_id),
    )


def _resolve(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    cursor.execute(
        f"UPDATE {schema}.finding SET resolved_at = %s, resolved_position = %s, resolved_by = %s, "
        "resolution = %s WHERE code = %s AND channel = %s AND start_at = %s AND position = %s "
        "AND resolved_position IS NULL",
        (
            event.timestamp,
            position,
            event.resolved_by,
            event.reason,
            event.code,
            event.channel,
            event.start,
            event.position,
        ),
    )


def _settle(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Resolve parked entries, and the findings that forbade to bill for them."""
    cursor.execute(
        f"UPDATE {schema}.parked SET resolved_at = %s, resolved_position = %s "
        "WHERE follower = %s AND position = ANY(%s) AND resolved_position IS NULL",
        (event.timestamp, position, _FOLLOWER, event.positions),
    )
    cursor.execute(
        f"UPDATE {schema}.finding SET resolved_at = %s, resolved_position = %s, resolved_by = %s, "
        "resolution = %s WHERE code = %s AND position = ANY(%s) AND resolved_position IS NULL",
        (
            event.timestamp,
            position,
            event.decided_by,
            event.reason,
            PARKED_CODE,
            event.positions,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRow:
    """A statement of readings and who decided on it."""

    correction: UUID
    kind: str
    """correction, estimate or manual."""
    channel: int
    state: str
    first: datetime
    last: datetime
    readings: tuple[tuple[datetime, int], ...]
    """(instant, count [count])"""
    method: str | None
    reason: str
    evidence: tuple[str, ...]
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    decision: str | None
    position: int


def read_corrections(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    *,
    channels: tuple[int, ...] | None = None,
    state: str | None = None,
) -> list[CorrectionRow]:
    """Return statements of people, the newest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Only of these channels.
        state: Only in this state: proposed, approved, rejected or stands.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM {schema}.correction WHERE (%(channels)s::int[] IS NULL "
        "OR channel = ANY(%(channels)s)) AND (%(state)s::text IS NULL OR state = %(state)s) "
        "ORDER BY proposed_at DESC, correction",
        {"channels": None if channels is None else list(channels), "state": state},
    ).fetchall()
    return [_correction(row) for row in rows]


def corrections_by_stream(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, streams: Sequence[UUID]
) -> dict[UUID, CorrectionRow]:
    """Return the statements whose events stand in some streams, by stream.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        streams: Ids of streams of the metering journal.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM {schema}.correction WHERE correction = ANY(%s)", (list(streams),)
    ).fetchall()
    return {row[0]: _correction(row) for row in rows}


_COLUMNS = (
    "correction, kind, channel, state, first_at, last_at, readings, method, reason, evidence, "
    "proposed_by, proposed_at, decided_by, decided_at, decision, position"
)


def _correction(row: tuple[Any, ...]) -> CorrectionRow:
    return CorrectionRow(
        correction=row[0],
        kind=row[1],
        channel=row[2],
        state=row[3],
        first=row[4],
        last=row[5],
        readings=tuple((from_us(at_us), count) for at_us, count in row[6]),
        method=row[7],
        reason=row[8],
        evidence=tuple(row[9]),
        proposed_by=row[10],
        proposed_at=row[11],
        decided_by=row[12],
        decided_at=row[13],
        decision=row[14],
        position=row[15],
    )
