"""In: readings and how thin. Out: which stay; a spool with fewer readings. I/O in `thin_some`.

What is thinned is decided by kind, oldest batches first. A gauge keeps the first reading of each
window. A counter keeps what its total and its value at the windows' bounds follow from exactly:
the first reading of each window, the last one before a window that has none on its bound, both
sides of every step back, and the first and last reading of the batch. Nothing else is thinned.
A thinned batch leaves its number and gets a new one: no number ever stands for two contents.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from adapters.spool_identity import next_in_chain
from adapters.spool_notes import add_note, let_go
from adapters.spool_rows import BATCH_COLUMNS, batch_of, chosen
from energy.base.clock import from_us
from energy.base.quality import Quality
from energy.metering.channel import Kind
from energy.metering.codec import decode, encode
from energy.metering.note import note
from energy.metering.reading import ReadingColumns, SpooledBatch

BATCHES_A_STEP = 16
THINNED = "spool.thinned"
Key = tuple[UUID, int]
"""Source epoch and sequence of a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of thinning."""

    number: int
    kind: Kind
    """Kind of the channels that are thinned."""
    window_s: int
    """One reading stays per window of this length. [s]"""
    shift_s: int = 0
    """How far the site's hours are from those of UTC: 1800 in India. [s]"""


GAUGES = (
    Rung(number=1, kind=Kind.GAUGE, window_s=900),
    Rung(number=2, kind=Kind.GAUGE, window_s=3600),
)
COUNTERS = (
    Rung(number=3, kind=Kind.COUNTER, window_s=900),
    Rung(number=4, kind=Kind.COUNTER, window_s=3600),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinned:
    """What one step did."""

    batches: int
    """Batches looked at; 0 when the rung is done."""
    readings: int
    """Readings that are gone."""


def staying(columns: ReadingColumns, rung: Rung, channels: Collection[int]) -> NDArray[np.bool_]:
    """Return which readings of a batch stay.

    Args:
        columns: The readings.
        rung: How thin.
        channels: Numbers of the channels of the rung's kind.
    """
    ours = np.isin(columns.channel, np.fromiter(channels, dtype=np.int64, count=len(channels)))
    stay = np.ones(len(columns), dtype=bool)
    places = np.flatnonzero(ours)
    if len(places) == 0:
        return stay
    order = places[np.lexsort((columns.at_us[places], columns.channel[places]))]
    channel, at_us = columns.channel[order], columns.at_us[order]
    window_us = rung.window_s * 1_000_000
    local_us = at_us + rung.shift_s * 1_000_000
    window = local_us // window_us
    edge = np.concatenate([[True], channel[1:] != channel[:-1]])
    first = edge | np.concatenate([[True], window[1:] != window[:-1]])
    keep = first.copy()
    if rung.kind is not Kind.GAUGE:
        count, last = columns.count[order], np.concatenate([edge[1:], [True]])
        empty = np.concatenate([[False], window[1:] - window[:-1] > 1])  # windows without any
        off_bound = first & (empty | (local_us % window_us != 0)) & ~edge
        back = np.concatenate([[False], count[1:] < count[:-1]]) & ~edge
        keep |= last | back | (columns.quality[order] != Quality.MEASURED)
        keep[:-1] |= off_bound[1:] | back[1:]
    # Of two readings of one instant the first counts: both go or both stay.
    instant = np.flatnonzero(edge | np.concatenate([[True], at_us[1:] != at_us[:-1]]))
    sizes = np.diff(np.append(instant, len(keep)))
    stay[order] = np.repeat(np.logical_or.reduceat(keep, instant), sizes)
    return stay


def thin_some(
    db: sqlite3.Connection, rung: Rung, kinds: Mapping[int, str], spared: Collection[Key]
) -> Thinned:
    """Thin the next few batches, the oldest first, and leave a note of it.

    Args:
        db: Inside a transaction.
        rung: How thin.
        kinds: Kind of each channel; of one that is not named nothing is thinned.
        spared: Batches that stay as they are: the journal may hold them already.
    """
    after = db.execute("SELECT place FROM rung WHERE rung = ?", (rung.number,)).fetchone()
    rows = db.execute(
        f"SELECT place, {BATCH_COLUMNS} FROM batch WHERE place > ? ORDER BY place LIMIT ?",  # noqa: S608
        (after[0] if after else 0, BATCHES_A_STEP),
    ).fetchall()
    if not rows:
        return Thinned(batches=0, readings=0)
    channels = {number for number, kind in kinds.items() if kind == rung.kind}
    gone = 0
    for place, *row in rows:
        batch = batch_of(tuple(row))
        if (batch.stream, batch.sequence) not in spared:
            gone += _thin_one(db, place, batch, rung, channels)
    db.execute("INSERT OR REPLACE INTO rung VALUES (?, ?)", (rung.number, rows[-1][0]))
    return Thinned(batches=len(rows), readings=gone)


def _thin_one(
    db: sqlite3.Connection, place: int, batch: SpooledBatch, rung: Rung, channels: Collection[int]
) -> int:
    columns = decode(batch.payload)
    stay = staying(columns, rung, channels)
    gone = len(columns) - int(stay.sum())
    if gone == 0:
        return 0
    let_go(db, [batch])
    row = next_in_chain(db, batch.source, encode(chosen(columns, stay)))
    db.execute(
        f"INSERT INTO batch (place, {BATCH_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)",  # noqa: S608
        (place, *row),
    )
    _tell(db, batch, chosen(columns, ~stay), rung)
    return gone


def _tell(db: sqlite3.Connection, batch: SpooledBatch, gone: ReadingColumns, rung: Rung) -> None:
    told = note(
        THINNED,
        from_us(int(gone.at_us.min())),
        from_us(int(gone.at_us.max())),
        source=batch.source,
        proof={
            "kind": str(rung.kind),
            "window_s": str(rung.window_s),
            "readings": len(gone),
            "source_epoch": str(batch.stream),
            "sequences": [[batch.sequence, batch.sequence]],
        },
    )
    add_note(db, told, f"{THINNED}/{rung.number}/{batch.stream}/{batch.source}")
