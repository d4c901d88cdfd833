"""In: a collect plan. Out: readings in the journal, by way of the spool. I/O: the collect process.

Polled sources are asked at wall-clock aligned slots (never "sleep for the interval"); pushed
messages are acknowledged after the spool's commit; a thread drains the spool into the journal.
With a play socket the simulator leads in lock-step first, then real time goes on.
"""

from __future__ import annotations

import argparse
import asyncio
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import structlog

from adapters.errors import SpoolFullError
from adapters.modbus.learned import FILE, Learned
from adapters.mqtt.source import Arrival
from adapters.own_files import use_own_files
from adapters.spool import Spool
from energy.base.clock import Clock
from energy.base.errors import EnergyError
from energy.system import WRITER, build
from processes.bus_budget import require_loaded_budget
from processes.collect_board import CollectBoard
from processes.collect_edge import Edge, EdgeParts, edge_parts
from processes.collect_edge_of import edge_of, follow_own_plan, plan_keeper
from processes.collect_live import Live
from processes.collect_sites import SPOOL_FILE, LateDoor, SiteCollectors, site_hold
from processes.collector_drain import Door, Drain
from processes.collector_findings import FILE as EPISODES
from processes.collector_hold import Brake
from processes.collector_plan import CollectPlan
from processes.collector_play import Play
from processes.collector_sources import Sources
from processes.communication import Communication
from processes.communication_report import CommunicationReport
from processes.drain_lanes import Rate
from processes.life import StopSignal, log_to_stderr
from processes.plan_watch import PlanInboxes
from processes.vitals import Vitals

TICK_S = 0.2
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
    report: Callable[[Communication], CommunicationReport] | None = None,
    edge: Edge | None = None,
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
        report: Gives what tells the database how the devices answer; None tells nobody.
        edge: What lets it live alone; None nothing.

    Raises:
        BusOverloadedError: A serial bus has less time than its meters need.
        EnergyError: The plan, a register map or the spool cannot be used.
    """
    edge = Edge() if edge is None else edge
    spool = _opened(data_dir, clock, edge)
    try:
        learned = Learned(data_dir / FILE)
        sources = Sources(plan, spool, clock, learned, episodes=data_dir / EPISODES)
        for warning in require_loaded_budget(sources.modbus):
            _log.warning("modbus.bus_nearly_full", cause=warning)
        drain = drain_of(spool, ingest, brake, edge)
        drain.start()
        reporting = None if report is None else report(sources.communication)
        if reporting is not None:
            reporting.start()
        try:
            with edge_parts(edge, sources, data_dir, stop) as parts:
                if board is not None:
                    board.show(plan.site, spool, drain, sources.communication, parts.complaints)
                    board.show_clocks(plan.site, parts.clock_facts)
                asyncio.run(_collect(parts, edge, play_socket, stop))
        finally:
            if board is not None:
                board.hide(plan.site)
            if reporting is not None:
                reporting.finish()
            drain.finish()
            learned.save()
    finally:
        spool.close()
    _log.info("collect.stopped", drained=drain.drained)


def drain_of(spool: Spool, ingest: Door, brake: Brake | None, edge: Edge) -> Drain:
    """Return what brings a spool's readings into the journal, as the settings want it."""
    rate = Rate(edge.rate)
    return Drain(spool, ingest, flush_s=edge.flush_s, brake=brake, notes=edge.notes, rate=rate)


def _opened(data_dir: Path, clock: Clock, edge: Edge) -> Spool:
    spool = Spool(data_dir / SPOOL_FILE, clock, bound=edge.bound)
    if spool.set_aside is not None:
        _log.error(
            "spool.set_aside",
            file=str(spool.set_aside),
            recovered_readings=spool.recovered,
            next_step="keep the file; a new source epoch has begun with what was readable",
        )
    return spool


async def _collect(
    parts: EdgeParts, edge: Edge, play_socket: Path | None, stop: threading.Event
) -> None:
    sources = parts.sources
    sources.loop = asyncio.get_running_loop()
    sources.start()
    work = asyncio.ensure_future(_play_then_live(parts, edge, play_socket))
    try:
        while not stop.is_set() and not work.done():
            await asyncio.wait({work}, timeout=TICK_S)
        if work.done():
            await work  # it never ends well by itself: raise what ended it
    finally:
        if edge.inbox is not None:
            edge.inbox.close()
        work.cancel()
        await asyncio.wait({work})
        sources.close()


async def _play_then_live(parts: EdgeParts, edge: Edge, play_socket: Path | None) -> None:
    sources = parts.sources
    if play_socket is not None:
        play = Play(sources, play_socket)
        await play.run()
        _log.info("play.over", slots=play.slots)
    parts.go_live()
    async with asyncio.TaskGroup() as group:
        group.create_task(_receive(sources))
        live = Live(sources, parts.may_ask)
        group.create_task(live.run())
        if edge.inbox is not None:
            edge.inbox.open(parts.taker(live, edge, asyncio.get_running_loop()))


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


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="collect", description="Meters to spool to journal.")
    plans = parser.add_mutually_exclusive_group(required=True)
    plans.add_argument("--plan", type=Path, help="the collect plan of one site, JSON")
    plans.add_argument("--plans", type=Path, help="folder of the plans of all sites")
    parser.add_argument("--data-dir", type=Path, required=True, help="folder of the spools")
    parser.add_argument("--play", type=Path, help="socket of a simulator that leads")
    return parser.parse_args()


def main() -> int:
    """Run the collect process by its command arguments; returns the exit code."""
    arguments = _arguments()
    log_to_stderr("collect")
    stop = StopSignal()
    system = build(WRITER)
    use_own_files(system.config.data_dir)
    board = CollectBoard()
    vitals = Vitals(
        "collect",
        system.config,
        health=board.health,
        metrics=board.metrics,
        more=board.more(),
    )
    inboxes = PlanInboxes()

    def collect(plan: CollectPlan, spool_dir: Path, ending: threading.Event) -> None:
        door = LateDoor(system, plan.site)
        hold = site_hold(system, door, plan.site, spool_dir)
        edge = edge_of(system, door, spool_dir, inboxes.of(plan.site))
        run_collector(
            edge.own_part(plan),
            door,
            system.clock,
            spool_dir,
            arguments.play,
            ending,
            brake=hold,
            board=board,
            report=lambda told: CommunicationReport(
                told, system.database, lambda: door.site().schema, system.clock
            ),
            edge=edge,
        )

    vitals.start()
    try:
        if arguments.plan is not None:
            follow_own_plan(
                system,
                arguments.plan,
                lambda plan, ending: collect(plan, arguments.data_dir, ending),
                stop.event,
                inboxes,
            )
        else:
            keeper = partial(plan_keeper, system)
            every = SiteCollectors(
                arguments.plans, arguments.data_dir, collect, board, inboxes, keeper
            )
            every.run(stop.event)
    except EnergyError as error:
        _log.error(error.code, cause=str(error))
        return 2
    finally:
        vitals.close()
        system.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
