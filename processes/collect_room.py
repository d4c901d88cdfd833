"""In: a spool with a bound. Out: the spool kept within it, thinner where it must. I/O: a thread.

From 90 % on gauges are thinned, the oldest first; from 98 % on, when that was not enough, counters
to the bounds of quarter-hours, then of hours: their totals stay exact. Interval values, states and
channels that the plan does not know are never thinned. What is thinned becomes a finding. Only a
spool that is full all the same refuses readings, whole slots, and says so.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from adapters.errors import SpoolError
from adapters.spool import Spool
from adapters.spool_thinning import COUNTERS, GAUGES, Rung
from energy.base.clock import monotonic_s
from processes.collector_plan import CollectPlan

GAUGES_AT, COUNTERS_AT, GOOD_AT = 0.90, 0.98, 0.85
"""Share of the room in use at which gauges and counters are thinned, and at which it is enough."""
LOOK_S = 1.0
"""Time between two looks. [s]"""
SEAL_S = 600.0
"""Least time between two sealings of what is open, to save room. [s]"""
WORTH = 64_000_000
"""A spool smaller than this leaves a full disk to whoever fills it. [B]"""
HOUR_S = 3600
_log = structlog.get_logger("collect.room")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How full a spool is."""

    used: int
    """[B]"""
    most: int
    """By its bound, and by what its disk still has; 0 means no limit is known. [B]"""

    @property
    def level(self) -> float:
        """Return the share in use."""
        return self.used / self.most if self.most else 0.0


def room_of(used: int, bound: int, free: int | None) -> Room:
    """Return how full a spool is.

    Args:
        used: In use by the spool. [B]
        bound: Its bound; 0 without one. [B]
        free: Free space of its disk; None when nobody knows. [B]
    """
    limits = [bound] if bound else []
    if free is not None and used >= WORTH:
        limits.append(used + free)
    return Room(used=used, most=min(limits, default=0))


def kinds_of(plan: CollectPlan) -> dict[int, str]:
    """Return the kind of each channel of a plan; empty text where an old plan does not tell."""
    return {channel.number: channel.kind for meter in plan.meters for channel in meter.channels}


def hour_shift_s(zone: str) -> int:
    """Return how far the hours of a zone are from those of UTC; 0 where nobody knows. [s].

    Usage is kept by the hours of the site: in India those of UTC end in their middle.
    """
    if not zone:
        return 0
    try:
        hours = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # an old machine, a new zone
        _log.error(
            "room.zone_unknown",
            zone=zone,
            cause=repr(error),
            next_step="update this machine's time zones (tzdata) and start the collector again; "
            "until then counters are thinned to the hours of UTC",
        )
        return 0
    seasons = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 7))
    offsets = {at.astimezone(hours).utcoffset() or timedelta() for at in seasons}
    shifts = {int(offset.total_seconds()) % HOUR_S for offset in offsets}
    return shifts.pop() if len(shifts) == 1 else 0  # one island changes by half an hour


class RoomKeeper:
    """Keeps one spool within its bound."""

    def __init__(
        self,
        spool: Spool,
        folder: Path,
        kinds: Mapping[int, str],
        *,
        each_look: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare; nothing runs yet.

        Args:
            spool: The spool.
            folder: A folder on its disk.
            kinds: Kind of each channel.
            each_look: Called at each look.
        """
        self._each_look = each_look
        self._spool = spool
        self._folder = folder
        self.kinds = kinds
        self._zone, self._shift_s = "", 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="room", daemon=True)
        self._sealed_s = -SEAL_S
        self.room = Room(used=0, most=0)
        """As of the last look."""
        self.thinned = 0
        """Readings thinned since the start."""

    @property
    def zone(self) -> str:
        """Return the zone of the site; empty where an old plan does not tell."""
        return self._zone

    @zone.setter
    def zone(self, zone: str) -> None:
        """Take the zone of a plan; one that this machine does not know is told here, once."""
        if zone != self._zone:
            self._zone, self._shift_s = zone, hour_shift_s(zone)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def finish(self) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join()

    def complaints(self) -> list[str]:
        """Return what a person must know, a sentence each."""
        level = self.room.level
        if level < GAUGES_AT:
            return []
        what = "gauges are thinned" if level < COUNTERS_AT else "counters are thinned, too"
        if level >= 1.0:
            what = "readings are refused"
        most = f"{self.room.most // 1_000_000:,} MB"
        next_step = "bring the database back, make room on the disk, or raise spool_mb"
        return [f"the spool has filled {level:.0%} of its {most}: {what}; {next_step}"]

    def keep(self) -> None:
        """Look once, and thin what must be thinned."""
        if self._look() < GAUGES_AT:
            return
        before = self.thinned
        self._thin(GAUGES)
        if self._look() >= GAUGES_AT and monotonic_s() - self._sealed_s >= SEAL_S:
            self._sealed_s = monotonic_s()
            self._spool.seal()
            self._thin(GAUGES)
        if self._look() >= COUNTERS_AT:
            self._thin(COUNTERS)
        if self.thinned > before:
            _log.warning(
                "spool.thinned",
                readings=self.thinned - before,
                level=round(self.room.level, 3),
                next_step="bring the database back or raise spool_mb; findings tell what is gone",
            )

    def _look(self) -> float:
        waiting = self._spool.backlog()
        self.room = room_of(waiting.used, waiting.bound, _free(self._folder))
        return self.room.level

    def _thin(self, rungs: Sequence[Rung]) -> None:
        for each in rungs:
            rung = replace(each, shift_s=self._shift_s)
            while self._look() > GOOD_AT and not self._stop.is_set():
                done = self._spool.thin(rung, self.kinds)
                self.thinned += done.readings
                if done.batches == 0:
                    break

    def _run(self) -> None:
        told: dict[str, str] = {}
        while not self._stop.wait(LOOK_S):
            for name, step in (("heartbeat", self._each_look), ("room", self.keep)):
                fault, cause = _met(step)
                if fault and told.get(name) != fault:
                    _log.error(fault, step=name, cause=cause)
                told[name] = fault


def _met(step: Callable[[], None]) -> tuple[str, str]:
    """Return code and cause of what went wrong in a step; two empty texts when nothing did."""
    try:
        step()
    except SpoolError as error:
        return error.code, str(error)
    except Exception as error:  # noqa: BLE001 - without the room's thread the spool fills unseen
        return "room.look_failed", repr(error)
    return "", ""


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
