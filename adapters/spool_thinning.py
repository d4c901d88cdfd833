"""In: readings and how thin. Out: which stay; a spool with fewer readings. I/O in `thin_some`.

What is thinned is decided by kind, oldest batches first. A gauge keeps the first reading of each
window. A counter keeps what its total and its value at the windows' bounds follow from exactly:
the first good reading of each window, the last one before a window that has none on its bound,
both sides of every step back, the first and last good one of the batch, and whatever is not plainly
measured: a suspect reading counts for no bound and stays. Nothing else is thinned.
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
from energy.base.quality import PRECEDENCE, Quality
from energy.metering.channel import Kind
from energy.metering.codec import decode, encode
from energy.metering.note import note
from energy.metering.reading import ReadingColumns, SpooledBatch

BATCHES_A_STEP = 16
THINNED = "spool.thinned"
Ints = NDArray[np.int64]
_RANK = np.full(256, max(PRECEDENCE.values()), dtype=np.uint8)
"""Which quality counts among readings of one instant: the lowest, as at the site."""
_RANK[list(PRECEDENCE)] = list(PRECEDENCE.values())
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

    What the site folds decides: a SUSPECT reading is the neighbour of no bound.

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
    rank = _RANK[columns.quality[places]]
    order = places[np.lexsort((rank, columns.at_us[places], columns.channel[places]))]
    channel, at_us, quality = (
        each[order] for each in (columns.channel, columns.at_us, columns.quality)
    )
    # Of two readings of one instant one counts, the better or the first: both go or both stay.
    instant = np.concatenate([[True], (np.diff(channel) != 0) | (np.diff(at_us) != 0)])
    good = instant & (quality != Quality.SUSPECT)
    if rung.kind is Kind.GAUGE:
        keep = np.zeros(len(order), dtype=bool)
        for which in (good, instant & ~good):
            keep[which] = _begins(channel[which], at_us[which], rung)
    else:
        keep = quality != Quality.MEASURED
        keep[good] |= _needed(channel[good], at_us[good], columns.count[order][good], rung)
    first = np.flatnonzero(instant)
    sizes = np.diff(np.append(first, len(keep)))
    stay[order] = np.repeat(np.logical_or.reduceat(keep, first), sizes)
    return stay


def _windows(at_us: Ints, rung: Rung) -> tuple[Ints, Ints]:
    """Return the window of each instant and how far into it the instant is. [us]."""
    window, into_us = np.divmod(at_us + rung.shift_s * 1_000_000, rung.window_s * 1_000_000)
    return window, into_us


def _begins(channel: Ints, at_us: Ints, rung: Rung) -> NDArray[np.bool_]:
    """Return which readings are the first of a window; sorted by channel and instant."""
    window, _ = _windows(at_us, rung)
    begins = np.ones(len(at_us), dtype=bool)
    begins[1:] = (np.diff(channel) != 0) | (np.diff(window) != 0)
    return begins


def _needed(channel: Ints, at_us: Ints, count: Ints, rung: Rung) -> NDArray[np.bool_]:
    """Return on which good readings of counters total and bounds rest; sorted, one an instant."""
    if len(at_us) == 0:
        return np.zeros(0, dtype=bool)
    window, into_us = _windows(at_us, rung)
    edge = np.concatenate([[True], np.diff(channel) != 0])
    first = _begins(channel, at_us, rung)
    empty = np.concatenate([[False], np.diff(window) > 1])  # windows without any
    off_bound = first & (empty | (into_us != 0)) & ~edge
    back = np.concatenate([[False], np.diff(count) < 0]) & ~edge
    keep: NDArray[np.bool_] = first | np.concatenate([edge[1:], [True]]) | back
    keep[:-1] |= off_bound[1:] | back[1:]
    # An impossible count becomes SUSPECT at the site alone: both its neighbours stay, too.
    keep[1:] |= back[:-1]
    keep[:-2] |= back[2:]
    return keep


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
