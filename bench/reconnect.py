"""In: thousands of meters whose connections drop at one instant. Out: how late others are. I/O.

The collector's own loop polls meters of two slaves: some each second, many at a longer interval.
The many lose their connections at once, as when a switch starts anew. Counted is how long after
its instant each poll of the others was over, and when the last of the many was back.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from adapters.poll import PolledSource, PollResult
from adapters.spool import Spool
from bench.ground import Ground
from bench.measure import Aim, Bench, Scale, Sides
from bench.modbus import PROFILE, host_of, slave, slave_to_drop
from energy.base.clock import SystemClock
from processes.collect_live import Live
from processes.collect_slots import phase_s
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, SourcePlan
from processes.collector_sources import Sources

STEADY = 50
"""Meters that are polled each second and keep their connections."""
LONGEST_S = 90.0
"""Within this time everybody must be connected. [s]"""
QUANTITIES = ("active_energy_import", "active_power")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconnected:
    """What the drop did."""

    p99_s: float
    """Delay of the steady meters behind their instant. [s]"""
    worst_s: float
    """[s]"""
    polls: int
    """Polls of the steady meters from the drop until the last of the many was back."""
    missed: int
    """Slots of theirs that nobody asked for."""
    back_s: float
    """From the drop until the last one was read again. [s]"""


@dataclass(slots=True, eq=False)
class _Watched:
    """A source as the loop polls it; its successes are noted."""

    source: PolledSource
    phase_s: float
    clock: SystemClock
    slots: list[datetime] = field(default_factory=list)
    delays_s: list[float] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.source.key

    @property
    def channels(self) -> dict[int, str]:
        return self.source.channels

    async def poll(
        self, slot: datetime, *, points: Collection[str] | None = None, urgent: bool = False
    ) -> PollResult:
        result = await self.source.poll(slot, points=points, urgent=urgent)
        if len(result.columns):
            late_s = (self.clock.now() - slot).total_seconds()
            self.slots.append(slot)
            self.delays_s.append(late_s - self.phase_s)
        return result

    def close(self) -> None:
        self.source.close()

    def forget(self) -> None:
        """Count from now on."""
        self.slots.clear()
        self.delays_s.clear()


def _plan(steady_port: int, port: int, devices: int, interval_s: int) -> CollectPlan:
    names = [f"steady{n}" for n in range(STEADY)] + [f"m{n}" for n in range(devices)]
    return CollectPlan(
        site="bench",
        sources=tuple(
            SourcePlan(
                key=name,
                kind="modbus_tcp",
                host=host_of(number),
                port=steady_port if number < STEADY else port,
                interval_s=1 if number < STEADY else interval_s,
            )
            for number, name in enumerate(names)
        ),
        meters=tuple(
            MeterPlan(
                point=name,
                source=name,
                profile=PROFILE,
                address={"unit": 1},
                channels=tuple(
                    ChannelPlan(number=1 + number * len(QUANTITIES) + place, quantity=quantity)
                    for place, quantity in enumerate(QUANTITIES)
                ),
            )
            for number, name in enumerate(names)
        ),
    )


async def _until(reached: Callable[[], bool], clock: SystemClock) -> float:
    """Return how long it took until something is reached. [s]."""
    began = clock.now()
    while not reached():
        await asyncio.sleep(0.05)
        taken_s = (clock.now() - began).total_seconds()
        assert taken_s < LONGEST_S, "somebody is starved"
    return (clock.now() - began).total_seconds()


async def _story(
    sources: Sources, watched: list[_Watched], drop: Callable[[], None], rest_s: float
) -> Reconnected:
    steady, many = watched[:STEADY], watched[STEADY:]
    live = asyncio.ensure_future(Live(sources).run())
    clock = watched[0].clock
    try:
        await _until(lambda: all(each.slots for each in watched), clock)
        await asyncio.sleep(rest_s)
        for each in watched:
            each.forget()
        drop()
        back_s = await _until(lambda: all(each.slots for each in many), clock)
        await _until(lambda: all(each.slots for each in steady), clock)
    finally:
        live.cancel()
        await asyncio.wait({live})
        sources.close()
        await asyncio.sleep(0.1)  # the transports say farewell in the loop
    delays_s = [delay for each in steady for delay in each.delays_s]
    spans = [(e.slots[-1] - e.slots[0]).total_seconds() - len(e.slots) + 1 for e in steady]
    return Reconnected(
        p99_s=statistics.quantiles(delays_s, n=100)[-1],
        worst_s=max(delays_s),
        polls=len(delays_s),
        missed=round(sum(spans)),
        back_s=back_s,
    )


def reconnected(devices: int, interval_s: int) -> Reconnected:
    """Return what happens to others when many devices lose their connections at once.

    Args:
        devices: How many.
        interval_s: Between two polls of one of them. [s]
    """
    with (
        slave() as steady_port,
        slave_to_drop() as (port, drop),
        tempfile.TemporaryDirectory() as f,
    ):
        clock = SystemClock()
        plan = _plan(steady_port, port, devices, interval_s)
        spool = Spool(Path(f) / "spool.sqlite", clock)
        sources = Sources(plan, spool, clock)
        watched = [
            _Watched(
                source,
                phase_s(source.key, sources.intervals_s[source.key], len(plan.sources)),
                clock,
            )
            for source in sources.polled
        ]
        sources.polled = list(watched)
        try:
            return asyncio.run(_story(sources, watched, drop, interval_s / 2))
        finally:
            sources.close()
            spool.close()


@contextmanager
def reconnecting(_: Ground, scale: Scale) -> Iterator[Sides]:
    """Give the collector alone: there is nothing to compare it with."""
    interval_s = max(1, scale.reconnecting // 1_000)
    yield Sides(product=lambda: 1000 * reconnected(scale.reconnecting, interval_s).p99_s)


BENCHES = (
    Bench(
        name="reconnect-modbus",
        says="10,000 meters at 10 s lose their connections at once: p99 delay of 50 others at 1 s",
        unit="ms",
        prepare=reconnecting,
        aim=Aim.VALUE_AT_MOST,
        target=500.0,
        once=True,
    ),
)
