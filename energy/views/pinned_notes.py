"""In: events of notes. Out: `pinned_note`, and the notes that touch a figure. I/O: PostgreSQL.

A note on a place is about everything inside it: it is shown where one of its points is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from energy.metering.pinned_note import NoteEntry, NoteWords, PinnedNoteError

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
MOST_NOTES = 500
"""Notes of one question; the newest spans are given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedNote:
    """A note as it stands, or a version of it."""

    note: UUID
    version: int
    place: str
    point: str
    quantity: str
    first: datetime
    last: datetime
    text: str
    by: UUID
    """Who wrote this version."""
    at: datetime
    """When this version was written."""
    position: int
    """Of the `operations` journal."""
    until_position: int | None
    withdrawn: bool
    """Whether the note was withdrawn; this was its last version then."""

    @property
    def about(self) -> str:
        """Return what it is pinned to, for people: the point, else the place."""
        return "/".join(part for part in (self.point or self.place, self.quantity) if part)


_COLUMNS = (
    "n.note, n.version, n.place, n.point, n.quantity, n.first_at, n.last_at, n.text, n.written_by, "
    "n.written_at, n.position, n.until_position, n.withdrawn"
)
_ABOVE = """
WITH RECURSIVE stood AS (
    SELECT point, place, valid_from AS low,
        lead(valid_from) OVER (PARTITION BY point ORDER BY valid_from, position) AS high
    FROM {schema}.point_place WHERE point = ANY(%(points)s)
    UNION ALL SELECT point, place, '-infinity', NULL FROM {schema}.meter AS m
    WHERE point = ANY(%(points)s)
        AND NOT EXISTS (SELECT FROM {schema}.point_place AS p WHERE p.point = m.point)
), hung AS (
    SELECT place, facts ->> 'parent' AS parent, valid_from AS low,
        lead(valid_from) OVER (PARTITION BY place ORDER BY valid_from, position, item) AS high
    FROM {schema}.place_history WHERE act IN ('defined', 'moved', 'closed')
), above (key, low, high) AS (
    SELECT place, greatest(low, %(first)s), least(high - interval '1 microsecond', %(last)s)
    FROM stood WHERE low <= %(last)s AND (high IS NULL OR high > %(first)s)
    UNION SELECT unnest(%(places)s::text[]), %(first)s, %(last)s
    UNION SELECT h.parent, greatest(h.low, a.low),
        least(h.high - interval '1 microsecond', a.high)
    FROM hung AS h JOIN above AS a ON h.place = a.key
    WHERE h.parent IS NOT NULL AND h.low <= a.high AND (h.high IS NULL OR h.high > a.low)
)
"""
"""Where points and places were, and what was above them, within a span: key, from, to."""


def fold_note(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of a note.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: The event's position.
        event: The domain event.
    """
    note = event.originator_id
    match event:
        case NoteEntry.Created():
            about = (event.place, event.point, event.quantity)
            _version(cursor, schema, position, event, about)
        case NoteEntry.Edited():
            about = _end(cursor, schema, note, position, withdrawn=False)
            _version(cursor, schema, position, event, about)
        case NoteEntry.Withdrawn():
            _end(cursor, schema, note, position, withdrawn=True)
        case _:
            raise AssertionError(f"no fold for {type(event)}")


def _version(
    cursor: Cursor, schema: str, position: int, event: Any, about: tuple[str, str, str]
) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.pinned_note (note, version, place, point, quantity, first_at, "
        "last_at, text, written_by, written_at, position) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            event.originator_id,
            event.originator_version,
            *about,
            event.first,
            event.last,
            event.text,
            event.by,
            event.timestamp,
            position,
        ),
    )


def _end(
    cursor: Cursor, schema: str, note: UUID, position: int, *, withdrawn: bool
) -> tuple[str, str, str]:
    """Let the present version of a note count no more; return what it is about."""
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"UPDATE {schema}.pinned_note SET until_position = %s, withdrawn = %s "
        "WHERE note = %s AND until_position IS NULL RETURNING place, point, quantity",
        (position, withdrawn, note),
    ).fetchall()
    assert len(rows) == 1, "a note has one version that counts"
    place, point, quantity = rows[0]
    return place, point, quantity


def notes_at(
    connection: Connection,
    schema: str,
    points: Sequence[str],
    places: Sequence[str],
    first: datetime,
    last: datetime,
) -> list[PinnedNote]:
    """Return the notes that touch some points or places and a span, by their first instant.

    A note on a place touches every point and place inside it while it was inside, a note on a
    point the point alone.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        points: Metering points of a figure or a case.
        places: Places of a figure or a case.
        first: First instant of the span.
        last: Last instant of the span.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"{_ABOVE.format(schema=schema)}"
        f"SELECT {_COLUMNS} FROM {schema}.pinned_note AS n WHERE n.until_position IS NULL "
        "AND n.first_at <= %(last)s AND n.last_at >= %(first)s AND (n.point = ANY(%(points)s) "
        "OR (n.point = '' AND EXISTS (SELECT FROM above AS a WHERE a.key = n.place "
        "AND n.first_at <= a.high AND n.last_at >= a.low))) "
        "ORDER BY n.first_at DESC, n.position DESC LIMIT %(most)s",
        {
            "points": list(points),
            "places": list(places),
            "first": first,
            "last": last,
            "most": MOST_NOTES,
        },
    ).fetchall()
    return [_note(row) for row in reversed(rows)]


def check_about(connection: Connection, schema: str, words: NoteWords) -> None:
    """Refuse a note about what the site never had; of a closed place there is still much to say.

    Raises:
        PinnedNoteError: There is no such place, point or channel.
    """
    asked = (
        ("place", words.place, f"SELECT FROM {schema}.place_history WHERE place = %(place)s"),
        ("point", words.point, f"SELECT FROM {schema}.meter WHERE point = %(point)s"),
        (
            "quantity",
            words.quantity,
            f"SELECT FROM {schema}.channel WHERE point = %(point)s AND quantity = %(quantity)s",
        ),
    )
    keys = {"place": words.place, "point": words.point, "quantity": words.quantity}
    for name, key, query in asked:
        if key and connection.execute(query, keys).fetchone() is None:
            raise PinnedNoteError.of(f"note.no_{name}_here", key=key)


def read_notes(
    connection: Connection,
    schema: str,
    *,
    note: str = "",
    place: str | None = None,
    point: str | None = None,
    versions: bool = False,
) -> list[PinnedNote]:
    """Return notes by their first instant, every version in order where these are asked for.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        note: Beginning of an id, "" for all.
        place: Only those on this place itself.
        point: Only those on this point itself.
        versions: Also what was edited or withdrawn.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM {schema}.pinned_note AS n "
        "WHERE (%(versions)s OR n.until_position IS NULL) "
        "AND starts_with(replace(n.note::text, '-', ''), %(note)s) "
        "AND n.place = coalesce(%(place)s, n.place) AND n.point = coalesce(%(point)s, n.point) "
        "ORDER BY n.first_at, n.note, n.version",
        {
            "versions": versions,
            "note": note.replace("-", "").lower(),
            "place": place,
            "point": point,
        },
    ).fetchall()
    return [_note(row) for row in rows]


def _note(row: tuple[Any, ...]) -> PinnedNote:
    found = PinnedNote(**dict(zip(PinnedNote.__dataclass_fields__, row, strict=True)))
    assert found.first.tzinfo is not None, "instants are aware"
    return found


ALWAYS = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
"""A span that every note touches."""
