"""In: a collect plan's file. Out: a collector that follows it, and the word that it does. I/O.

Beside the plan lies `<plan>.taken`: locked while a collector runs, its content the SHA-256 of the
plan in force. So whoever changes the plan (a technician who replaces a meter) knows when the old
one is no longer asked, and that nobody waits when no collector runs.
"""

from __future__ import annotations

import fcntl
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

import structlog

from energy.base.clock import monotonic_s, wait
from energy.base.errors import EnergyError, RefusedError
from processes.collector_plan import CollectPlan

LOOK_S = 0.2
"""Time between two looks at the file. [s]"""
PATIENCE_S = 30.0
"""Longest wait for a running collector to take a plan: it drains its spool first. [s]"""
_log = structlog.get_logger("collect")


class PlanNotTakenError(RefusedError):
    """A running collector does not take the new plan."""

    code = "collect.plan_not_taken"

    def __init__(self, path: Path, waited_s: float) -> None:
        """Name the plan and what to look at."""
        super().__init__(
            f"The collector has not taken {path} within {waited_s:.0f} s. Look at its log; "
            "nothing was written to the journal."
        )


class PlanInbox:
    """Through which a running collector takes a changed plan without being started anew."""

    def __init__(self) -> None:
        """Begin without a taker."""
        self._taker: Callable[[CollectPlan], None] | None = None

    def open(self, taker: Callable[[CollectPlan], None]) -> None:
        """Let a collector take plans from here on.

        Args:
            taker: Follows a plan, or raises EnergyError and goes on with the one before.
        """
        self._taker = taker

    def close(self) -> None:
        """Let nobody take plans any more."""
        self._taker = None

    def offer(self, plan: CollectPlan) -> bool:
        """Give a plan to the collector; returns False when it must be started anew with it.

        Raises:
            EnergyError: The plan cannot be followed.
        """
        taker = self._taker
        if taker is None:
            return False
        taker(plan)
        return True


class PlanInboxes:
    """The inbox of each site's collector in one process."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lock = threading.Lock()
        self._known: dict[str, PlanInbox] = {}

    def of(self, site: str) -> PlanInbox:
        """Return the inbox of a site, made if absent."""
        with self._lock:
            return self._known.setdefault(site, PlanInbox())


def taken_file(plan: Path) -> Path:
    """Return the file beside a plan that tells which plan is in force."""
    return plan.with_name(plan.name + ".taken")


def follow_plan(
    path: Path,
    collect: Callable[[CollectPlan, threading.Event], None],
    stop: threading.Event,
    inbox: PlanInbox | None = None,
) -> None:
    """Collect by the plan in a file, and follow it whenever the file holds another one.

    Args:
        path: The plan.
        collect: Collects by a plan until its event is set.
        stop: Ends everything.
        inbox: Through which the collector takes another plan while it runs; None, or nobody
            there: it ends and begins anew.

    Raises:
        PlanError: The first plan is none; a broken later one is logged and not taken.
    """
    with taken_file(path).open("a+", encoding="utf-8") as told:
        while not stop.is_set():
            digest = _digest(path)
            plan = CollectPlan.load(path)
            _tell(told, digest)
            ending = threading.Event()
            watcher = threading.Thread(
                target=_watch,
                args=(path, digest, told, ending, stop, inbox or PlanInbox()),
                name="plan",
                daemon=True,
            )
            watcher.start()
            try:
                collect(plan, ending)
            finally:
                ending.set()
                watcher.join()


def _watch(
    path: Path,
    digest: str,
    told: IO[str],
    ending: threading.Event,
    stop: threading.Event,
    inbox: PlanInbox,
) -> None:
    refused = ""
    while not ending.wait(LOOK_S):
        _tell(told, digest)  # a collector that was just ending may have held the lock
        if stop.is_set():
            ending.set()
            return
        found = _digest(path)
        if found in {digest, refused, ""}:
            continue
        try:
            taken = inbox.offer(CollectPlan.load(path))
        except EnergyError as error:
            refused = found
            _log.error(error.code, cause=str(error))
            continue
        _log.info("plan.changed", plan=str(path), begins_anew=not taken)
        if not taken:
            ending.set()
            return
        digest = found
        _tell(told, digest)


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _tell(told: IO[str], digest: str) -> None:
    """Write which plan is in force, once the lock is ours; a second collector tells nothing."""
    try:
        fcntl.flock(told, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    told.seek(0)
    if told.read() != digest:
        told.seek(0)
        told.truncate()
        told.write(digest)
        told.flush()


def publish_plan(path: Path, plan: CollectPlan, *, patience_s: float = PATIENCE_S) -> bool:
    """Write a plan and wait until the collector that runs has taken it.

    Args:
        path: Where the collector looks.
        plan: The plan.
        patience_s: Longest wait. [s]

    Returns:
        Whether a collector took it; False when none runs.

    Raises:
        PlanNotTakenError: One runs and did not take it in time.
    """
    plan.save(path)
    digest = _digest(path)
    until_s = monotonic_s() + patience_s
    while monotonic_s() < until_s:
        if not collector_runs(path):
            return False
        if taken_file(path).read_text("utf-8") == digest:
            return True
        wait(0.05)
    raise PlanNotTakenError(path, patience_s)


def collector_runs(path: Path) -> bool:
    """Return whether a collector follows a plan's file now."""
    try:
        with taken_file(path).open("r", encoding="utf-8") as told:
            fcntl.flock(told, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
