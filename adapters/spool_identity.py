"""In: an open spool. Out: its identity moved on, and the readings it has not seen before. I/O.

The identity is the source epoch, the head of its chain of batches and the safe slot of a play.
"""

from __future__ import annotations

import sqlite3
from uuid import UUID

import numpy as np

from adapters.spool_rows import IDENTITY_COLUMNS, Row, chosen, identity_row, sealed_row
from energy.metering.reading import ReadingColumns


def next_in_chain(db: sqlite3.Connection, source: str, payload: bytes) -> Row:
    """Return readings as the next batch of the source epoch, and move the chain's head to it."""
    stream, head, previous = db.execute(
        "SELECT stream, head_sequence, head_hash FROM identity"
    ).fetchone()
    row = sealed_row(UUID(bytes=stream), head + 1, previous, source, payload)
    move_identity(db, head_sequence=head + 1, head_hash=row[-1])
    return row


def move_identity(db: sqlite3.Connection, **changes: bytes | int) -> None:
    """Change something of the identity, and its check with it."""
    names = IDENTITY_COLUMNS.split(", ")[:-1]
    held = db.execute(f"SELECT {IDENTITY_COLUMNS} FROM identity").fetchone()  # noqa: S608
    row = identity_row(
        *(changes.get(name, value) for name, value in zip(names, held, strict=False))
    )
    db.execute(f"UPDATE identity SET ({IDENTITY_COLUMNS}) = (?,?,?,?,?)", row)  # noqa: S608


def unseen(db: sqlite3.Connection, columns: ReadingColumns) -> ReadingColumns:
    """Return the readings that were not stored before, and remember them."""
    rows = zip(
        columns.channel.tolist(), columns.at_us.tolist(), columns.count.tolist(), strict=True
    )
    insert = "INSERT OR IGNORE INTO seen (channel, at_us, count) VALUES (?, ?, ?)"
    fresh = np.array([db.execute(insert, row).rowcount == 1 for row in rows], dtype=bool)
    return chosen(columns, fresh)
