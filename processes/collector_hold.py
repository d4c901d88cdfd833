"""In: lag of the views and free space of disks. Out: whether the spool holds, and why. Reads both.

The journal is the safe place, so readings go there as long as they can. They wait in the spool
only while going on would do harm: the views are at work and too far behind (bringing more makes
every screen older), or the database's disk is near full (a full one stops the whole site). Views
that stand still hold nothing: nobody knows when they move again. A spool whose own disk is near
full outranks the views' lag: what the spool cannot take is lost to it. Counters are never thinned.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog

from energy.base.clock import monotonic_s
from energy.base.config import Config
from energy.store.errors import DATABASE_AWAY
from energy.store.pool import Database
from energy.system import embedded_of
from energy.views.progress import read_lags
from energy.views.worker import METERING_VIEWS

LOOK_S = 1.0
"""Time between two looks. [s]"""
STILL_S = 30.0
"""Views that have not moved for this long stand still. [s]"""
VIEWS_LAG, STORE_DISK, SPOOL_DISK = "views.lag", "store.disk", "spool.disk"
REASONS = (VIEWS_LAG, STORE_DISK)
"""Why a spool may hold."""
_MB = 1_000_000
_log = structlog.get_logger("collect.hold")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure:
    """What one look saw."""

    position: int | None
    """Position of the metering views; None when it could not be read."""
    head: int | None
    """Last position of the metering journal; None when it could not be read."""
    store_free: int | None
    """Free space of the database's disk; None when nobody watches it. [B]"""
    spool_free: int | None
    """Free space of the spool's disk. [B]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLimits:
    """From when on a spool holds; it goes on at half the lag, or half as much space again."""

    lag_s: float
    """Longest lag of the views; 0 never holds. [s]"""
    disk_free: int
    """Least free space of a disk; 0 never holds. [B]"""


@dataclass(slots=True)
class LagWatch:
    """Turns positions seen now and then into the age of what is not folded yet.

    Ages are measured here: neither a play's clock nor another machine's says how long a reading
    has really waited.
    """

    seen: deque[tuple[float, int]] = field(default_factory=deque)
    """Instants [s] and heads, oldest first; only heads that the views have not reached."""
    position: int = -1
    moved_s: float = 0.0

    def see(self, position: int, head: int, now_s: float) -> None:
        """Take in one look.

        Args:
            position: Of the views.
            head: Of the journal.
            now_s: Monotonic instant of the look. [s]
        """
        if position != self.position:
            self.position, self.moved_s = position, now_s
        while self.seen and self.seen[0][1] <= position:
            self.seen.popleft()
        if head > position and (not self.seen or self.seen[-1][1] < head):
            self.seen.append((now_s, head))

    def lag_s(self, now_s: float) -> float:
        """Return the age of the oldest entry not folded, as far as it was watched. [s]."""
        return now_s - self.seen[0][0] if self.seen else 0.0

    def stands_still(self, now_s: float) -> bool:
        """Return whether the views have not moved for long although there is work."""
        return bool(self.seen) and now_s - max(self.moved_s, self.seen[0][0]) > STILL_S


class HoldRule:
    """Decides by limits and what was held before; no I/O."""

    def __init__(self, limits: HoldLimits) -> None:
        """Hold nothing yet."""
        self._limits = limits
        self._watch = LagWatch()
        self._low: set[str] = set()
        self.reasons: tuple[str, ...] = ()
        """Why the spool holds, of REASONS; empty when it goes on."""
        self.lag_s = 0.0
        """Lag of the views at the last look. [s]"""

    @property
    def spool_low(self) -> bool:
        """Return whether the spool's own disk is near full."""
        return SPOOL_DISK in self._low

    def look(self, pressure: Pressure, now_s: float) -> tuple[str, ...]:
        """Return why the spool holds after one more look.

        Args:
            pressure: What the look saw.
            now_s: Monotonic instant of the look. [s]
        """
        self._disk(STORE_DISK, pressure.store_free)
        self._disk(SPOOL_DISK, pressure.spool_free)
        reasons = [STORE_DISK] if STORE_DISK in self._low else []
        if self._lagging(pressure, now_s) and not self.spool_low:
            reasons.append(VIEWS_LAG)
        self.reasons = tuple(reasons)
        return self.reasons

    def _disk(self, name: str, free: int | None) -> None:
        least = self._limits.disk_free
        if name in self._low:
            least += least // 2
        if free is not None and free < least:
            self._low.add(name)
        else:
            self._low.discard(name)

    def _lagging(self, pressure: Pressure, now_s: float) -> bool:
        if pressure.position is not None and pressure.head is not None:
            self._watch.see(pressure.position, pressure.head, now_s)
        self.lag_s = self._watch.lag_s(now_s)
        if not self._limits.lag_s or self._watch.stands_still(now_s):
            return False
        held = VIEWS_LAG in self.reasons
        return self.lag_s > self._limits.lag_s / (2 if held else 1)


class Brake(Protocol):
    """What a drain asks before it brings anything."""

    def holds(self) -> tuple[str, ...]:
        """Return why to wait; empty to go on."""
        ...


class Hold:
    """The brake of one site's drain: looks at most once a second."""

    def __init__(
        self,
        site: str,
        limits: HoldLimits,
        look: Callable[[], Pressure],
        *,
        monotonic: Callable[[], float] = monotonic_s,
    ) -> None:
        """Prepare.

        Args:
            site: For the log.
            limits: From when on to hold.
            look: Reads lag and disks.
            monotonic: Tells durations. [s]
        """
        self._site = site
        self._look = look
        self._monotonic = monotonic
        self._due_s = 0.0
        self.rule = HoldRule(limits)

    def holds(self) -> tuple[str, ...]:
        """Return why the spool holds; empty when it goes on."""
        now_s = self._monotonic()
        if now_s < self._due_s:
            return self.rule.reasons
        self._due_s = now_s + LOOK_S
        before = self.rule.reasons
        reasons = self.rule.look(self._look(), now_s)
        if reasons and reasons != before:
            _log.warning(
                "spool.holds",
                site=self._site,
                reasons=list(reasons),
                lag_s=round(self.rule.lag_s, 1),
                next_step="no reading is lost; free the database's disk, or let `project` catch up",
            )
        elif before and not reasons:
            _log.info("spool.goes_on", site=self._site)
        return reasons


def limits_of(config: Config) -> HoldLimits:
    """Return the limits that the settings give."""
    return HoldLimits(lag_s=config.hold_lag_s, disk_free=config.hold_disk_mb * _MB)


def store_dir_of(config: Config) -> Path | None:
    """Return a folder on the database's disk, or None when nobody can watch it."""
    if config.store_dir:
        return Path(config.store_dir)
    return None if config.dsn else embedded_of(config).settings.data_dir


def pressure_of(
    database: Database, schema: str, store_dir: Path | None, spool_dir: Path
) -> Pressure:
    """Return how far the views of a site are behind and what the disks have left.

    Args:
        database: The process's pool.
        schema: The site's schema.
        store_dir: Folder on the database's disk.
        spool_dir: Folder of the spool.
    """
    try:
        lag = {lag.follower: lag for lag in read_lags(database, schema)}.get(METERING_VIEWS)
    except DATABASE_AWAY:
        lag = None
    return Pressure(
        position=lag.position if lag else None,
        head=lag.head if lag else None,
        store_free=_free(store_dir),
        spool_free=_free(spool_dir),
    )


def _free(folder: Path | None) -> int | None:
    try:
        return None if folder is None else shutil.disk_usage(folder).free
    except OSError:
        return None
