"""In: a port of meters. Out: their readings in the journal, and when each crossing passed. I/O.

The collector's own parts in a process of their own: slots, client, spool, drain, and what tells
how devices answer. Spool and door note the instants of crossings; printed as JSON at the end of
the input.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from adapters.spool import Spool
from adapters.spool_rows import RefusedMessage, SpoolPart
from bench.chain.place import LOAD, SITE, channel_of, collect_plan, meter_of
from energy.base.clock import Clock, from_us
from energy.journal.ingest import Accepted, Ingest
from energy.metering.reading import SpooledBatch
from energy.system import WRITER, build
from processes.collect_live import Live
from processes.collector_drain import Drain
from processes.collector_sources import Sources
from processes.communication_report import CommunicationReport
from processes.life import log_to_stderr

HIGH_COUNTS = 20_000
"""Counts of the load's channel that are a crossing; the resolution is 0.1 W."""


@dataclass(slots=True)
class Stamps:
    """When crossings of the meters' own rules were on disk and in the journal, by meter."""

    at: dict[int, str] = field(default_factory=dict)
    spooled: dict[int, str] = field(default_factory=dict)
    offered: dict[int, str] = field(default_factory=dict)
    journaled: dict[int, str] = field(default_factory=dict)
    readings: int = 0
    batches: int = 0
    accepts: int = 0


class StampedSpool(Spool):
    """Notes when the first reading of a crossing was on disk."""

    stamps: Stamps

    def append_many(
        self,
        parts: Sequence[SpoolPart],
        *,
        refused: Sequence[RefusedMessage] = (),
        safe_slot: datetime | None = None,
    ) -> int:
        """Store as ever; note crossings after the commit."""
        stored = super().append_many(parts, refused=refused, safe_slot=safe_slot)
        now = self._clock.now().isoformat()
        self.stamps.readings += stored
        for part in parts:
            if not len(part.columns):
                continue
            meter = meter_of(int(part.columns.channel[0]))
            mine = part.columns.channel == channel_of(meter, LOAD)
            if meter not in self.stamps.spooled and (part.columns.count[mine] > HIGH_COUNTS).any():
                at_us = int(part.columns.at_us[mine][0])
                self.stamps.at[meter] = from_us(at_us).isoformat()
                self.stamps.spooled[meter] = now
        return stored


class StampedDoor:
    """Notes when the batch of a crossing was offered and accepted."""

    def __init__(self, door: Ingest, stamps: Stamps, clock: Clock) -> None:
        """Stand before the journal's door, with the clock of the spool."""
        self._door, self._stamps, self._clock = door, stamps, clock

    def accept(self, batches: Sequence[SpooledBatch], /) -> Accepted:
        """Accept as ever."""
        before = self._clock.now().isoformat()
        accepted = self._door.accept(batches)
        after = self._clock.now().isoformat()
        stamps = self._stamps
        stamps.batches += len(batches)
        stamps.accepts += 1
        for batch in batches:
            meter = int(batch.source.removeprefix("m"))
            if meter in stamps.at and meter not in stamps.journaled:
                at = datetime.fromisoformat(stamps.at[meter])
                if from_us(batch.first_us) <= at <= from_us(batch.last_us):
                    stamps.offered[meter], stamps.journaled[meter] = before, after
        return accepted


async def _collect(sources: Sources, stop: threading.Event) -> None:
    sources.loop = asyncio.get_running_loop()
    live = asyncio.ensure_future(Live(sources).run())
    try:
        while not stop.is_set() and not live.done():
            await asyncio.wait({live}, timeout=0.2)
        if live.done():
            await live
    finally:
        live.cancel()
        await asyncio.wait({live})
        sources.close()


def main() -> None:
    """Collect until the input ends."""
    port, meters = int(sys.argv[1]), int(sys.argv[2])
    log_to_stderr("collect")
    system = build(WRITER)
    folder = Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    stamps = Stamps()
    spool = StampedSpool(folder / "spool.sqlite", system.clock)
    spool.stamps = stamps
    door = StampedDoor(Ingest(system.database, SITE.schema, system.clock), stamps, system.clock)
    sources = Sources(collect_plan(port, meters), spool, system.clock)
    report = CommunicationReport(
        sources.communication, system.database, lambda: SITE.schema, system.clock
    )
    drain = Drain(spool, door)
    stop = threading.Event()

    def until_told() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=until_told, daemon=True).start()
    drain.start()
    report.start()
    try:
        asyncio.run(_collect(sources, stop))
    finally:
        report.finish()
        drain.finish()
        spool.close()
        system.close()
    told = {name: getattr(stamps, name) for name in Stamps.__dataclass_fields__}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
