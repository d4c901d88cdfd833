"""In: slices of the metering journal. Out: every metering view, all in one transaction. I/O.

One worker per site reads a slice once and feeds all its views. A slice is cut at marks and at
registry events, so that what a mark freezes and which meter a reading belongs to do not depend
on how the journal was sliced.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.clock import Clock, from_us
from energy.base.finding import Finding, Severity
from energy.journal.application import EventDecoder
from energy.journal.entry import (
    MARK_TOPIC,
    READING_TOPICS,
    Entry,
    decode_mark,
    told_by,
    unwrapped,
)
from energy.journal.follower import Follower
from energy.journal.imported import IMPORTED_TOPIC
from energy.journal.ingest import store_findings
from energy.journal.noted import NOTED_TOPIC
from energy.journal.refused import REFUSED_TOPIC
from energy.metering.correction import Correction
from energy.metering.reading import ReadingColumns
from energy.store.pool import Database
from energy.views.corrections import DECISION_TOPICS, fold_decision
from energy.views.gauge import GaugeView
from energy.views.imported import fold_imported
from energy.views.kept import FOLD_OF
from energy.views.noted import fold_noted
from energy.views.old_readings import rehydrate_behind
from energy.views.plausible import judge
from energy.views.positioned import Positioned
from energy.views.reading import ReadingView
from energy.views.refused import fold_refused
from energy.views.registry import Changed, Registry, RegistryView, load_registry
from energy.views.registry_columns import RegistryColumns
from energy.views.slice import Slice
from energy.views.usage import UsageView
from energy.views.view import MeteringView

METERING_VIEWS = "metering"
"""Name of the follower whose position says how far every metering view has come."""
Cursor = psycopg.Cursor[tuple[object, ...]]
_TABLES = "SELECT " + ", ".join(
    f"to_regclass(%(schema)s || '.{name}')::oid" for name in ("segment", "reading", "gauge_dirty")
)
"""SQL of one table of each view from which something is kept in memory."""


def every_view() -> tuple[MeteringView, ...]:
    """Return the views of readings in the order in which they are folded."""
    return (ReadingView(), UsageView(), GaugeView())


class MeteringFold:
    """Folds slices of one site's metering journal."""

    def __init__(
        self,
        schema: str,
        zone: ZoneInfo,
        *,
        journal_schema: str | None = None,
        views: Collection[str] | None = None,
    ) -> None:
        """Fold for a site.

        Args:
            schema: The schema of the views.
            zone: The site's zone: usage days are local.
            journal_schema: The schema of the journal, when it is not that of the views.
            views: Names of the views to feed beside the registry, with what they need; None for
                all.
        """
        self._schema = schema
        self._journal_schema = journal_schema or schema
        self._zone = zone
        self._views = _chosen(every_view(), views)
        self._decoder = EventDecoder()
        self._registry_view = RegistryView()
        self._registry: tuple[Registry, RegistryColumns] | None = None
        """As of the slice before; only good for the slice right behind it."""
        self._epoch: int | None = None
        self._next = 0
        self._tables: object = None
        """Which tables the last slice was folded into: a rebuild swaps them in our back."""

    def __call__(self, cursor: Cursor, entries: Sequence[Entry]) -> None:
        """Apply the entries in order, cut at marks and registry events."""
        tables = cursor.execute(_TABLES, {"schema": self._schema}).fetchone()
        if entries[0].position != self._next or tables != self._tables:
            self._forget()
        self._next, self._tables = 0, tables
        for run in _runs(entries):
            topic = unwrapped(run[0]).topic
            if topic in READING_TOPICS:
                self._readings(cursor, run)
            elif topic == MARK_TOPIC:
                self._mark(cursor, unwrapped(run[0]))
            elif topic == REFUSED_TOPIC:
                fold_refused(cursor, self._schema, unwrapped(run[0]))
            elif topic == NOTED_TOPIC:
                fold_noted(cursor, self._schema, unwrapped(run[0]))
            elif topic == IMPORTED_TOPIC:
                fold_imported(cursor, self._schema, unwrapped(run[0]))
            elif topic in FOLD_OF:
                self._kept(cursor, unwrapped(run[0]))
            elif topic not in DECISION_TOPICS:
                self._registry_event(cursor, unwrapped(run[0]))
            for entry in run:
                fold_decision(cursor, self._schema, entry)
        self._next = entries[-1].position + 1

    def _forget(self) -> None:
        """Drop all that is kept in memory: it may come from what was rolled back."""
        self._registry = None
        self._epoch = None
        for view in self._views:
            view.forget()

    def _readings(self, cursor: Cursor, run: Sequence[Entry]) -> None:
        every = positioned(run)
        registry, columns = self._registry_now(cursor)
        known = columns.planned(every.readings.channel)
        if not known.all():
            self._unknown(cursor, every.chosen(~known))
        batch = every if known.all() else every.chosen(known)
        if len(batch.readings) == 0:
            return
        batch = judge(cursor, self._schema, columns, batch)
        rehydrate_behind(
            cursor,
            self._schema,
            batch.readings,
            registry.channels,
            journal_schema=self._journal_schema,
        )
        self._give(cursor, self._part(cursor, readings=batch))

    def _mark(self, cursor: Cursor, entry: Entry) -> None:
        record = decode_mark(entry.state)
        cursor.execute(
            f"INSERT INTO {self._schema}.mark VALUES (%s, %s, %s, %s)",
            (entry.position, record.at, record.reason, record.learned_at),
        )
        self._epoch = entry.position

    def _registry_event(self, cursor: Cursor, entry: Entry) -> None:
        event = self._decoder.decode(entry)
        self._registry = None
        changed = self._registry_view.fold(cursor, self._schema, entry.position, event)
        if changed.since is None:
            for view in self._views:
                view.forget()
            return
        self._give(cursor, self._part(cursor, changed=changed))

    def _kept(self, cursor: Cursor, entry: Entry) -> None:
        FOLD_OF[entry.topic](cursor, self._schema, entry.position, self._decoder.decode(entry))

    def _part(
        self,
        cursor: Cursor,
        *,
        readings: Positioned | None = None,
        changed: Changed | None = None,
    ) -> Slice:
        if changed is None:
            registry, columns = self._registry_now(cursor)
        else:  # a plan of thousands of meters must not read all of them for each
            registry = load_registry(cursor.connection, self._schema, only=changed.channels)
            columns = RegistryColumns.of(registry)
        return Slice(
            schema=self._schema,
            journal_schema=self._journal_schema,
            zone=self._zone,
            epoch=self._epoch_now(cursor),
            registry=registry,
            columns=columns,
            readings=readings,
            changed=changed,
        )

    def _give(self, cursor: Cursor, part: Slice) -> None:
        for view in self._views:
            view.fold(cursor, part)

    def _registry_now(self, cursor: Cursor) -> tuple[Registry, RegistryColumns]:
        """Return the registry; only this fold's own entries can have changed it meanwhile."""
        if self._registry is None:
            registry = load_registry(cursor.connection, self._schema)
            self._registry = (registry, RegistryColumns.of(registry))
        return self._registry

    def _epoch_now(self, cursor: Cursor) -> int:
        """Return the position of the last mark; 0 before the first."""
        if self._epoch is None:
            row = cursor.execute(f"SELECT max(position) FROM {self._schema}.mark").fetchone()
            self._epoch = int(str(row[0])) if row and row[0] is not None else 0
        return self._epoch

    def _unknown(self, cursor: Cursor, unknown: Positioned) -> None:
        """Name the channels that no meter was planned for; their readings stay in the journal."""
        findings = []
        columns = unknown.readings
        for channel in np.unique(columns.channel).tolist():
            mine = columns.channel == channel
            findings.append(
                Finding(
                    code="channel.unknown",
                    severity=Severity.WARN,
                    channel=channel,
                    start=from_us(int(columns.at_us[mine].min())),
                    end=from_us(int(columns.at_us[mine].max())),
                    position=int(unknown.position[mine].max()),
                    proof={"readings": int(mine.sum())},
                )
            )
        store_findings(cursor.connection, self._schema, findings)


