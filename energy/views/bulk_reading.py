"""In: a metering journal. Out: `reading` and its kin, filled without indexes. I/O: PostgreSQL.

A reading later than all its channel has told is new for certain: it goes by COPY into a table
that has no index yet. Every other one waits in a list and is applied by the ordinary rules, in
the order of the journal, when the index stands. It can never have been there before the one it
repeats: what is later than everything came first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.journal.entry import Entry
from energy.store.arrays import INSTANT, use_arrays
from energy.store.pool import Database
from energy.store.shadow import Connection, Deferred, Shadow, defer_indexes, put_back
from energy.views.bulk_copy import BesideCopy
from energy.views.positioned import Positioned
from energy.views.reading import ReadingView, write_index, write_readings
from energy.views.slice import Slice
from energy.views.told import joined
from energy.views.worker import MeteringFold

FILLED = ("reading", "batch_index")
"""Tables filled without their indexes."""
MOST_WAITING = 2_000_000
"""Readings in the list at which the index is made early: they are held in memory."""
_CHUNK = 50_000
_NEVER = -(2**62)
Cursor = psycopg.Cursor[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Newest:
    """The latest instant each channel has told by a clock that does not run ahead."""

    channel: NDArray[np.int64]
    """Ascending."""
    at_us: NDArray[np.int64]

    def of(self, channel: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the latest instants of some channels, _NEVER where there is none. [us]."""
        if len(self.channel) == 0:
            return np.full(len(channel), _NEVER, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.channel, channel), len(self.channel) - 1)
        return np.where(self.channel[place] == channel, self.at_us[place], _NEVER)

    def joined(self, channel: NDArray[np.int64], at_us: NDArray[np.int64]) -> _Newest:
        """Return it with newer instants of some channels, each at most once, ascending."""
        every = np.union1d(self.channel, channel)
        instants = self.of(every)
        place = np.searchsorted(every, channel)
        instants[place] = np.maximum(instants[place], at_us)
        return _Newest(channel=every, at_us=instants)


