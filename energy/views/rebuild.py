"""In: a site's journal. Out: its views folded anew and swapped in while the site runs. I/O.

Into a shadow schema: fold to the head, then hold the live follower's row, fold the rest, and
exchange the tables and the position in one transaction. Whatever goes wrong before its commit
leaves the live views as they were; a shadow that is left over is dropped at the next start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import psycopg

from energy.base.clock import Clock, monotonic_s
from energy.base.errors import RefusedError
from energy.journal.follower import SliceFold
from energy.store.errors import StoreError
from energy.store.pool import Database
from energy.store.series_locks import wait_for_older_transactions
from energy.store.shadow import (
    Connection,
    Shadow,
    drop_shadow,
    make_shadow,
    only_one,
    prepare_session,
)
from energy.store.shadow_catalog import (
    carry_grants,
    demand_no_dependents,
    demand_same_shape,
)
from energy.store.shadow_swap import Swap, swap_in
from energy.views.bulk_reading import BulkFold
from energy.views.replay import Group, Replay
from energy.views.rollup import ROLLUP_LOCK, roll_up
from energy.views.worker import METERING_VIEWS, MeteringFold

METERING_TABLES: dict[str, tuple[str, ...]] = {
    "registry": (
        "place",
        "supply_node",
        "supply_edge",
        "place_history",
        "point_place",
        "supply_history",
        "meter",
        "source",
        "channel",
        "interval_channel",
        "segment",
        "segment_superseded",
        "meter_fact",
        "certificate",
        "adjustment",
        "adjustment_day",
        "mark",
        "computed_channel",
        "formula_version",
        "plan_revision",
        "plan_row",
        "bearer",
        "bearer_hold",
        "week_hours",
        "apportionment",
        "apportionment_key",
        "apportionment_end",
        "apportionment_part",
    ),
    "reading": ("reading", "reading_superseded", "latest", "batch_index", "series_kept"),
    "usage": ("usage_block", "finding", "correction", "review_decision", "file_import"),
    "rollups": ("usage_dirty", "usage_hour", "usage_day", "usage_month", "completeness_day"),
    "demand": ("demand_day",),
    "gauges": ("gauge_dirty", "gauge_hour", "gauge_day", "state_hour"),
}
"""Views of the metering journal and their tables."""


class DiskFullError(StoreError):
    """There is no room for a second copy of the views."""

    code = "store.disk_full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How far a rebuild has come."""

    name: str
    """make, fold, derive, swap, compare or drop: a key of the texts."""
    done: int = 0
    of: int = 0
    """Entries folded and to fold, by position."""
    readings: int = 0
    """Readings folded so far."""
    elapsed_s: float = 0.0
    """Since the rebuild began. [s]"""


Tell = Callable[[Stage], None]
OLD_SNAPSHOT_S = 10.0
"""Longest wait for transactions that began before the shadow was filled. [s]"""
BULK_SLICE = 40
"""Entries copied in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild did."""

    tables: tuple[str, ...]
    position: int
    """Position of the follower after the swap."""
    readings: int
    elapsed_s: float
    swap_tries: int
    swap_s: float
    """From the first try to the commit. [s]"""
    dropped_leftover: bool
    """Whether a killed rebuild had left a shadow."""


def metering_group(zone: ZoneInfo) -> Group:
    """Return the views of a site's metering journal.

    Args:
        zone: The site's zone: days are local.
    """

    def fold(shadow: Shadow, view: str) -> SliceFold:
        if view in ("registry", "reading"):
            return BulkFold(shadow, zone)
        return MeteringFold(shadow.name, zone, journal_schema=shadow.live)

    return Group(
        application="metering",
        follower=METERING_VIEWS,
        views=METERING_TABLES,
        fold=fold,
        derive=_derive,
        derived=(*METERING_TABLES["rollups"], *METERING_TABLES["demand"]),
    )


def _derive(connection: Connection, schema: str) -> None:
    while roll_up(connection, schema):
        pass


