"""In: a collect plan. Out: readings in the journal, by way of the spool. I/O: the collect process.

Polled sources are asked at wall-clock aligned slots (never "sleep for the interval"); pushed
messages are acknowledged after the spool's commit; a thread drains the spool into the journal.
With a play socket the simulator leads in lock-step first, then real time goes on.
"""

from __future__ import annotations

import argparse
import asyncio
import threading
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from adapters.errors import SpoolFullError
from adapters.modbus.source import ModbusSource
from adapters.mqtt.source import Arrival
from adapters.spool import Spool
from adapters.spool_rows import SpoolPart
from energy.base.clock import EPOCH, Clock
from energy.base.errors import EnergyError
from energy.system import WRITER, build
from processes.collect_board import CollectBoard
from processes.collect_sites import SPOOL_FILE, LateDoor, SiteCollectors, site_hold
from processes.collector_drain import Door, Drain
from processes.collector_hold import Brake
from processes.collector_plan import CollectPlan, with_overrides
from processes.collector_play import Play
from processes.collector_sources import HeldParts, Sources
from processes.life import StopSignal, log_to_stderr
from processes.plan_watch import follow_plan
from processes.vitals import Vitals

TICK_S = 0.2
AT_ONCE_S = 6.0
"""A collector that begins later than this after a slot polls at once. [s]"""
GATHER_S = 0.05
"""How long pushed messages are gathered for one commit. [s]"""

_log = structlog.get_logger("collect")


def run_collector(
    plan: CollectPlan,
    ingest: Door,
    clock: Clock,
    data_dir: Path,
    play_socket: Path | None,
    stop: threading.Event,
    *,
    brake: Brake | None = None,
    board: CollectBoard | None = None,
) -> None:
    """Collect until asked to stop; returns within 10 s of the wish.

    Args:
        plan: Sources, meters and channels of the site.
        ingest: The door of the journal.
        clock: The clock.
        data_dir: Folder of the spool.
        play_socket: Socket of a simulator that leads in lock-step first; None for real time.
        stop: Set to end.
        brake: Says when the spool holds; None never.
        board: Shows how the collector is doing.

    Raises:
        EnergyError: The plan, a register map or the spool cannot be used.
    """
    spool = Spool(data_dir / SPOOL_FILE, clock)
    if spool.set_aside is not None:
        _log.error(
            "spool.set_aside",
            file=str(spool.set_aside),
            recovered_readings=spool.recovered,
            next_step="keep the file; a new source epoch has begun with what was readable",
        )
    try:
        sources = Sources(plan, spool, clock)
        drain = Drain(spool, ingest, brake=brake)
        drain.start()
        if board is not None:
            board.show(plan.site, spool, drain)
        try:
            asyncio.run(_collect(sources, play_socket, stop))
        finally:
            if board is not None:
                board.hide(plan.site)
            drain.finish()
    finally:
        spool.close()
    _log.info("collect.stopped", drained=drain.drained)


async def _collect(sources: Sources, play_socket: Path | None, stop: threading.Event) -> None:
    sources.start()
    work = asyncio.ensure_future(_play_then_live(sources, play_socket))
    try:
        while not stop.is_set() and not work.done():
            await asyncio.wait({work}, timeout=TICK_S)
        if work.done():
            await work  # it never ends well by itself: raise what ended it
    finally:
        work.cancel()
        await asyncio.wait({work})
        sources.close()


async def _play_then_live(sources: Sources, play_socket: Path | None) -> None:
    if play_socket is not None:
        play = Play(sources, play_socket)
        await play.run()
        _log.info("play.over", slots=play.slots)
    async with asyncio.TaskGroup() as group:
        group.create_task(_receive(sources))
        for source in sources.polled:
            group.create_task(_poll_at_slots(sources, source))


def slot_of(now: datetime, interval_s: int) -> datetime:
    """Return the last slot at or before an instant, aligned to the wall clock.

    Args:
        now: The instant, aware UTC.
        interval_s: Seconds between two slots. [s]
    """
    step = timedelta(seconds=interval_s)
    return EPOCH + (now - EPOCH) // step * step


