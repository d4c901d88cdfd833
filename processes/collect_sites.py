"""In: a folder of collect plans. Out: one collector a site, all in one process. I/O: files.

`<folder>/<site>.json` is a site's plan, `<data dir>/<site>/` its spool. Each site has a thread of
its own and all share one pool; a collector that fails is started again with growing pauses and
stops none of the others. A new plan file is a new collector, a removed one ends it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from adapters.backoff import Backoff
from energy.base.clock import wait
from energy.base.errors import EnergyError
from energy.journal.ingest import Accepted, Ingest
from energy.journal.noted import Notes
from energy.metering.note import Note
from energy.metering.reading import SpooledBatch
from energy.store.errors import DATABASE_AWAY
from energy.store.sites import Site, UnknownSiteError, the_site
from energy.system import System
from processes.collect_board import CollectBoard
from processes.collector_hold import Hold, Pressure, limits_of, pressure_of, store_dir_of
from processes.collector_plan import CollectPlan, PlanError
from processes.plan_keeper import PlanKeeper
from processes.plan_watch import PlanInboxes, collector_runs, follow_plan

SPOOL_FILE = "spool.sqlite"
LOOK_S = 1.0
"""Time between two looks for new plans. [s]"""
GRACE_S = 9.0
"""Longest wait for the collectors at the end: they drain their spools. [s]"""
Collect = Callable[[CollectPlan, Path, threading.Event], None]
"""Collects by a plan, with a folder for the spool, until its event is set."""
_log = structlog.get_logger("collect")


class LateDoor:
    """The door of the journal, opened at the first batch: the database may be away till then."""

    def __init__(self, system: System, site: str) -> None:
        """Remember where the door will be.

        Args:
            system: The process's parts.
            site: Site of the collect plan.
        """
        self._system = system
        self._key = site
        self._site: Site | None = None
        self._ingest: Ingest | None = None

    def site(self) -> Site:
        """Return the site of the plan.

        Raises:
            PlanError: The database holds other sites than the plan, or another is wanted.
            StoreError: The database cannot be reached.
        """
        if self._site is None:
            wanted = self._system.config.site or self._key
            try:
                site = the_site(self._system.database, wanted)
            except UnknownSiteError as error:
                raise PlanError([str(error)]) from error
            if site.key != self._key:
                raise PlanError([f"it is of site {self._key!r}, the database means {site.key!r}"])
            self._site = site
        return self._site

    def accept(self, batches: Sequence[SpooledBatch], /) -> Accepted:
        """Store what is new in one transaction.

        Raises:
            PlanError: The database holds other sites than the plan.
            StoreError: The database cannot be reached.
        """
        if self._ingest is None:
            system = self._system
            self._ingest = Ingest(system.database, self.site().schema, system.clock)
        return self._ingest.accept(batches)

    def take(self, notes: Sequence[Note], /) -> int:
        """Store what is new of a collector's notes in one transaction.

        Raises:
            PlanError: The database holds other sites than the plan.
            StoreError: The database cannot be reached.
        """
        system = self._system
        return Notes(system.database, self.site().schema, system.clock).take(notes)


def site_hold(system: System, door: LateDoor, site: str, spool_dir: Path) -> Hold:
    """Return the brake of a site's drain.

    Args:
        system: The process's parts.
        door: The site's door.
        site: The site's key.
        spool_dir: Folder of its spool.
    """
    store_dir = store_dir_of(system.config)

    def look() -> Pressure:
        try:
            schema = door.site().schema
        except (PlanError, *DATABASE_AWAY):
            return Pressure(position=None, head=None, store_free=None, spool_free=None)
        return pressure_of(system.database, schema, store_dir, spool_dir)

    return Hold(site, limits_of(system.config), look)


def take_over_spool(plans: Path, data_dir: Path) -> Path | None:
    """Give the spool of an installation that had one site the place it has among several.

    Args:
        plans: Folder of the plans of several sites; the plan of the one site lies beside it.
        data_dir: Folder of the spools.

    Returns:
        Where the spool is now; None when there was nothing to take over, or it may not be.
    """
    spool, single = data_dir / SPOOL_FILE, plans.with_name("plan.json")
    if not spool.exists():
        return None
    try:
        site = "" if collector_runs(single) else CollectPlan.load(single).site
    except PlanError:
        site = ""
    place = data_dir / site / SPOOL_FILE
    if not site or place.exists():
        _log.error(
            "spool.of_one_site",
            file=str(spool),
            next_step=f"move it to {data_dir}/<its site>/{SPOOL_FILE} while collect is stopped, so "
            "that what waits in it is brought",
        )
        return None
    place.parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("-wal", "", ".reserve"):  # the log goes first: alone it is harmless
        part = spool.with_name(spool.name + suffix)
        if part.exists():
            part.rename(place.with_name(part.name))
    _log.info("spool.moved", site=site, file=str(place))
    return place


@dataclass(slots=True)
class _Running:
    thread: threading.Thread
    ending: threading.Event = field(default_factory=threading.Event)


class SiteCollectors:
    """Keeps one collector running for each plan in a folder."""

    def __init__(
        self,
        plans: Path,
        data_dir: Path,
        collect: Collect,
        board: CollectBoard,
        inboxes: PlanInboxes | None = None,
        keeper: Callable[[str, Path], PlanKeeper] | None = None,
    ) -> None:
        """Prepare; nothing runs yet.

        Args:
            plans: Folder of the plans.
            data_dir: Folder of the spools, one folder a site in it.
            collect: Collects by one plan.
            board: Shows what fails.
            inboxes: Through which each site's collector takes another plan while it runs.
            keeper: Keeps a site's plan file up to its journal; None leaves it alone.
        """
        self._keeper = keeper
        self._inboxes = PlanInboxes() if inboxes is None else inboxes
        self._plans = plans
        self._data_dir = data_dir
        self._collect = collect
        self._board = board
        self._running: dict[str, _Running] = {}

    def run(self, stop: threading.Event) -> None:
        """Collect until stopped."""
        take_over_spool(self._plans, self._data_dir)
        while not stop.is_set():
            self._look()
            wait(LOOK_S, stop)
        for running in self._running.values():
            running.ending.set()
        for running in self._running.values():
            running.thread.join(timeout=GRACE_S)

    def _look(self) -> None:
        known = {path.stem: path for path in sorted(self._plans.glob("*.json"))}
        for site in set(self._running) - set(known):
            _log.info("plan.gone", site=site)
            self._running.pop(site).ending.set()
        for site, path in known.items():
            if site not in self._running:
                self._start(site, path)

    def _start(self, site: str, path: Path) -> None:
        ending = threading.Event()
        thread = threading.Thread(
            target=self._keep, args=(site, path, ending), name=f"collect-{site}", daemon=True
        )
        self._running[site] = _Running(thread, ending)
        thread.start()

    def _keep(self, site: str, path: Path, ending: threading.Event) -> None:
        """Collect for one site; start again what fails."""
        rest = Backoff(f"collect/{site}", first_s=1.0, most_s=60.0)
        if self._keeper is not None:
            self._keeper(site, path).start(ending)
        while not ending.is_set():
            try:
                follow_plan(
                    path,
                    lambda plan, end: self._collect(plan, self._data_dir / site, end),
                    ending,
                    self._inboxes.of(site),
                )
            except Exception as error:  # noqa: BLE001 - one site's trouble stops no other site
                self._board.fail(site, f"{type(error).__name__}: {error}")
                unexpected = None if isinstance(error, EnergyError) else error
                _log.error("collect.failed", site=site, cause=str(error), exc_info=unexpected)
                wait(rest.next_s(), ending)