def positioned(entries: Sequence[Entry]) -> Positioned:
    """Return the readings of some entries in their order; an entry of another kind has none.

    Raises:
        JournalError: An entry or its payload does not decode.
    """
    told = [(entry.position, told_by(entry)) for entry in entries]
    parts = [(position, each) for position, each in told if each is not None]
    lengths = np.array([len(each.readings) for _, each in parts], dtype=np.int64)

    def repeated(values: list[int]) -> NDArray[np.int64]:
        return np.repeat(np.array(values, dtype=np.int64), lengths)

    return Positioned(
        readings=ReadingColumns.joined(each.readings for _, each in parts),
        position=repeated([position for position, _ in parts]),
        learned_us=repeated([each.learned_us for _, each in parts]),
    )


def _chosen(
    views: Sequence[MeteringView], names: Collection[str] | None
) -> tuple[MeteringView, ...]:
    """Return the views of some names with those they need, in order."""
    if names is None:
        return tuple(views)
    wanted = set(names)
    for view in reversed(views):
        if view.name in wanted:
            wanted |= set(view.needs)
    return tuple(view for view in views if view.name in wanted)


def _runs(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Yield maximal runs of entries with readings, every other entry alone.

    An approved correction ends its run: it may end findings, and what later readings explain must
    not depend on how the journal was sliced.
    """
    run: list[Entry] = []
    for entry in entries:
        topic = unwrapped(entry).topic
        if topic in READING_TOPICS:
            run.append(entry)
            if topic == Correction.Approved.TOPIC:
                yield run
                run = []
            continue
        if run:
            yield run
            run = []
        yield [entry]
    if run:
        yield run


def metering_follower(database: Database, schema: str, zone: ZoneInfo, clock: Clock) -> Follower:
    """Return the follower that feeds every metering view of a site."""
    return Follower(database, schema, "metering", METERING_VIEWS, MeteringFold(schema, zone), clock)
