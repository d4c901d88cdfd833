"""In: an open spool. Out: the messages that gave no reading, kept and read back. I/O."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from adapters.spool_rows import QUARANTINE_COLUMNS, RefusedMessage, quarantine_row

QUARANTINE_KEPT = 10_000
"""Different refused messages kept; the oldest go first, and their number is counted."""


def keep_refused(db: sqlite3.Connection, refused: Sequence[RefusedMessage], now_us: int) -> None:
    """Keep refused messages; one that came before is counted.

    Args:
        db: Inside a transaction.
        refused: The messages.
        now_us: The present instant. [us]
    """
    for message in refused:
        db.execute(
            f"INSERT INTO quarantine ({QUARANTINE_COLUMNS}) "  # noqa: S608 - our own text
            "VALUES (?,?,?,?,?,?,?,?,?,?) "
            "ON CONFLICT DO UPDATE SET times = times + 1, last_us = excluded.last_us",
            quarantine_row(message, now_us),
        )
    if refused:
        dropped = db.execute(
            "DELETE FROM quarantine WHERE place <= (SELECT max(place) FROM quarantine) - ?",
            (QUARANTINE_KEPT,),
        ).rowcount
        db.execute("UPDATE identity SET quarantine_dropped = quarantine_dropped + ?", (dropped,))


def newest_refused(db: sqlite3.Connection, limit: int) -> list[RefusedMessage]:
    """Return the newest refused messages, newest first.

    Args:
        db: An open spool.
        limit: How many at most.
    """
    rows = db.execute(
        "SELECT source, topic, reason, detail, body, times FROM quarantine "
        "ORDER BY last_us DESC, place DESC LIMIT ?",
        (limit,),
    ).fetchall()
    return [
        RefusedMessage(source=s, topic=t, reason=r, detail=d, body=b, times=n)
        for s, t, r, d, b, n in rows
    ]
