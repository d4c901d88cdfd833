"""In: slices of the metering journal. Out: every metering view, all in one transaction. I/O.

One worker per site reads a slice once and feeds all its views. A slice is cut at marks and at
registry events, so that what a mark freezes and which meter a reading belongs to do not depend
on how the journal was sliced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from energy.base.clock import Clock, from_us, to_us
from energy.base.finding import Finding, Severity
from energy.base.quality import Quality
from energy.journal.application import EventDecoder
from energy.journal.entry import BATCH_TOPIC, MARK_TOPIC, Entry, decode_batch, decode_mark
from energy.journal.follower import Follower
from energy.journal.ingest import store_findings
from energy.metering.codec import decode
from energy.metering.reading import ReadingColumns
from energy.metering.usage import CounterSegment
from energy.store.pool import Database
from energy.views.plausible import judge
from energy.views.reading import Positioned, write_index, write_readings
from energy.views.registry import Changed, Registry, RegistryView, load_registry
from energy.views.usage import Touched, refold

METERING_VIEWS = "metering"
"""Name of the follower whose position says how far every metering view has come."""


class MeteringFold:
    """Folds slices of one site's metering journal."""

    def __init__(self, schema: str, zone: ZoneInfo) -> None:
        """Fold for a site.

        Args:
            schema: The site's schema.
            zone: Its zone: usage days are local.
        """
        self._schema = schema
        self._zone = zone
        self._decoder = EventDecoder()
        self._registry_view = RegistryView()
        self._registry: Registry | None = None
        """As of the slice before; only good for the slice right behind it."""
        self._next = 0

    def __call__(
        self, cursor: psycopg.Cursor[tuple[object, ...]], entries: Sequence[Entry]
    ) -> None:
        """Apply the entries in order, cut at marks and registry events."""
        if entries[0].position != self._next:
            self._registry = None
        self._next = 0
        for run in _runs(entries):
            if run[0].topic == BATCH_TOPIC:
                self._batches(cursor, run)
            elif run[0].topic == MARK_TOPIC:
                self._mark(cursor, run[0])
            else:
                self._registry_event(cursor, run[0])
        self._next = entries[-1].position + 1

    def _batches(self, cursor: psycopg.Cursor[tuple[object, ...]], run: Sequence[Entry]) -> None:
        every = positioned(run)
        readings, position = every.readings, every.position
        registry = self._registry_now(cursor)
        known = np.isin(readings.channel, list(registry.channels))
        if not known.all():
            self._unknown(cursor, readings, position, ~known)
        batch = every if known.all() else every.chosen(known)
        if len(batch.readings) == 0:
            return
        batch = judge(cursor, self._schema, registry.channels, batch)
        write_readings(cursor, self._schema, batch)
        write_index(cursor, self._schema, batch)
        refold(
            cursor,
            self._schema,
            self._zone,
            registry,
            _touched(batch.readings),
            self._epoch(cursor),
        )

    def _mark(self, cursor: psycopg.Cursor[tuple[object, ...]], entry: Entry) -> None:
        record = decode_mark(entry.state)
        cursor.execute(
            f"INSERT INTO {self._schema}.mark VALUES (%s, %s, %s, %s)",
            (entry.position, record.at, record.reason, record.learned_at),
        )

    def _registry_event(self, cursor: psycopg.Cursor[tuple[object, ...]], entry: Entry) -> None:
        event = self._decoder.decode(entry)
        self._registry = None
        changed = self._registry_view.fold(cursor, self._schema, entry.position, event)
        if changed.since is not None:
            self._refold_since(cursor, changed, changed.since)

    def _refold_since(
        self, cursor: psycopg.Cursor[tuple[object, ...]], changed: Changed, since: datetime
    ) -> None:
        """Fold again what a meter event changed: from its instant to the last reading.

        Its own counts are readings of that instant: it is folded where nothing came after, too.
        """
        rows: list[tuple[Any, ...]] = cursor.execute(
            f"SELECT channel, min(at), max(at) FROM {self._schema}.reading "
            f"WHERE channel = ANY(%s) AND quality <> {Quality.SUSPECT:d} GROUP BY channel",
            (list(changed.channels),),
        ).fetchall()
        read = {channel: [to_us(first), to_us(last)] for channel, first, last in rows}
        registry = self._registry_now(cursor)
        spans = []
        for channel in changed.channels:
            segments = registry.segments.get(channel, ())
            known = [*read.get(channel, []), *_stated_instants(segments)]
            if known:
                first_us = max(to_us(since), min(known))
                spans.append(
                    Touched(channel=channel, first_us=first_us, last_us=max(first_us, *known))
                )
        refold(cursor, self._schema, self._zone, registry, spans, self._epoch(cursor))

    def _registry_now(self, cursor: psycopg.Cursor[tuple[object, ...]]) -> Registry:
        """Return the registry; only this fold's own entries can have changed it meanwhile."""
        if self._registry is None:
            self._registry = load_registry(cursor.connection, self._schema)
        return self._registry

    def _epoch(self, cursor: psycopg.Cursor[tuple[object, ...]]) -> int:
        row = cursor.execute(f"SELECT max(position) FROM {self._schema}.mark").fetchone()
        return int(str(row[0])) if row and row[0] is not None else 0

    def _unknown(
        self,
        cursor: psycopg.Cursor[tuple[object, ...]],
        readings: ReadingColumns,
        position: np.ndarray,
        unknown: np.ndarray,
    ) -> None:
        """Name the channels that no meter was planned for; their readings stay in the journal."""
        findings = []
        for channel in np.unique(readings.channel[unknown]).tolist():
            mine = unknown & (readings.channel == channel)
            findings.append(
                Finding(
                    code="channel.unknown",
                    severity=Severity.WARN,
                    channel=channel,
                    start=from_us(int(readings.at_us[mine].min())),
                    end=from_us(int(readings.at_us[mine].max())),
                    position=int(position[mine].max()),
                    proof={"readings": int(mine.sum())},
                )
            )
        store_findings(cursor.connection, self._schema, findings)


