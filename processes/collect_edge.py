"""In: settings and a running collector. Out: what lets it live alone for weeks. I/O: threads.

The spool within its bound, the lease of each source between machines, the check of the clocks, and
a changed plan handed to the event loop that polls.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from energy.base.clock import wait
from processes.clock_watch import ClockWatch
from processes.collect_live import Live
from processes.collect_room import RoomKeeper, kinds_of
from processes.collector_drain import FLUSH_S, NoteDoor
from processes.collector_plan import CollectPlan, PlanError
from processes.collector_sources import Sources
from processes.heartbeat import Heartbeat
from processes.plan_watch import PlanInbox
from processes.source_lease import SourceLease

FOLLOW_S = 25.0
"""Longest wait until a changed plan is followed: polls under way end first. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What a collector has beside its plan."""

    bound: int = 0
    """Most bytes of its spool; 0 without one. [B]"""
    rate: int = 0
    """Of an old backlog on its way into the journal; 0 without a limit. [reading/s]"""
    flush_s: float = FLUSH_S
    """How long a reading waits for its batch to fill. [s]"""
    notes: NoteDoor | None = None
    """Where notes go."""
    inbox: PlanInbox | None = None
    """Through which a changed plan comes."""
    own_part: Callable[[CollectPlan], CollectPlan] = lambda plan: plan
    """What of a plan this machine collects."""
    lease: Callable[[Callable[[], list[str]]], SourceLease] | None = None
    """Makes the lease of the sources that a function names."""
    clocks: Callable[[Sources], ClockWatch] | None = None
    """Makes the check of the clocks."""


@dataclass(slots=True)
class EdgeParts:
    """What runs beside one collector."""

    sources: Sources
    stop: threading.Event
    room: RoomKeeper
    heartbeat: Heartbeat
    lease: SourceLease | None = None
    clocks: ClockWatch | None = None

    def go_live(self) -> None:
        """Begin what goes by the time of the day: in a play that is the simulator's."""
        self.heartbeat.begin(self.sources.spool.tell)
        if self.clocks is not None:
            self.clocks.start()

    def complaints(self) -> list[str]:
        """Return what a person must know, a sentence each; from any thread."""
        own = [*self.sources.complaints(), *self.room.complaints()]
        own += self.lease.complaints() if self.lease else []
        return own + (self.clocks.complaints() if self.clocks else [])

    def clock_facts(self) -> dict[str, object]:
        """Return what the last check of the clocks saw, as JSON values."""
        report = self.clocks.report if self.clocks else None
        return report.facts() if report else {}

    def may_ask(self, source: str) -> bool:
        """Return whether a source is ours to ask."""
        return self.lease is None or self.lease.is_ours(source)

    def taker(
        self, live: Live, edge: Edge, loop: asyncio.AbstractEventLoop
    ) -> Callable[[CollectPlan], None]:
        """Return what follows a changed plan, from another thread.

        Args:
            live: Polls the sources, in the loop.
            edge: Names our part of the plan.
            loop: The loop.
        """

        def take(plan: CollectPlan) -> None:
            own = edge.own_part(plan)
            following = asyncio.run_coroutine_threadsafe(live.follow(own), loop)
            for _ in range(round(FOLLOW_S / 0.05)):
                if following.done() or self.stop.is_set():
                    break
                wait(0.05)
            if not following.done():
                following.cancel()
                raise PlanError(["the collector is busy or ending and did not take it"])
            following.result()
            self.room.kinds, self.room.zone = kinds_of(plan), plan.zone

        return take


@contextmanager
def edge_parts(
    edge: Edge, sources: Sources, folder: Path, stop: threading.Event
) -> Iterator[EdgeParts]:
    """Run what a collector has beside its sources; it has ended afterwards.

    Args:
        edge: What it has.
        sources: What it polls and receives.
        folder: Folder of its spool.
        stop: Set when it is to end.
    """
    heartbeat = Heartbeat(folder, sources.clock)
    room = RoomKeeper(sources.spool, folder, kinds_of(sources.plan), each_look=heartbeat.beat)
    room.zone = sources.plan.zone
    parts = EdgeParts(sources, stop, room, heartbeat)
    with ExitStack() as after:
        parts.room.start()
        after.callback(parts.room.finish)
        if edge.lease is not None:
            parts.lease = edge.lease(lambda: [source.key for source in sources.polled])
            parts.lease.start()
            after.callback(parts.lease.finish)
        if edge.clocks is not None:
            parts.clocks = edge.clocks(sources)
            after.callback(parts.clocks.finish)
        yield parts
