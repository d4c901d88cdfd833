"""In: an open spool. Out: notes kept for the journal, and which batches are gone. I/O.

A note about the same subject grows until it is on its way; from then on it never changes, for the
journal may hold it already.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from adapters.spool_rows import Row
from energy.base.clock import from_us
from energy.metering.note import Note, NoteError, decode_note, encode_note, note
from energy.metering.reading import SpooledBatch

NOTES_KEPT = 10_000
"""Notes kept at most: a fault that repeats itself must not fill the disk."""
DROPPED = "spool.notes_dropped"
_COLUMNS = "id, subject, body, sent, digest"


def note_row(told: Note, subject: str = "", sent: int = 0) -> Row:
    """Return a note as a row of id, subject, body, sent and digest."""
    body = encode_note(told)
    return (told.id.bytes, subject, body, sent, _digest(told.id.bytes, body))


def sound_note(row: Row) -> bool:
    """Return whether a note's row is what was stored."""
    try:
        note_id, _, body, _, digest = row
        return bool(digest == _digest(note_id, body)) and decode_note(body).id.bytes == note_id
    except (TypeError, ValueError, AttributeError, NoteError):
        return False


def _digest(note_id: bytes, body: bytes) -> bytes:
    return hashlib.blake2b(note_id + body, digest_size=16).digest()


def keep_note(db: sqlite3.Connection, told: Note) -> None:
    """Keep a note; beyond a bound only how many there were.

    Args:
        db: Inside a transaction.
        told: The note.
    """
    (many,) = db.execute("SELECT count(*) FROM note").fetchone()
    if many < NOTES_KEPT:
        _insert(db, told, "")
        return
    counted = note(DROPPED, from_us(told.first_us), from_us(told.last_us), proof={"notes": 1})
    add_note(db, counted, DROPPED)


def _insert(db: sqlite3.Connection, told: Note, subject: str) -> None:
    insert = f"INSERT OR IGNORE INTO note ({_COLUMNS}) VALUES (?,?,?,?,?)"  # noqa: S608
    db.execute(insert, note_row(told, subject))


def add_note(db: sqlite3.Connection, told: Note, subject: str) -> None:
    """Add a note to the one about the same subject that is not on its way, or keep it.

    The span grows, whole numbers in the proof are summed, lists are joined; the rest stands.

    Args:
        db: Inside a transaction.
        told: The note.
        subject: What it is about.
    """
    row = db.execute(
        "SELECT place, body FROM note WHERE subject = ? AND sent = 0", (subject,)
    ).fetchone()
    if row is None:
        _insert(db, told, subject)
        return
    place, body = row
    grown = _sum(decode_note(body), told)
    db.execute(
        f"UPDATE note SET ({_COLUMNS}) = (?,?,?,?,?) WHERE place = ?",  # noqa: S608
        (*note_row(grown, subject), place),
    )


def _sum(before: Note, more: Note) -> Note:
    proof = dict(before.proof)
    for key, value in more.proof.items():
        if type(value) is int and type(proof.get(key)) is int:
            proof[key] += value
        elif isinstance(value, list) and isinstance(proof.get(key), list):
            proof[key] = ranges([*proof[key], *value])
    return msgspec.structs.replace(
        before,
        first_us=min(before.first_us, more.first_us),
        last_us=max(before.last_us, more.last_us),
        proof=proof,
    )


def ranges(many: Iterable[Sequence[int]]) -> list[list[int]]:
    """Return ranges of whole numbers, those that touch as one."""
    joined: list[list[int]] = []
    for first, last in sorted(map(tuple, many)):
        if joined and first <= joined[-1][1] + 1:
            joined[-1][1] = max(joined[-1][1], last)
        else:
            joined.append([first, last])
    return joined


def send_notes(db: sqlite3.Connection, limit: int) -> list[Note]:
    """Return the oldest notes, which never change from here on.

    Args:
        db: Inside a transaction.
        limit: How many at most.
    """
    rows = db.execute("SELECT place, body FROM note ORDER BY place LIMIT ?", (limit,)).fetchall()
    db.executemany("UPDATE note SET sent = 1 WHERE place = ?", [(place,) for place, _ in rows])
    return [decode_note(body) for _, body in rows]


def drop_notes(db: sqlite3.Connection, ids: Iterable[UUID]) -> None:
    """Let go of notes that the journal holds."""
    db.executemany("DELETE FROM note WHERE id = ?", [(each.bytes,) for each in ids])


def let_go(db: sqlite3.Connection, batches: Sequence[SpooledBatch]) -> None:
    """Delete batches; remember those that leave before older ones of their source epoch.

    Args:
        db: Inside a transaction.
        batches: What the journal holds, or what was thinned.
    """
    for batch in sorted(batches, key=lambda batch: batch.sequence):
        key = (batch.stream.bytes, batch.sequence)
        if db.execute("DELETE FROM batch WHERE stream = ? AND sequence = ?", key).rowcount:
            _remember(db, *key)
    db.execute("DELETE FROM gone WHERE last < (SELECT min(sequence) FROM batch)")
    if db.execute("SELECT 1 FROM batch LIMIT 1").fetchone() is None:
        db.execute("DELETE FROM gone")
        db.execute("DELETE FROM rung")
    # What is sealed next may take the place of a batch that was thinned and has left.
    db.execute("UPDATE rung SET place = min(place, (SELECT max(place) FROM batch))")


def _remember(db: sqlite3.Connection, stream: bytes, sequence: int) -> None:
    older = "SELECT 1 FROM batch WHERE stream = ? AND sequence < ? LIMIT 1"
    if db.execute(older, (stream, sequence)).fetchone() is None:
        return  # what leaves in turn needs no word
    grown = db.execute("UPDATE gone SET last = ? WHERE last = ?", (sequence, sequence - 1))
    if not grown.rowcount:
        db.execute("INSERT OR REPLACE INTO gone VALUES (?, ?, ?)", (sequence, sequence, stream))


def gone_ranges(db: sqlite3.Connection) -> list[tuple[int, int]]:
    """Return the sequences, first and last, that left before older ones."""
    rows = db.execute("SELECT first, last FROM gone ORDER BY first").fetchall()
    return [(int(first), int(last)) for first, last in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingSpan:
    """What waits of one source in numbered batches."""

    source: str
    readings: int
    first_us: int
    """Earliest instant. [us]"""
    last_us: int
    """Latest instant. [us]"""


def waiting_spans(db: sqlite3.Connection) -> list[WaitingSpan]:
    """Return what waits of each source in numbered batches."""
    rows = db.execute(
        "SELECT source, sum(readings), min(first_us), max(last_us) FROM batch "
        "GROUP BY source ORDER BY source"
    ).fetchall()
    return [
        WaitingSpan(source=source, readings=readings, first_us=first, last_us=last)
        for source, readings, first, last in rows
    ]


def waiting_sequences(db: sqlite3.Connection) -> list[tuple[int, int]]:
    """Return the sequences that wait, first and last, ranges without a hole."""
    rows = db.execute("SELECT sequence, sequence FROM batch ORDER BY sequence").fetchall()
    return [(first, last) for first, last in ranges(rows)]
