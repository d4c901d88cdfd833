"""In: the place of a spool. Out: it, checked row by row and open; a damaged one rebuilt. I/O.

A damaged file is never changed: what is sound in it goes into a new file, which takes its place
when it is complete; a collector killed in between begins again or ends the move.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from adapters.errors import SpoolDamagedError, SpoolError
from adapters.spool_disk import moved_aside, spool_error, swept
from adapters.spool_log import frames_of
from adapters.spool_rows import (
    ADDED_COLUMNS,
    BATCH_COLUMNS,
    IDENTITY_COLUMNS,
    OPEN_COLUMNS,
    QUARANTINE_COLUMNS,
    SCHEMA,
    LostRecord,
    Readable,
    RefusedMessage,
    Row,
    identity_row,
    open_row,
    quarantine_row,
    sealed_row,
    sound_batch,
    sound_identity,
    sound_open,
)
from adapters.spool_salvage import readable
from energy.base.clock import to_us
from energy.metering.codec import ZERO_HASH

_BUSY_S = 0.5
_TABLES = ("batch", "gone", "identity", "note", "open", "quarantine", "rung", "seen")


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
            db.execute("PRAGMA page_size = 4096")
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        else:
            _check_log(path)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA wal_autocheckpoint = 256")  # a small log leaves more of a full disk
        db.execute("PRAGMA journal_size_limit = 4194304")
        _check_pages(db, path)
        db.executescript(SCHEMA)
        _add_columns(db)
        db.execute(
            f"INSERT OR IGNORE INTO identity (one, {IDENTITY_COLUMNS}) VALUES (1,?,?,?,?,?)",  # noqa: S608
            identity_row(uuid4().bytes, 0, ZERO_HASH, None),
        )
        _check_rows(db, path)
    except UnicodeDecodeError as error:  # a damaged name in SQLite's own message
        close_damaged(db, path)
        raise SpoolDamagedError(path, str(error)) from error
    except sqlite3.Error as error:
        close_damaged(db, path)
        raise _as_damage(error, path) from error
    except SpoolError:
        close_damaged(db, path)
        raise
    return db


def close_damaged(db: sqlite3.Connection, path: Path) -> None:
    """Close a file that may be damaged, and keep its log as it was.

    SQLite ends a log when it closes; older images of lost records stand in there.
    """
    log = path.with_name(path.name + "-wal")
    kept = log.read_bytes() if log.exists() else b""
    db.close()
    if kept and not log.exists():
        with suppress(OSError):  # no room: then what is in the file must do
            log.write_bytes(kept)


def rebuilt(path: Path, now: datetime) -> tuple[Path, Readable]:
    """Put a new file with the sound rows of a damaged one in its place.

    Args:
        path: The spool; nobody has it open.
        now: Dates the damaged file's new name.

    Returns:
        Where the damaged file is now, and what was taken over.

    Raises:
        SpoolFullError: No room for the new file; nothing has changed.
    """
    found = readable(path)
    new = _beside(path)
    swept(new)
    db = opened(new)
    try:
        db.execute("BEGIN IMMEDIATE")
        _take_over(db, found, now)
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error as error:
        raise spool_error(error, path) from error
    finally:
        db.close()
    aside = moved_aside(path, now)
    new.rename(path)
    return aside, found


def finish_rebuilding(path: Path) -> None:
    """End a move that a kill has interrupted: the new file is complete once the old is away."""
    new = _beside(path)
    if new.exists() and not path.exists():
        new.rename(path)
    swept(new)


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".rebuilt")


def _check_log(path: Path) -> None:
    """Look at the log before SQLite does: it drops silently what is behind a damaged frame."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and frames_of(log.read_bytes()).damaged:
        raise SpoolDamagedError(path, "its log has a damaged page")


def _check_pages(db: sqlite3.Connection, path: Path) -> None:
    (verdict,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise SpoolDamagedError(path, str(verdict))
    tables = {
        name
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        )
    }
    if tables - set(_TABLES) or (tables and not tables >= {"batch", "identity", "open"}):
        raise SpoolDamagedError(path, f"its tables are {', '.join(sorted(tables))}")


