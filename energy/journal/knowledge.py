"""In: a position, an instant or a mark, as a person says it. Out: a metering position. I/O: reads.

The one place where "as known when" becomes a position. learned_at never decreases with position, so
an instant means the last entry learned at or before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from energy.base.errors import RefusedError
from energy.base.period import midnight
from energy.journal.entry import BATCH_TOPIC, MARK_TOPIC, Entry, decode_mark
from energy.journal.imported import IMPORTED_TOPIC
from energy.journal.learned import learned_at
from energy.journal.noted import NOTED_TOPIC
from energy.journal.recorder import head_position, read_entries
from energy.journal.refused import REFUSED_TOPIC

Connection = psycopg.Connection[tuple[object, ...]]
_CLOCKED = (BATCH_TOPIC, MARK_TOPIC, REFUSED_TOPIC, NOTED_TOPIC, IMPORTED_TOPIC)
"""Topics of entries that the head row's own clock has stamped."""
_PAGE = 256


class UnknownKnowledgeError(RefusedError):
    """Nothing is known at the position, instant or mark asked for."""

    code = "knowledge.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """A metering position, and how it was named."""

    position: int
    said: str
    mark: str | None = None
    """Reason of the mark at the position; None where there is no mark."""
    learned_at: datetime | None = None
    """When the journal learned the entry at the position; None before the first."""


def knowledge_of(connection: Connection, schema: str, zone: ZoneInfo, said: str) -> Knowledge:
    """Return the metering position that a person means.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone: an instant without offset is local.
        said: A position ("4711"), an instant ("2019-01-02 10:15", "2019-01-02T10:15+08:00"), a
            mark by its reason ("midnight 2019-01-02"), or a local day: its midnight.

    Raises:
        UnknownKnowledgeError: It is none of these, or lies beyond the journal.
    """
    said = said.strip()
    if re.fullmatch(r"\d+", said):
        return _at_position(connection, schema, int(said), said)
    marked = _marked(connection, schema, said)
    if marked is None and re.fullmatch(r"\d{4}-\d{2}-\d{2}", said):
        marked = _marked(connection, schema, f"midnight {said}")
    if marked is not None:
        return _at_position(connection, schema, marked, said)
    at = _instant(said, zone)
    if at is None:
        raise UnknownKnowledgeError.of("known.no_point", said=said)
    return _at_position(connection, schema, position_at(connection, schema, at), said)


def position_at(connection: Connection, schema: str, at: datetime) -> int:
    """Return the last metering position learned at or before an instant; 0 before the first.

    Batches and marks bear the journal's clock, which never goes back: they are searched by
    halves. What stands between two of them was learned when its command was given.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        at: The instant, aware UTC.
    """
    low, high = 0, head_position(connection, schema, "metering") + 1
    while high - low > 1:  # low is learned at or before the instant, high after it
        middle = (low + high) // 2
        entry = _clocked(connection, schema, low, middle, newest=True)
        entry = entry or _clocked(connection, schema, middle, high - 1, newest=False)
        if entry is None:
            break
        learned = learned_at(entry)
        if learned is None or learned <= at:
            low = entry.position
        else:
            high = entry.position
    while low + 1 < high:
        page = read_entries(connection, schema, "metering", after=low, limit=_PAGE, up_to=high - 1)
        for entry in page:
            learned = learned_at(entry)
            if learned is not None and learned > at:
                return low
            low = entry.position
        if not page:
            break
    return low


def _clocked(
    connection: Connection, schema: str, after: int, up_to: int, *, newest: bool
) -> Entry | None:
    """Return the last, or the first, clocked entry in (after, up_to]."""
    row: tuple[Any, ...] | None = connection.execute(
        "SELECT notification_id, originator_id, originator_version, topic, state "
        f"FROM {schema}.metering_events WHERE notification_id > %s AND notification_id <= %s "
        f"AND topic = ANY(%s) ORDER BY notification_id {'DESC' if newest else 'ASC'} LIMIT 1",
        (after, up_to, list(_CLOCKED)),
        binary=True,
    ).fetchone()
    if row is None:
        return None
    position, stream, version, topic, state = row
    return Entry(position=position, stream=stream, version=version, topic=topic, state=bytes(state))


def _at_position(connection: Connection, schema: str, position: int, said: str) -> Knowledge:
    head = head_position(connection, schema, "metering")
    if position > head:
        raise UnknownKnowledgeError.of("known.beyond", position=position, head=head)
    entries = read_entries(connection, schema, "metering", after=position - 1, limit=1)
    entry = entries[0] if position > 0 and entries else None
    mark = decode_mark(entry.state) if entry is not None and entry.topic == MARK_TOPIC else None
    return Knowledge(
        position=position,
        said=said,
        mark=None if mark is None else mark.reason,
        learned_at=None if entry is None else learned_at(entry),
    )


def _marked(connection: Connection, schema: str, reason: str) -> int | None:
    """Return the position of the newest mark made for a reason."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT max(position) FROM {schema}.mark WHERE reason = %s", (reason,)
    ).fetchone()
    return None if row is None else row[0]


def _instant(said: str, zone: ZoneInfo) -> datetime | None:
    """Return the instant that ISO text names, None when it names none."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", said):
            return midnight(date.fromisoformat(said), zone)
        at = datetime.fromisoformat(said)
    except ValueError:
        return None
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
