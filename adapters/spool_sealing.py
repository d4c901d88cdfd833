"""In: an open spool. Out: its open readings as numbered batches, or all batches anew. I/O.

Called inside a transaction of the spool's owner.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from adapters.errors import SpoolDamagedError
from adapters.spool_identity import move_identity, next_in_chain
from adapters.spool_rows import BATCH_COLUMNS, OPEN_COLUMNS, groups_of, sound_open
from energy.metering.codec import MAX_READINGS, ZERO_HASH, decode, encode
from energy.metering.reading import ReadingColumns

OPEN_ROWS_A_SEAL = 20_000
READINGS_A_SEAL = 4 * MAX_READINGS
"""Readings sealed in one transaction, about. [reading]"""
SEEN_KEPT = 200_000
"""Readings of push sources remembered to recognise a repeated message."""


def seal_some(
    db: sqlite3.Connection, path: Path, least: int, sources: Collection[str]
) -> list[tuple[str, int]]:
    """Seal a few batches; returns the source of each and its readings.

    Args:
        db: Inside a transaction.
        path: The spool's file, for messages.
        least: A last, unfilled batch is sealed only from this many readings on. [reading]
        sources: Look only at these sources; empty looks at all.

    Raises:
        SpoolDamagedError: Open readings are not what was stored.
    """
    marks = ",".join("?" * len(sources))
    only = f"WHERE source IN ({marks}) " if sources else ""
    rows = db.execute(
        f"SELECT place, source, readings FROM open {only}ORDER BY place LIMIT ?",  # noqa: S608
        (*sources, OPEN_ROWS_A_SEAL),
    ).fetchall()
    readings = {place: number for place, _, number in rows}
    sealed: list[tuple[str, int]] = []
    for source, places in groups_of(rows, least):
        if sum(number for _, number in sealed) >= READINGS_A_SEAL:
            break
        _seal_group(db, path, source, places)
        sealed.append((source, sum(readings[place] for place in places)))
    db.execute("DELETE FROM seen WHERE place <= (SELECT max(place) FROM seen) - ?", (SEEN_KEPT,))
    return sealed


def next_sources(waiting: Mapping[str, int], least: int) -> list[str]:
    """Return the sources to seal next, those with the most readings first; empty means all.

    Args:
        waiting: Open readings of each source.
        least: A last, unfilled batch is sealed only from this many readings on. [reading]
    """
    chosen: list[str] = []
    readings = 0
    for source in sorted(waiting, key=lambda source: -waiting[source]):
        if readings >= READINGS_A_SEAL or (least >= MAX_READINGS > waiting[source]):
            return chosen
        chosen.append(source)
        readings += waiting[source]
    return []


def _seal_group(db: sqlite3.Connection, path: Path, source: str, places: Sequence[int]) -> None:
    marks = [(place,) for place in places]
    one = f"SELECT {OPEN_COLUMNS} FROM open WHERE place = ?"  # noqa: S608 - our own text
    rows = [db.execute(one, mark).fetchone() for mark in marks]
    if not all(sound_open(row) for row in rows):
        raise SpoolDamagedError(path, "stored readings do not fit their check")
    payloads = [row[2] for row in rows]
    payload = payloads[0]
    if len(payloads) > 1:
        payload = encode(ReadingColumns.joined(decode(payload) for payload in payloads))
    row = next_in_chain(db, source, payload)
    db.execute(f"INSERT INTO batch ({BATCH_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)", row)  # noqa: S608
    db.executemany("DELETE FROM open WHERE place = ?", marks)


def seal_again(db: sqlite3.Connection) -> int:
    """Number every batch anew under a new source epoch; returns how many there are.

    Args:
        db: Inside a transaction.
    """
    move_identity(db, stream=uuid4().bytes, head_sequence=0, head_hash=ZERO_HASH)
    # The journal may have lost what was repeated: it is stored if it comes once more.
    db.execute("DELETE FROM seen")
    db.execute("DELETE FROM gone")
    places = db.execute("SELECT place FROM batch ORDER BY place").fetchall()
    for place in places:
        source, payload = db.execute(
            "SELECT source, payload FROM batch WHERE place = ?", place
        ).fetchone()
        row = next_in_chain(db, source, payload)
        db.execute(
            f"UPDATE batch SET ({BATCH_COLUMNS}) = (?,?,?,?,?,?,?,?,?) WHERE place = ?",  # noqa: S608
            (*row, *place),
        )
    return len(places)
