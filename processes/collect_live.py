"""In: sources and the wall clock. Out: their readings in the spool, slot after slot. I/O.

One look at the clock serves all sources; each is asked at its own phase of the slot and not again
before what it gave is safe.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial

import structlog

from adapters.poll import PolledSource
from adapters.spool_rows import SpoolPart
from energy.base.clock import monotonic_s
from processes.collect_commit import Committer
from processes.collect_missed import MissedSlots
from processes.collect_slots import Due, Timetable, delay_s, phase_s
from processes.collector_plan import CollectPlan
from processes.collector_renewal import prepare, renew
from processes.collector_sources import Sources
from processes.open_files import room_for
from processes.plan_changes import changed

TICK_S = 0.2
"""Longest time between two looks at the clock: it may be set. [s]"""
REST_S = 0.05
"""Time between two looks whether a bus is renewed. [s]"""
YOUNG_OBJECTS = 20_000
"""New objects after which the garbage collector looks: a thousand polls under way at once are not
looked through a hundred times a second, for a tenth of the processor time."""
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
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


class Live:
    """Polls every source at its slots."""

    def __init__(self, sources: Sources, may_ask: Callable[[str], bool] = lambda _: True) -> None:
        """Prepare.

        Args:
            sources: What is polled, and where it goes.
            may_ask: Tells whether a source is ours to ask.
        """
        self._sources = sources
        self._may_ask = may_ask
        self._committer = Committer(sources)
        self._table = Timetable()
        self._polled: dict[str, PolledSource] = {s.key: s for s in sources.polled}
        number = len(self._polled)
        self._phases_s = {
            key: phase_s(key, sources.intervals_s[key], number) for key in self._polled
        }
        self._missed = MissedSlots()
        self._polling: dict[str, asyncio.Task[None]] = {}
        self._resting: set[str] = set()
        self._is_over = False

    async def follow(self, plan: CollectPlan) -> None:
        """Follow a changed plan; sources whose bus it does not touch miss nothing.

        A source that goes on under its key keeps its slots: none is asked for twice.

        Args:
            plan: The next plan of the site.

        Raises:
            EnergyError: The plan cannot be followed; the one before stays in force.
        """
        change = changed(self._sources.plan, plan)
        if change.is_nothing:
            return
        renewal = prepare(self._sources, change)
        self._resting |= change.gone
        try:
            ending = [self._polling[key] for key in change.gone if key in self._polling]
            if ending:
                await asyncio.wait(ending)
                await self._committer.settled()  # and so their slots are released
            before = dict(self._sources.intervals_s)
            renew(self._sources, renewal, plan)
            self._take_up(change.gone, renewal.polled, before)
        finally:
            self._resting -= change.gone

    def _take_up(
        self, gone: Collection[str], fresh: Sequence[PolledSource], before: Mapping[str, int]
    ) -> None:
        now, intervals_s = self._sources.clock.now(), self._sources.intervals_s
        keys = {source.key for source in fresh}
        for key in gone:
            self._polled.pop(key, None)
            if key not in keys or before.get(key) != intervals_s[key]:
                self._table.forget(key)
        self._polled |= {source.key: source for source in fresh}
        for key in keys:
            self._phases_s[key] = phase_s(key, intervals_s[key], len(self._polled))
            if not self._table.knows(key):
                self._table.add(key, intervals_s[key], now)
        settle_memory()

    async def run(self) -> None:
        """Poll until cancelled."""
        now = self._sources.clock.now()
        for key in self._polled:
            self._table.add(key, self._sources.intervals_s[key], now)
        settle_memory()
        lacking = room_for(self._connections())
        if lacking is not None:
            _log.error("collect.too_many_files", cause=lacking)
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._committer.run())
            group.create_task(self._save())
            while True:
                now = self._sources.clock.now()
                for wait_s, dues in self._by_delay(now).items():
                    loop.call_later(wait_s, self._begin, group, dues)
                self._tell_missed()
                if self._table.set_back_s:
                    _log.warning("collect.clock_set_back", by_s=self._table.set_back_s)
                wait_s = self._table.wait_s(self._sources.clock.now())
                try:
                    await asyncio.sleep(min(TICK_S, max(0.001, wait_s)))
                except asyncio.CancelledError:
                    self._is_over = True
                    self._tell_missed(at_once=True)
                    raise

    def _connections(self) -> int:
        """Return how many connections polls may have open, one a source that is no Modbus bus."""
        widths = {id(source.bus): source.bus.width for source in self._sources.modbus}
        return sum(widths.values()) + len(self._polled) - len(self._sources.modbus)

    def _by_delay(self, now: datetime) -> dict[float, list[Due]]:
        """Return what is due, by the time that it still waits. [s]."""
        delays: dict[float, list[Due]] = {}
        for due in self._table.take(now):
            self._missed.note(due)
            late_s = (now - due.slot).total_seconds()
            wait_s = delay_s(self._phases_s[due.key], late_s)
            delays.setdefault(wait_s, []).append(due)
        return delays

    def _begin(self, group: asyncio.TaskGroup, dues: Sequence[Due]) -> None:
        resting: list[Due] = []
        for due in () if self._is_over else dues:
            if due.key in self._resting:
                resting.append(due)
            elif due.key not in self._polled:
                continue
            elif not self._may_ask(due.key):
                self._table.release(due.key)
            else:
                self._polling[due.key] = group.create_task(self._poll(due))
        if resting:  # their bus is being renewed: a moment later
            asyncio.get_running_loop().call_later(REST_S, self._begin, group, resting)

    async def _poll(self, due: Due) -> None:
        """Poll one source for one slot, and have what it gave stored before its next one."""
        source = self._polled[due.key]
        result = await source.poll(due.slot)
        self._sources.note(source, result)
        if len(result.columns):
            part = SpoolPart(source=due.key, columns=result.columns)
            self._committer.bring(part, partial(self._table.release, due.key))
        else:
            self._table.release(due.key)

    def _tell_missed(self, *, at_once: bool = False) -> None:
        told = self._missed.told(monotonic_s(), at_once=at_once)
        if told is not None:
            _log.warning(
                "collect.slots_missed",
                **told,
                next_step="do the buses answer slowly, or has this machine other work? "
                "see `field health`; a longer interval_s asks less",
            )

    async def _save(self) -> None:
        while True:
            await asyncio.sleep(SAVE_S)
            await asyncio.to_thread(self._sources.learned.save)
            await asyncio.to_thread(self._sources.findings.tell)
