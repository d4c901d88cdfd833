"""In: `collector.noted` entries. Out: rows of `finding`. I/O: PostgreSQL.

What still holds ends in FOR_GOOD, so that it bars every bill until it is over or a person has
resolved it. When it is over its row is explained from that position on; what waits for a person
all the same stands again as a row that ends. What was known before never changes: each row says
from which position on it counts, and from which on no longer.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg

from energy.base.clock import from_us
from energy.base.finding import Finding
from energy.journal.entry import Entry
from energy.journal.ingest import store_findings
from energy.journal.noted import decode_noted
from energy.metering.note import Note, Phase

FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)
"""End of what still holds."""
Cursor = psycopg.Cursor[tuple[object, ...]]


def fold_noted(cursor: Cursor, schema: str, entry: Entry) -> None:
    """Write the finding of a collector's note, inside the follower's transaction.

    Args:
        cursor: Inside a transaction.
        schema: Schema of the views.
        entry: A `collector.noted` entry.

    Raises:
        JournalError: The entry does not decode.
    """
    told = decode_noted(entry.state).note
    first, last = from_us(told.first_us), from_us(told.last_us)
    match told.phase:
        case Phase.WAS:
            spans = [(first, last)]
        case Phase.BEGUN:
            spans = [] if _holds(cursor, schema, told) else [(first, FOR_GOOD)]
        case Phase.OVER:
            ended = _ended(cursor, schema, told, entry.position)
            spans = [(start, max(start, last)) for start in ended] if told.stays else []
        case Phase.EXPLAINED:
            _explain(cursor, schema, told, entry.position)
            spans = []
    findings = [_finding(told, start, end, entry.position) for start, end in spans]
    store_findings(cursor.connection, schema, findings)


def _holds(cursor: Cursor, schema: str, told: Note) -> bool:
    """Return whether the same is known to hold: a collector has begun anew, and says so again."""
    row = cursor.execute(f"SELECT FROM {schema}.finding WHERE {_STILL}", _what(told)).fetchone()
    return row is not None


def _ended(cursor: Cursor, schema: str, told: Note, position: int) -> list[datetime]:
    """Let rows without an end count no more; return their starts but of what was resolved."""
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"UPDATE {schema}.finding SET explained_position = %(position)s WHERE {_STILL} "
        "RETURNING start_at",
        {**_what(told), "position": position},
    ).fetchall()
    return sorted(start for (start,) in rows)


def _explain(cursor: Cursor, schema: str, told: Note, position: int) -> None:
    """Let the finding of a note that said the same as WAS count no more."""
    cursor.execute(
        f"UPDATE {schema}.finding SET explained_position = %(position)s WHERE code = %(code)s "
        "AND channel = %(channel)s AND start_at = %(first)s AND end_at = %(last)s "
        "AND proof->>'source' = %(source)s AND explained_position IS NULL "
        "AND resolved_position IS NULL",
        _what(told)
        | {"position": position, "first": from_us(told.first_us), "last": from_us(told.last_us)},
    )


_STILL = (
    "code = %(code)s AND channel = %(channel)s AND end_at = %(end)s AND proof->>'source' = "
    "%(source)s AND explained_position IS NULL AND resolved_position IS NULL"
)
"""SQL of the rows of one fact that still holds."""


def _what(told: Note) -> dict[str, object]:
    return {
        "code": told.code,
        "channel": told.channel or 0,
        "end": FOR_GOOD,
        "source": told.source,
    }


def _finding(told: Note, start: datetime, end: datetime, position: int) -> Finding:
    return Finding(
        code=told.code,
        severity=told.severity,
        channel=told.channel,
        start=start,
        end=end,
        position=position,
        proof={"source": told.source} | told.proof,
    )