def _add_columns(db: sqlite3.Connection) -> None:
    """Bring a spool of an earlier version up to date."""
    for table, column in ADDED_COLUMNS:
        if column not in {row[1] for row in _shape(db, table)}:
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column} BLOB")


def _check_rows(db: sqlite3.Connection, path: Path) -> None:
    """Look whether the tables have our shape and every row is what was stored."""
    with sqlite3.connect(":memory:") as model:
        model.executescript(SCHEMA)
        odd = [table for table in _TABLES if _shape(db, table) != _shape(model, table)]
    model.close()
    if odd:
        raise SpoolDamagedError(path, f"the tables {', '.join(odd)} have another shape")
    for table, columns, sound in (
        ("identity", IDENTITY_COLUMNS, sound_identity),
        ("batch", BATCH_COLUMNS, sound_batch),
        ("open", OPEN_COLUMNS, sound_open),
    ):
        for row in db.execute(f"SELECT {columns} FROM {table}"):  # noqa: S608 - our own text
            if not sound(row):
                raise SpoolDamagedError(path, f"a row of {table} does not fit its hash")


def _shape(db: sqlite3.Connection, table: str) -> list[Row]:
    return db.execute(f"PRAGMA table_info({table})").fetchall()


def _as_damage(error: sqlite3.Error, path: Path) -> SpoolError:
    """Return what an error at opening means: what the file itself makes impossible is damage."""
    name = str(getattr(error, "sqlite_errorname", ""))
    if not name or name in {"SQLITE_ERROR", "SQLITE_SCHEMA", "SQLITE_MISMATCH", "SQLITE_TOOBIG"}:
        return SpoolDamagedError(path, str(error))
    if name.startswith(("SQLITE_CONSTRAINT", "SQLITE_READONLY", "SQLITE_CANTOPEN")) and _ours(path):
        return SpoolDamagedError(path, str(error))
    return spool_error(error, path)


def _ours(path: Path) -> bool:
    """Return whether the file can be read and written, so that only its content is at fault."""
    try:
        with path.open("r+b"):
            return True
    except OSError:
        return False


def _take_over(db: sqlite3.Connection, found: Readable, now: datetime) -> None:
    """Store what is sound: batches under their old numbers, or all anew when one is missing."""
    (stream,) = db.execute("SELECT stream FROM identity").fetchone()
    batches, head, sequence = found.batches, ZERO_HASH, 0
    if not found.chain_whole:
        batches = []
        for row in found.batches:
            sequence += 1
            batches.append(sealed_row(UUID(bytes=stream), sequence, head, row[2], row[6]))
            head = batches[-1][-1]
    db.executemany(
        f"INSERT INTO batch ({BATCH_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",  # noqa: S608
        batches,
    )
    db.executemany(
        f"INSERT INTO open ({OPEN_COLUMNS}) VALUES (?,?,?,?)",  # noqa: S608 - our own text
        [open_row(*row[:3]) for row in found.open],
    )
    db.executemany(
        f"INSERT OR IGNORE INTO quarantine ({QUARANTINE_COLUMNS}) "  # noqa: S608 - our own text
        "VALUES (?,?,?,?,?,?,?,?,?,?)",
        [*found.quarantine, *(_listed(record, now) for record in found.lost)],
    )
    db.executemany(
        "INSERT OR IGNORE INTO note (id, subject, body, sent, digest) VALUES (?,?,?,?,?)",
        found.notes,
    )
    db.execute(
        f"UPDATE identity SET ({IDENTITY_COLUMNS}) = (?,?,?,?,?)",  # noqa: S608
        identity_row(stream, sequence, head, found.safe_slot_us),
    )


def _listed(record: LostRecord, now: datetime) -> Row:
    """Return a lost record as a refused message, so that people see it where they look."""
    message = RefusedMessage(
        source="spool",
        topic=f"{record.table}: {record.what}",
        reason="spool_damaged",
        detail=record.where,
        body=record.where.encode(),
    )
    return quarantine_row(message, to_us(now))