def chosen_tables(group: Group, view: str) -> tuple[str, ...]:
    """Return the tables that rebuilding a view exchanges.

    What is derived from usage blocks goes with them; a whole application goes by its name.

    Raises:
        RefusedError: There is no such view.
    """
    if view == group.application:
        return group.tables
    if view not in group.views:
        known = ", ".join([group.application, *group.views])
        raise RefusedError(f"No view {view!r}. There are: {known}.")
    tables = group.views[view]
    return (*tables, *group.derived) if view == "usage" else tables


@contextmanager
def shadowed(
    database: Database, shadow: Shadow, tables: Sequence[str], *, dependents_matter: bool = True
) -> Iterator[Ground]:
    """Give two sessions of the owner and an empty shadow; it is dropped afterwards.

    Args:
        database: Role meterline_owner.
        shadow: Which site.
        tables: Live tables whose shape and dependents are looked at before any work.
        dependents_matter: Whether the live tables are to be replaced.

    Raises:
        RebuildRunningError: Another rebuild or verification is at work.
        DependentsError: Somebody built upon the live tables.
        ShapeError: The live tables are not as the schema files make them.
    """
    with database.direct() as holder, database.direct() as worker:
        for connection in (holder, worker):
            prepare_session(connection)
        worker.execute("SET synchronous_commit = off")  # the swap's commit makes all durable
        with only_one(holder, shadow.live):
            leftover = drop_shadow(holder, shadow)
            try:
                make_shadow(holder, shadow)
                if dependents_matter:
                    demand_no_dependents(holder, shadow, tables)
                carry_grants(holder, shadow, tables)
                demand_same_shape(holder, shadow, tables)
                yield Ground(holder=holder, worker=worker, leftover=leftover)
            except psycopg.errors.DiskFull as error:
                raise DiskFullError(
                    f"The disk is full ({error.diag.message_primary}). The live views are as "
                    "they were, the shadow is dropped. A rebuild needs as much room as the views "
                    "take (`db size`): make room and repeat."
                ) from error
            finally:
                _drop(worker, holder, shadow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The sessions of a rebuild."""

    holder: Connection
    """Holds the right to rebuild, and swaps."""
    worker: Connection
    """Fills the shadow."""
    leftover: bool


def _drop(worker: Connection, holder: Connection, shadow: Shadow) -> None:
    """Drop the shadow, when the sessions still live; else the next start does."""
    if holder.closed or holder.broken:
        return
    if not worker.closed:
        worker.close()  # nothing of it may hold a table of the shadow
    drop_shadow(holder, shadow)


def rebuild(
    database: Database,
    live: str,
    group: Group,
    view: str,
    clock: Clock,
    *,
    wait_s: float = 60.0,
    tell: Tell = lambda _stage: None,
) -> Rebuilt:
    """Fold a view anew from the journal and put it into the place of the live one.

    Args:
        database: Role meterline_owner.
        live: The site's schema.
        group: Views of the application.
        view: One of the group's, or the application for all of them.
        clock: Stamps entries parked for the first time.
        wait_s: How long to try to swap while somebody holds a table. [s]
        tell: Called with how far it has come.

    Raises:
        RefusedError: There is no such view.
        RebuildRunningError, DependentsError, ShapeError, SwapBlockedError, DiskFullError:
            The live views are as they were.
    """
    tables, shadow = chosen_tables(group, view), Shadow(live=live)
    began_s = monotonic_s()
    tell(Stage(name="make"))
    with shadowed(database, shadow, tables) as ground:
        replay = _filled(database, ground, shadow, group, view, tables, clock, tell, began_s)
        tell(Stage(name="swap", elapsed_s=monotonic_s() - began_s))
        swap_began_s = monotonic_s()
        # A transaction with a snapshot older than the shadow's rows would find none there.
        wait_for_older_transactions(
            ground.holder, patience_s=min(wait_s, OLD_SNAPSHOT_S), snapshots_only=True
        )
        swap = Swap(
            shadow=shadow,
            tables=tables,
            catch_up=partial(_catch_up, replay=replay, ground=ground, group=group, shadow=shadow),
            carry_over=partial(_move_position, replay=replay, group=group, shadow=shadow),
        )
        tries = swap_in(ground.holder, swap, wait_s=wait_s)
        ended_s = monotonic_s()
        return Rebuilt(
            tables=tables,
            position=replay.position,
            readings=replay.readings,
            elapsed_s=ended_s - began_s,
            swap_tries=tries,
            swap_s=ended_s - swap_began_s,
            dropped_leftover=ground.leftover,
        )


def _filled(
    database: Database,
    ground: Ground,
    shadow: Shadow,
    group: Group,
    view: str,
    tables: tuple[str, ...],
    clock: Clock,
    tell: Tell,
    began_s: float,
) -> Replay:
    """Fold the journal into the shadow and derive what hangs on it; return where it stands."""
    fold = group.fold(shadow, view)
    replay = Replay(database, shadow, group, fold, clock)
    if isinstance(fold, BulkFold):
        fold.begin(ground.worker, database)
        try:
            _fold_in_bulk(ground.worker, replay, fold, tell, began_s)
        finally:
            fold.stop()
    fold_to_head(ground.worker, replay, tell, began_s)
    tell(Stage(name="derive", elapsed_s=monotonic_s() - began_s))
    group.derive(ground.worker, shadow.name)
    for table in tables:
        ground.worker.execute(f"ANALYZE {shadow.name}.{table}".encode())
    fold_to_head(ground.worker, replay, tell, began_s)
    return replay


def fold_to_head(
    worker: Connection, replay: Replay, tell: Tell, began_s: float, *, only_folded: bool = False
) -> None:
    """Fold until the shadow is close to the head of the journal, which moves on meanwhile.

    A journal that grows as fast as it is folded is not chased for ever: the rest is folded while
    the live follower waits.

    Args:
        worker: Role meterline_owner.
        replay: What folds.
        tell: Called after every slice.
        began_s: When the work began, monotonic. [s]
        only_folded: Go no further than the live follower.
    """
    gap = 2**62
    while True:
        head = replay.live_position(worker) if only_folded else replay.head(worker)
        before, gap = gap, head - replay.position
        if gap == 0 or 2 * gap > before:
            return
        while replay.advance(worker, up_to=head):
            tell(
                Stage(
                    name="fold",
                    done=replay.position,
                    of=head,
                    readings=replay.readings,
                    elapsed_s=monotonic_s() - began_s,
                )
            )


def _fold_in_bulk(
    worker: Connection, replay: Replay, fold: BulkFold, tell: Tell, began_s: float
) -> None:
    """Fold up to the present head without indexes, then make them."""
    head = replay.head(worker)
    while not fold.full and replay.advance(worker, up_to=head, slice_of=BULK_SLICE):
        tell(
            Stage(
                name="fold",
                done=replay.position,
                of=head,
                readings=replay.readings,
                elapsed_s=monotonic_s() - began_s,
            )
        )
    tell(Stage(name="index", readings=replay.readings, elapsed_s=monotonic_s() - began_s))
    fold.finish(worker)


def _catch_up(
    holder: Connection, *, replay: Replay, ground: Ground, group: Group, shadow: Shadow
) -> None:
    """Keep the live follower and the rollups where they are, and bring the shadow there."""
    holder.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (ROLLUP_LOCK, shadow.live))
    position = replay.live_position(holder, keep=True)
    while replay.position < position and replay.advance(ground.worker, up_to=position):
        pass
    group.derive(ground.worker, shadow.name)


def _move_position(holder: Connection, *, replay: Replay, group: Group, shadow: Shadow) -> None:
    """Move the live follower to the shadow's position, what it parked with it."""
    live, name = shadow.live, group.follower
    holder.execute(
        f"INSERT INTO {live}.follower (name, position) VALUES (%(name)s, %(position)s) "
        "ON CONFLICT (name) DO UPDATE SET position = excluded.position, updated_at = now()",
        {"name": name, "position": replay.position},
    )
    holder.execute(f"DELETE FROM {live}.parked WHERE follower = %s", (name,))
    holder.execute(
        f"INSERT INTO {live}.parked SELECT * FROM {shadow.name}.parked WHERE follower = %s",
        (name,),
    )