def positioned(batches: Sequence[Entry]) -> Positioned:
    """Return the readings of some batch entries in their order.

    Raises:
        JournalError: An entry is no batch or its payload does not decode.
    """
    records = [decode_batch(entry.state) for entry in batches]
    parts = [decode(record.payload) for record in records]
    positions = np.array([entry.position for entry in batches], dtype=np.int64)
    learned_us = np.array([record.learned_us for record in records], dtype=np.int64)
    lengths = [len(part) for part in parts]
    return Positioned(
        readings=ReadingColumns.joined(parts),
        position=np.repeat(positions, lengths),
        learned_us=np.repeat(learned_us, lengths),
    )


def _stated_instants(segments: Sequence[CounterSegment]) -> list[int]:
    """Return the instants at which a meter event states the register's count. [us]."""
    starts = [s.start_us for s in segments if s.start_count is not None]
    ends = [s.end_us for s in segments if s.end_us is not None and s.end_count is not None]
    return starts + ends


def _runs(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Yield maximal runs of batches, every other entry alone."""
    run: list[Entry] = []
    for entry in entries:
        if entry.topic == BATCH_TOPIC:
            run.append(entry)
            continue
        if run:
            yield run
            run = []
        yield [entry]
    if run:
        yield run


def _touched(readings: ReadingColumns) -> list[Touched]:
    """Return the span of each channel's good readings."""
    good = readings.quality != Quality.SUSPECT
    channel, at_us = readings.channel[good], readings.at_us[good]
    if len(channel) == 0:
        return []
    order = np.lexsort((at_us, channel))
    channel, at_us = channel[order], at_us[order]
    starts = np.flatnonzero(np.concatenate([[True], channel[1:] != channel[:-1]]))
    ends = np.append(starts[1:], len(channel)) - 1
    return [
        Touched(channel=int(channel[low]), first_us=int(at_us[low]), last_us=int(at_us[high]))
        for low, high in zip(starts, ends, strict=True)
    ]


def metering_follower(database: Database, schema: str, zone: ZoneInfo, clock: Clock) -> Follower:
    """Return the follower that feeds every metering view of a site."""
    return Follower(database, schema, "metering", METERING_VIEWS, MeteringFold(schema, zone), clock)
