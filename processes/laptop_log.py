"""In: the pack's plan, meters that answer. Out: their readings in the laptop's spool. I/O.

For days when nothing else polls: a meter under test, a bus whose collector is away. The readings
bear the laptop's own source epoch and are brought in with `field sync`, each once.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.poll import PolledSource, PollResult
from adapters.spool import Spool
from adapters.spool_rows import SpoolPart
from energy.base.clock import Clock, to_us, wait
from energy.metering.source_facts import BACNET, OPCUA
from processes.collect_slots import slot_of
from processes.collector_plan import CollectPlan
from processes.collector_sources import framed_sources, modbus_sources
from processes.laptop_errors import LaptopError
from processes.laptop_served import Served

MOST_OCTETS = 512 * 1024 * 1024
"""Largest spool of a laptop: some 100 million readings."""
LONGEST_WAIT_S = 1.0
SET_BACK = timedelta(minutes=2)
"""A clock this far before the newest reading was set: it would log nothing until then."""


class LogError(LaptopError):
    """Nothing can be logged."""

    code = "laptop.log"


@dataclass(slots=True)
class Logged:
    """What was logged so far."""

    slots: int = 0
    readings: int = 0
    failures: int = 0
    last_failure: str = ""


class LaptopLog:
    """Polls the meters of a plan and spools what they answer."""

    def __init__(
        self,
        plan: CollectPlan,
        spool: Spool,
        clock: Clock,
        *,
        every_s: int,
        logged: Logged | None = None,
    ) -> None:
        """Take up a plan; nothing is opened yet.

        Args:
            plan: Of the sources and meters to be asked.
            spool: The laptop's own.
            clock: The laptop's clock.
            every_s: Seconds between two readings. [s]
            logged: Counts on; None begins at nothing.

        Raises:
            LogError: The plan has no meter that can be asked.
        """
        slow = tuple(replace(source, interval_s=every_s) for source in plan.sources)
        own = replace(plan, sources=tuple(s for s in slow if s.kind not in {BACNET, OPCUA}))
        self._sources: list[PolledSource] = [
            *modbus_sources(own, clock),
            *framed_sources(own, clock),
        ]
        if not any(source.channels for source in self._sources):
            raise LogError.of("nothing_to_log")
        self._spool, self._clock, self._every_s = spool, clock, every_s
        self._done = spool.safe_slot()  # a slot whose readings are stored is never asked for again
        self.logged = Logged() if logged is None else logged
        self._runner = asyncio.Runner()

    def run(
        self,
        stop: threading.Event,
        until: datetime | None = None,
        *,
        stale: Callable[[], bool] = lambda: False,
    ) -> Logged:
        """Log until told to stop, until an instant, or until the plan is no longer the laptop's.

        Raises:
            LogError: The clock stands before what is logged already.
            SpoolFullError: The disk is full, or the spool has grown to its bound; what was stored
                stays.
        """
        while not stop.is_set():
            now = self._clock.now()
            if (until is not None and now >= until) or stale():
                break
            if self._done is not None and self._done - now > SET_BACK:
                raise LogError.of("log_ahead", at=_told(self._done), now=_told(now))
            slot = slot_of(now, self._every_s)
            if self._done is None or slot > self._done:
                self.poll(slot)
                continue
            ahead = slot + timedelta(seconds=self._every_s) - now
            wait(min(LONGEST_WAIT_S, max(0.001, ahead / timedelta(seconds=1))), stop)
        return self.logged

    def poll(self, slot: datetime) -> None:
        """Ask every meter for a slot and store what they answer, before anything else is done.

        Raises:
            SpoolFullError: No room; nothing of the slot was stored.
        """
        results = self._runner.run(self._asked(slot))
        parts = [
            SpoolPart(source=source.key, columns=result.columns)
            for source, result in zip(self._sources, results, strict=True)
            if len(result.columns)
        ]
        self.logged.readings += self._spool.append_many(parts, safe_slot=slot)
        self._note(results)
        self._done = slot
        self.logged.slots += 1

    def close(self) -> None:
        """Close every connection."""
        self._runner.run(self._closed())
        self._runner.close()

    async def _asked(self, slot: datetime) -> list[PollResult]:
        return await asyncio.gather(*(s.poll(slot) for s in self._sources))

    async def _closed(self) -> None:
        for source in self._sources:
            source.close()

    def _note(self, results: Collection[PollResult]) -> None:
        failures = [failure for result in results for failure in result.failures]
        self.logged.failures += len(failures)
        if failures:
            self.logged.last_failure = f"{failures[-1].point}: {failures[-1].message}"


def served_by(plan: CollectPlan, now: datetime) -> list[Served]:
    """Return which meters are asked for their channels from now on."""
    return [
        Served(channel=channel.number, since_us=to_us(now), serial=meter.serial)
        for meter in plan.meters
        for channel in meter.channels
        if meter.serial
    ]


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def plan_of_points(plan: CollectPlan, points: Collection[str]) -> CollectPlan:
    """Return a plan of some points only; of all when none is named.

    Raises:
        LogError: No meter serves a point.
    """
    known = {meter.point for meter in plan.meters}
    for point in points:
        if point not in known:
            raise LogError.of("point_not_served", point=point)
    meters = tuple(m for m in plan.meters if not points or m.point in points)
    keys = {meter.source for meter in meters}
    sources = tuple(source for source in plan.sources if source.key in keys)
    return CollectPlan(site=plan.site, sources=sources, meters=meters, zone=plan.zone)
