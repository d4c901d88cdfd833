"""In: the registry of a site. Out: the plan's file beside the collector kept up to it. I/O.

What is commissioned, replaced, retired or given another interval in the journal reaches a running
collector through its plan's file: also on a small box whose technician works elsewhere. The file
is what a box without contact starts from. Only a change in the registry is written: a technician
who is just exchanging a meter has published a plan of his own. It stands until the journal
changes, or until nobody has touched it for longer than any command lasts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from energy.base.errors import EnergyError
from energy.store.errors import DATABASE_AWAY
from processes.collector_plan import CollectPlan, PlanError

LOOK_S = 5.0
"""Time between two looks into the registry. [s]"""
FORGOTTEN_S = 4500.0
"""A plan that differs from the journal for so long was left by a command that died: a technician
watches an hour at most. [s]"""
_log = structlog.get_logger("collect")


class PlanKeeper:
    """Keeps one plan's file up to the journal."""

    def __init__(self, path: Path, fetch: Callable[[], CollectPlan]) -> None:
        """Prepare; nothing is read yet.

        Args:
            path: The plan's file.
            fetch: Reads the plan of the registry.
        """
        self._path = path
        self._fetch = fetch
        self._known: CollectPlan | None = None
        self._stamp, self._seen = 0, 0

    def start(self, stop: threading.Event) -> None:
        """Look until stopped; nobody waits for the end, for the database may be away.

        Args:
            stop: Set to end.
        """
        threading.Thread(target=self._run, args=(stop,), name="plan-keeper", daemon=True).start()

    def look(self) -> bool:
        """Look once; returns whether the file was written."""
        try:
            plan = self._fetch()
        except (EnergyError, *DATABASE_AWAY):
            return False  # no contact, or a registry that makes no plan: the last one stands
        if plan == self._known and not self._forgotten():
            return False
        self._known = plan
        if plan == self._held():
            return False
        plan.save(self._path)
        _log.info("plan.of_journal", plan=str(self._path), sources=len(plan.sources))
        return True

    def _forgotten(self) -> bool:
        """Return whether nobody has written the file for so long that it is worth a comparison."""
        try:
            stamp = self._path.stat().st_mtime_ns
        except OSError:
            return True
        self._seen = self._seen + 1 if stamp == self._stamp else 0
        self._stamp = stamp
        if self._seen * LOOK_S < FORGOTTEN_S:
            return False
        self._seen = 0
        return True

    def _held(self) -> CollectPlan | None:
        try:
            return CollectPlan.load(self._path)
        except PlanError:
            return None

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_S):
            self.look()
