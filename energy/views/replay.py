"""In: one application's journal. Out: its views folded anew into a shadow schema. I/O: PostgreSQL.

The live follower's own way of folding and parking, over the live journal and the shadow's tables.
What the live follower has parked is parked again: it counts from its retry on, so that a rebuild
never changes what was known at an earlier position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from energy.base.clock import Clock
from energy.base.errors import JournalError
from energy.journal.entry import BATCH_TOPIC, Entry, decode_batch
from energy.journal.follower import Follower, SliceFold
from energy.journal.recorder import head_position, read_entries
from energy.store.pool import Database
from energy.store.shadow import Shadow

Connection = psycopg.Connection[tuple[object, ...]]
REPLAY_SLICE = 200
"""Entries in one transaction at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The views of one application: what is folded together and may be exchanged."""

    application: str
    follower: str
    views: dict[str, tuple[str, ...]]
    """Name of a view -> its tables."""
    fold: Callable[[Shadow, str], SliceFold]
    """Makes the fold for a shadow and the name of the view that is wanted."""
    derive: Callable[[Connection, str], None] = field(default=lambda _connection, _schema: None)
    """Brings derived tables up to date, outside a transaction: rollups."""
    derived: tuple[str, ...] = ()
    """Tables that `derive` writes: they may lag behind the position."""

    @property
    def tables(self) -> tuple[str, ...]:
        """Return every table of the group."""
        return tuple(table for tables in self.views.values() for table in tables)


class Replay(Follower):
    """Folds a live journal into a shadow."""

    def __init__(
        self,
        database: Database,
        shadow: Shadow,
        group: Group,
        fold: SliceFold,
        clock: Clock,
    ) -> None:
        """Replay from the shadow's position on.

        Args:
            database: Role meterline_owner.
            shadow: Where the journal is and where the views go.
            group: What is folded.
            fold: Folds slices into the shadow.
            clock: Stamps entries parked for the first time.
        """
        super().__init__(
            database,
            shadow.name,
            group.application,
            group.follower,
            fold,
            clock,
        )
        self._live = shadow.live
        self._parked: dict[int, tuple[str, Any]] = {}
        self.readings = 0
        """Readings in the batches folded so far."""

    def advance(self, connection: Connection, *, up_to: int, slice_of: int = REPLAY_SLICE) -> int:
        """Fold one slice; return how many entries.

        Args:
            connection: Role meterline_owner.
            up_to: Last position to fold.
            slice_of: Most entries.
        """
        after = self._read_position(connection)
        entries = read_entries(
            connection, self._live, self._application, after=after, limit=slice_of, up_to=up_to
        )
        self._read_parked(connection, after)
        for run in self._runs(entries):
            if run[0].position in self._parked:
                self._park_again(connection, after, run[0])
            else:
                self._apply_or_park(connection, after, run)
            after = run[-1].position
        self.position = after
        self.readings += sum(_readings(entry) for entry in entries)
        return len(entries)

    def head(self, connection: Connection) -> int:
        """Return the last position of the live journal."""
        return head_position(connection, self._live, self._application)

    def live_position(self, connection: Connection, *, keep: bool = False) -> int:
        """Return how far the live follower has come.

        Args:
            connection: Role meterline_owner.
            keep: Keep it there until the end of the transaction.
        """
        row = connection.execute(
            f"SELECT position FROM {self._live}.follower WHERE name = %s"
            + (" FOR UPDATE" if keep else ""),
            (self.name,),
        ).fetchone()
        return int(str(row[0])) if row else 0

    def _read_parked(self, connection: Connection, after: int) -> None:
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT position, error, parked_at FROM {self._live}.parked "
            "WHERE follower = %s AND position > %s",
            (self.name, after),
        ).fetchall()
        self._parked = {position: (error, parked_at) for position, error, parked_at in rows}

    def _runs(self, entries: Sequence[Entry]) -> list[list[Entry]]:
        """Cut entries at those the live follower has parked."""
        runs: list[list[Entry]] = []
        alone = True
        for entry in entries:
            parked = entry.position in self._parked
            if parked or alone:
                runs.append([])
            runs[-1].append(entry)
            alone = parked
        return runs

    def _park_again(self, connection: Connection, after: int, entry: Entry) -> None:
        """Park an entry for the reason and with the instant of the live follower."""
        text, parked_at = self._parked[entry.position]
        kind, _, message = text.partition(": ")
        # The finding names the error's text, the row its type as well: an error of that name.
        error = type(kind, (Exception,), {})(message)
        with connection.transaction():
            self._park(connection, after, entry, error)
            connection.execute(
                f"UPDATE {self._schema}.parked SET parked_at = %s "
                "WHERE follower = %s AND position = %s",
                (parked_at, self.name, entry.position),
            )


def _readings(entry: Entry) -> int:
    """Return how many readings a batch says it holds; a poisoned one says nothing."""
    if entry.topic != BATCH_TOPIC:
        return 0
    try:
        return decode_batch(entry.state).count
    except JournalError:
        return 0