async def _poll_at_slots(sources: Sources, source: ModbusSource) -> None:
    """Poll one source at each of its slots; a slot is neither doubled nor made up for."""
    interval_s = sources.intervals_s[source.key]
    step = timedelta(seconds=interval_s)
    held = HeldParts()
    done = _last_done(sources.clock.now(), interval_s)
    while True:
        slot = await _next_slot(sources.clock, done, interval_s)
        if slot > done + step:
            _log.warning("collect.slots_missed", source=source.key, after=str(done), now=str(slot))
        result = await source.poll(slot)
        sources.report(result.failures, result.findings)
        failed = {failure.point for failure in result.failures}
        answered = {source.channels[number] for number in set(result.columns.channel.tolist())}
        sources.report_well(answered - failed)
        parts = held.take([SpoolPart(source=source.key, columns=result.columns)])
        try:
            await asyncio.to_thread(sources.commit, parts, ())
        except SpoolFullError as error:
            held.hold(parts, error)
        done = slot


def _last_done(now: datetime, interval_s: int) -> datetime:
    """Return the slot after which a collector that just began polls.

    It polls at once, unless it began so shortly after a slot that the readings would bear the
    slot's own instant: a collector before it may have polled that one, with another count.
    """
    slot = slot_of(now, interval_s)
    fresh = now - slot <= timedelta(seconds=AT_ONCE_S)
    return slot if fresh else slot - timedelta(seconds=interval_s)


async def _next_slot(clock: Clock, done: datetime, interval_s: int) -> datetime:
    """Return the present slot as soon as it is a later one than the last."""
    step = timedelta(seconds=interval_s)
    while True:
        now = clock.now()
        slot = slot_of(now, interval_s)
        if slot > done:
            return slot
        if slot < done - step:
            _log.warning("collect.clock_set_back", last_slot=str(done), now=str(now))
            done = slot
        await asyncio.sleep(min(TICK_S, max(0.001, (done + step - now) / timedelta(seconds=1))))


async def _receive(sources: Sources) -> None:
    """Store pushed messages in groups and acknowledge each group after its commit."""
    while True:
        arrivals: list[Arrival] = [await sources.arrivals.get()]
        await asyncio.sleep(GATHER_S)
        while not sources.arrivals.empty():
            arrivals.append(sources.arrivals.get_nowait())
        while True:
            try:
                await asyncio.to_thread(sources.commit, (), arrivals)
                break
            except SpoolFullError as error:
                _log.error(error.code, cause=str(error))
                await asyncio.sleep(1.0)
        sources.acknowledge(arrivals)


def main() -> int:
    """Run the collect process by its command arguments; returns the exit code."""
    parser = argparse.ArgumentParser(prog="collect", description="Meters to spool to journal.")
    plans = parser.add_mutually_exclusive_group(required=True)
    plans.add_argument("--plan", type=Path, help="the collect plan of one site, JSON")
    plans.add_argument("--plans", type=Path, help="folder of the plans of all sites")
    parser.add_argument("--data-dir", type=Path, required=True, help="folder of the spools")
    parser.add_argument("--play", type=Path, help="socket of a simulator that leads")
    arguments = parser.parse_args()
    log_to_stderr("collect")
    stop = StopSignal()
    system = build(WRITER)
    board = CollectBoard()
    vitals = Vitals("collect", system.config, health=board.health, metrics=board.metrics)

    def collect(plan: CollectPlan, spool_dir: Path, ending: threading.Event) -> None:
        door = LateDoor(system, plan.site)
        hold = site_hold(system, door, plan.site, spool_dir)
        run_collector(
            with_overrides(plan),
            door,
            system.clock,
            spool_dir,
            arguments.play,
            ending,
            brake=hold,
            board=board,
        )

    vitals.start()
    try:
        if arguments.plan is not None:
            follow_plan(
                arguments.plan,
                lambda plan, ending: collect(plan, arguments.data_dir, ending),
                stop.event,
            )
        else:
            SiteCollectors(arguments.plans, arguments.data_dir, collect, board).run(stop.event)
    except EnergyError as error:
        _log.error(error.code, cause=str(error))
        return 2
    finally:
        vitals.close()
        system.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
