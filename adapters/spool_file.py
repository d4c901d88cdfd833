"""In: a spool's file. Out: it, checked and open, or the sound rows of a damaged one. I/O."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from uuid import uuid4

from adapters.errors import SpoolDamagedError, SpoolError
from adapters.spool_disk import spool_error
from adapters.spool_rows import (
    BATCH_COLUMNS,
    QUARANTINE_COLUMNS,
    SCHEMA,
    Readable,
    Row,
    sound_batch,
    sound_open,
)
from energy.metering.codec import ZERO_HASH

_BUSY_S = 0.5


def opened(path: Path) -> sqlite3.Connection:
    """Return a spool's file, checked, made if absent, with its identity.

    Raises:
        SpoolDamagedError: It is damaged.
        SpoolError: It cannot be used.
    """
    fresh = not path.exists() or path.stat().st_size == 0
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=_BUSY_S)
    try:
        # One process owns a spool: exclusive locking also needs no shared-memory file.
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        if fresh:
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA wal_autocheckpoint = 256")  # a small log leaves more of a full disk
        db.execute("PRAGMA journal_size_limit = 4194304")
        (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise SpoolDamagedError(path, str(verdict))
        db.executescript(SCHEMA)
        db.execute(
            "INSERT OR IGNORE INTO identity (one, stream, head_sequence, head_hash) "
            "VALUES (1, ?, 0, ?)",
            (uuid4().bytes, ZERO_HASH),
        )
    except sqlite3.Error as error:
        db.close()
        raise spool_error(error, path) from error
    except SpoolError:
        db.close()
        raise
    return db


def readable(damaged: Path) -> Readable:
    """Return the sound rows of a damaged file, found from both of its ends."""
    db = sqlite3.connect(damaged, isolation_level=None)
    try:
        batches = [row for row in _rows(db, "batch", BATCH_COLUMNS) if sound_batch(row)]
        rows = [row for row in _rows(db, "open", "source, readings, payload") if sound_open(row)]
        quarantine = _rows(db, "quarantine", QUARANTINE_COLUMNS)
        slots = _rows(db, "identity", "safe_slot_us")
    finally:
        db.close()
    slot_us = slots[0][0] if slots else None
    return Readable(batches=batches, open=rows, quarantine=quarantine, safe_slot_us=slot_us)


def _rows(db: sqlite3.Connection, table: str, columns: str) -> list[Row]:
    found: dict[int, Row] = {}
    for order in ("ASC", "DESC"):
        with contextlib.suppress(sqlite3.Error):
            query = f"SELECT rowid, {columns} FROM {table} ORDER BY rowid {order}"  # noqa: S608
            for row in db.execute(query):
                found[row[0]] = row[1:]
    return [found[place] for place in sorted(found)]
