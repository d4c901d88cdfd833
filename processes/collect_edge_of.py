"""In: a process's parts and settings. Out: what its collectors have beside plans. I/O: a file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from energy.base.errors import EnergyError
from energy.store.errors import DATABASE_AWAY
from energy.store.source_claims import Claim, claim_sources, give_back
from energy.system import System
from processes.clock_watch import ClockWatch
from processes.collect_edge import Edge
from processes.collect_plan_file import plan_from_registry
from processes.collect_sites import LateDoor
from processes.collector_plan import CollectPlan, PlanError, with_overrides
from processes.collector_sources import Sources
from processes.host_clock import host_clock
from processes.meter_clocks import meter_clocks
from processes.plan_changes import own_part
from processes.plan_keeper import PlanKeeper
from processes.plan_watch import PlanInbox, PlanInboxes, follow_plan
from processes.source_lease import SourceLease, collector_id

_MB = 1_000_000


def edge_of(system: System, door: LateDoor, folder: Path, inbox: PlanInbox) -> Edge:
    """Return what a site's collector has beside its plan.

    Args:
        system: The process's parts.
        door: The site's door of the journal.
        folder: Folder of its spool.
        inbox: Through which a changed plan comes.
    """
    config = system.config

    def own(plan: CollectPlan) -> CollectPlan:
        return with_overrides(own_part(plan, config.collect_sources))

    def claim(owner: UUID, name: str, sources: Sequence[str]) -> list[Claim]:
        return claim_sources(system.database, door.site().schema, owner, name, sources)

    def release(owner: UUID) -> None:
        give_back(system.database, door.site().schema, owner)

    def lease(wanted: Callable[[], list[str]]) -> SourceLease:
        return SourceLease(collector_id(folder), wanted, claim, release)

    def server_now() -> datetime:
        with system.database.connection() as connection:
            row = connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None, "the server tells its time"
        told = row[0]
        assert isinstance(told, datetime), "a timestamp with zone"
        return told.astimezone(UTC)

    def clocks(sources: Sources) -> ClockWatch:
        def meters() -> Iterable[tuple[str, int | None]]:
            try:
                zone = door.site().zone
            except (EnergyError, *DATABASE_AWAY):
                return ()
            loop = sources.loop
            return () if loop is None else meter_clocks(sources, system.clock, zone, loop)

        return ClockWatch(
            system.clock,
            sources.spool.tell,
            limit_us=1000 * config.clock_limit_ms,
            host=host_clock,
            server=server_now,
            meters=meters,
        )

    return Edge(
        bound=config.spool_mb * _MB,
        rate=config.drain_rate,
        flush_s=config.batch_wait_ms / 1000,
        notes=door,
        inbox=inbox,
        own_part=own,
        lease=lease,
        clocks=clocks if config.clock_limit_ms else None,
    )


def follow_own_plan(
    system: System,
    path: Path,
    collect: Callable[[CollectPlan, threading.Event], None],
    stop: threading.Event,
    inboxes: PlanInboxes,
) -> None:
    """Collect by a plan's file that is kept up to the journal while there is contact.

    Args:
        system: The process's parts.
        path: The plan; read from the registry first when it is absent.
        collect: Collects by a plan until its event is set.
        stop: Ends everything.
        inboxes: Through which a running collector takes another plan.

    Raises:
        PlanError: There is no plan.
    """
    try:
        site = CollectPlan.load(path).site
    except PlanError:
        if path.exists():
            raise
        site = system.config.site
    keeper = plan_keeper(system, site, path)
    if not path.exists() and system.config.dsn:  # else `site init` writes it beside the database
        keeper.look()
    keeper.start(stop)
    follow_plan(path, collect, stop, inboxes.of(site))


def plan_keeper(system: System, site: str, path: Path) -> PlanKeeper:
    """Return what keeps a site's plan file up to its journal.

    Args:
        system: The process's parts.
        site: The site's key; empty means the only one.
        path: The plan's file.
    """
    door = LateDoor(system, site)
    return PlanKeeper(path, lambda: plan_from_registry(system.database, door.site()))
