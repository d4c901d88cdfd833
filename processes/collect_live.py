"""In: sources and the wall clock. Out: their readings in the spool, slot after slot. I/O.

One look at the clock serves all sources; each is asked at its own phase of the slot and not again
before what it gave is safe.
"""

from __future__ import annotations

import asyncio
import gc

import structlog

from adapters.poll import PolledSource
from adapters.spool_rows import SpoolPart
from processes.collect_commit import Committer
from processes.collect_slots import Due, Timetable, phase_s
from processes.collector_sources import Sources

TICK_S = 0.2
"""Longest time between two looks at the clock: it may be set. [s]"""
SAVE_S = 10.0
"""Time between two savings of what devices have taught. [s]"""

_log = structlog.get_logger("collect")


def settle_memory() -> None:
    """Take what a plan has built out of the garbage collector's rounds: it stays.

    The collector looks through a thousand meters' plans again and again otherwise, for a fifth of
    the processor time. A later plan takes the place of this one: it is looked through once then.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


class Live:
    """Polls every source at its slots."""

    def __init__(self, sources: Sources) -> None:
        """Prepare.

        Args:
            sources: What is polled, and where it goes.
        """
        self._sources = sources
        self._committer = Committer(sources)
        self._table = Timetable()
        self._polled: dict[str, PolledSource] = {s.key: s for s in sources.polled}
        number = len(self._polled)
        self._phases_s = {
            key: phase_s(key, sources.intervals_s[key], number) for key in self._polled
        }
        self._is_over = False

    async def run(self) -> None:
        """Poll until cancelled."""
        now = self._sources.clock.now()
        for key in self._polled:
            self._table.add(key, self._sources.intervals_s[key], now)
        settle_memory()
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._committer.run())
            group.create_task(self._save())
            while True:
                now = self._sources.clock.now()
                for due in self._table.take(now):
                    loop.call_later(self._phases_s[due.key], self._begin, group, due)
                if self._table.set_back_s:
                    _log.warning("collect.clock_set_back", by_s=self._table.set_back_s)
                wait_s = self._table.wait_s(self._sources.clock.now())
                try:
                    await asyncio.sleep(min(TICK_S, max(0.001, wait_s)))
                except asyncio.CancelledError:
                    self._is_over = True
                    raise

    def _begin(self, group: asyncio.TaskGroup, due: Due) -> None:
        if not self._is_over:
            group.create_task(self._poll(due))

    async def _poll(self, due: Due) -> None:
        """Poll one source for one slot, and have what it gave stored."""
        source = self._polled[due.key]
        if due.missed:
            _log.warning(
                "collect.slots_missed", source=due.key, slots=due.missed, now=str(due.slot)
            )
        result = await source.poll(due.slot)
        self._sources.note(source, result)
        if len(result.columns):
            await self._committer.store(SpoolPart(source=due.key, columns=result.columns))
        self._table.release(due.key)

    async def _save(self) -> None:
        while True:
            await asyncio.sleep(SAVE_S)
            await asyncio.to_thread(self._sources.learned.save)
            await asyncio.to_thread(self._sources.findings.tell)