class BulkReadings:
    """The view of readings while its tables have no index."""

    name = "reading"
    needs: tuple[str, ...] = ("registry",)
    tables: tuple[str, ...] = ("reading", "reading_superseded", "latest", "batch_index")

    def __init__(self) -> None:
        """Begin with empty tables."""
        none = np.empty(0, dtype=np.int64)
        self.newest = _Newest(channel=none, at_us=none)
        self.waiting: list[Positioned] = []
        self.copied: list[Positioned] = []
        """New readings of the slice at hand: copied when it is folded to its end."""
        self._ahead: set[tuple[int, int]] = set()

    def forget(self) -> None:
        """Keep everything: the fold takes back what was rolled back."""

    def kept(self) -> tuple[_Newest, int, set[tuple[int, int]]]:
        """Return what `undo` needs."""
        return self.newest, len(self.waiting), set(self._ahead)

    def undo(self, kept: tuple[_Newest, int, set[tuple[int, int]]]) -> None:
        """Take back what was folded since."""
        self.newest, many, self._ahead = kept
        del self.waiting[many:]
        self.copied.clear()

    def fold(self, cursor: Cursor, part: Slice) -> None:
        """Copy what is new for certain, keep the rest for later."""
        batch = part.readings
        if batch is None:
            return
        new, rest = self._sorted_out(batch)
        if len(new.readings):
            self.copied.append(new)
        if len(rest.readings):
            self.waiting.append(rest)
        write_index(cursor, part.schema, batch)

    def _sorted_out(self, batch: Positioned) -> tuple[Positioned, Positioned]:
        """Return the readings later than all before, by channel; and the others, in order."""
        columns, ahead = batch.readings, batch.ahead
        channel = columns.channel.astype(np.int64)
        # Numbers of 16 bits are sorted by their digits, six times as fast.
        small = int(columns.channel.max()) < 2**16
        order = np.argsort(channel.astype(np.uint16) if small else channel, kind="stable")
        starts = np.flatnonzero(np.diff(channel[order], prepend=-1))
        own = channel[order][starts]
        told = np.where(ahead, _NEVER, columns.at_us)[order]
        before = self.newest.of(own)
        later = np.concatenate([[True], told[1:] > told[:-1]])
        later[starts] = told[starts] > before
        self.newest = self.newest.joined(own, np.maximum.reduceat(told, starts))
        if later.all() and not self._ahead:
            return batch.chosen(order), batch.chosen(order[:0])
        later = _later_than_all(told, starts, before)
        self._ahead |= set(zip(channel[ahead].tolist(), columns.at_us[ahead].tolist(), strict=True))
        later[later] = ~self._told_ahead(channel[order][later], told[later])
        rest = np.ones(len(order), dtype=np.bool_)
        rest[order[later]] = False
        again = order[later][_repeated(batch, order[later], rest)]
        rest[again] = True
        later &= ~rest[order]
        return batch.chosen(order[later]), batch.chosen(rest)

    def _told_ahead(
        self, channel: NDArray[np.int64], at_us: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Return which readings repeat one of a clock that ran ahead: that one came first."""
        repeated = np.zeros(len(channel), dtype=np.bool_)
        if self._ahead:
            some = np.flatnonzero(np.isin(channel, [number for number, _ in self._ahead]))
            keys = zip(channel[some].tolist(), at_us[some].tolist(), strict=True)
            repeated[some] = [key in self._ahead for key in keys]
        return repeated


class BulkFold(MeteringFold):
    """Folds registry and readings into a shadow without indexes, then as everybody does."""

    def __init__(self, shadow: Shadow, zone: ZoneInfo) -> None:
        """Fold into a shadow.

        Args:
            shadow: Where the journal is and where the views go.
            zone: The site's zone.
        """
        super().__init__(shadow.name, zone, journal_schema=shadow.live, views=())
        self._shadow = shadow
        self._bulk: BulkReadings | None = None
        self._copy: BesideCopy | None = None
        self._deferred = Deferred(statements=())

    def begin(self, connection: Connection, database: Database) -> None:
        """Take the indexes off the empty tables; copy in a session of its own."""
        self._copy = BesideCopy(database, self._shadow.name)
        self._deferred = defer_indexes(connection, self._shadow, FILLED)
        self._bulk = BulkReadings()
        self._views = (self._bulk,)

    @property
    def full(self) -> bool:
        """Return whether so many readings wait that the index should be made now."""
        return self._bulk is not None and sum(map(_many, self._bulk.waiting)) > MOST_WAITING

    def __call__(self, cursor: Cursor, entries: Sequence[Entry]) -> None:
        """Apply the entries; what fails leaves nothing in memory."""
        if self._bulk is None:
            super().__call__(cursor, entries)
            return
        kept = self._bulk.kept()
        try:
            super().__call__(cursor, entries)
        except BaseException:
            self._bulk.undo(kept)
            raise
        assert self._copy is not None, "it began with the bulk"
        for lot in self._bulk.copied:
            self._copy.take(lot)
        self._bulk.copied.clear()

    def stop(self) -> None:
        """End the session that copies."""
        if self._copy is not None:
            self._copy.stop()

    def finish(self, connection: Connection) -> None:
        """Make the indexes, apply what waits, and fold on in the ordinary way."""
        bulk, self._bulk = self._bulk, None
        if bulk is None or self._copy is None:
            return
        self._copy.finish()
        put_back(connection, self._deferred)
        self._views = (ReadingView(),)
        schema = self._shadow.name
        late = joined(bulk.waiting)
        with connection.transaction(), connection.cursor() as cursor:
            for chunk in _chunks(late):
                write_readings(cursor, schema, late.chosen(chunk))
            _write_latest(cursor, schema, bulk.newest)


def _later_than_all(
    told: NDArray[np.int64], starts: NDArray[np.intp], before: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which instants are later than all before them of their channel.

    They are replaced by their ranks, so that one running maximum over all channels, each lifted
    above the one before, tells for every reading what its channel had told.

    Args:
        told: Instants by channel, then in the order of the journal. [us]
        starts: Where each channel begins.
        before: The latest instant each had told before. [us]
    """
    ranks = np.unique(np.concatenate([before, told]), return_inverse=True)[1]
    height = int(ranks.max(initial=0)) + 1
    many = len(starts)
    group = np.repeat(np.arange(many), np.diff(np.append(starts, len(told))))
    lifted = np.insert(
        ranks[many:] + group * height, starts, ranks[:many] + np.arange(many) * height
    )
    highest = np.maximum.accumulate(lifted)
    place = np.arange(len(told)) + group + 1
    later: NDArray[np.bool_] = lifted[place] > highest[place - 1]
    return later


def _repeated(
    batch: Positioned, new: NDArray[np.intp], rest: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which new readings their own entry repeats: those are judged together."""
    repeated = np.zeros(len(new), dtype=np.bool_)
    columns = batch.readings
    some = np.flatnonzero(np.isin(columns.at_us[new], columns.at_us[rest]))
    if len(some):

        def keys(which: NDArray[np.intp] | NDArray[np.bool_]) -> list[tuple[int, int, int]]:
            parts = (columns.channel, columns.at_us, batch.position)
            return list(zip(*(part[which].tolist() for part in parts), strict=True))

        told = set(keys(rest))
        repeated[some] = [key in told for key in keys(new[some])]
    return repeated


def _chunks(batch: Positioned) -> Iterator[NDArray[np.intp]]:
    """Yield runs of readings, no entry cut in two."""
    ends = np.append(np.flatnonzero(np.diff(batch.position)) + 1, len(batch.position))
    first = 0
    while first < len(batch.readings):
        place = np.searchsorted(ends, first + _CHUNK, side="right") - 1
        end = int(ends[place]) if place >= 0 else 0
        if end <= first:
            end = int(ends[np.searchsorted(ends, first, side="right")])
        yield np.arange(first, end)
        first = end


def _many(batch: Positioned) -> int:
    return len(batch.readings)


def _write_latest(cursor: Cursor, schema: str, newest: _Newest) -> None:
    """Write the counting reading of each channel's newest instant."""
    use_arrays(cursor)
    told = newest.at_us != _NEVER
    cursor.execute(
        f"INSERT INTO {schema}.latest AS l (channel, at, count, quality, position) "
        "SELECT r.channel, r.at, r.count, r.quality, r.position "
        "FROM unnest(%s, %s) AS k (channel, at_us) "
        f"JOIN {schema}.reading AS r ON r.channel = k.channel::int "
        f"AND r.at = {INSTANT.format('k.at_us')} "
        "ON CONFLICT (channel) DO UPDATE SET at = excluded.at, count = excluded.count, "
        "quality = excluded.quality, position = excluded.position WHERE excluded.at >= l.at",
        (newest.channel[told], newest.at_us[told]),
    )
