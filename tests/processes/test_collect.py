from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.spool import Spool
from energy.base.clock import ManualClock, monotonic_s, wait
from energy.base.config import Config
from energy.metering.codec import decode
from energy.system import WRITER, System
from processes.collect import drain_of, run_collector
from processes.collect_edge import Edge
from processes.collect_edge_of import edge_of
from processes.collect_sites import SPOOL_FILE, LateDoor
from processes.collector_plan import CollectPlan
from processes.plan_watch import PlanInbox
from tests.adapters.modbus.slave import Question, good, slave
from tests.adapters.mqtt.broker import broker, publish
from tests.adapters.test_spool import columns
from tests.fixtures.ports import free_port
from tests.processes.test_collector_drain import Journal
from tests.processes.test_collector_plan import BUS, PLAN, PULSES

START = datetime(2019, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


async def unit_number(question: Question, writer: asyncio.StreamWriter) -> None:
    writer.write(good(question, [0] * (question.count - 1) + [question.unit]))


@contextmanager
def meters() -> Iterator[int]:
    """Run a slave in a thread; yields its port."""
    loop = asyncio.new_event_loop()
    ready: list[int] = []
    told = threading.Event()
    over = asyncio.Event()

    async def serve() -> None:
        async with slave(unit_number) as running:
            ready.append(running.port)
            told.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert told.wait(60)
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(60)
        loop.close()


def plan_of(modbus_port: int, mqtt_port: int) -> CollectPlan:
    bus = replace(BUS, host="127.0.0.1", port=modbus_port)
    return replace(PLAN, sources=(bus, replace(PULSES, host="127.0.0.1", port=mqtt_port)))


@contextmanager
def collecting(
    plan: CollectPlan, journal: Journal, clock: ManualClock, folder: Path
) -> Iterator[None]:
    stop = threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            run_collector(plan, journal, clock, folder, None, stop)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()
    assert failures == []


@contextmanager
def started(command: list[str], **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process of ours; it has ended afterwards, whatever a test found."""
    running = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    with running:
        try:
            yield running
        finally:
            running.kill()


def readings(journal: Journal) -> list[tuple[int, datetime, int]]:
    batches = list(journal.batches.values())
    return sorted((r.channel, r.at, r.count) for b in batches for r in decode(b.payload))


def eventually(journal: Journal, number: int) -> list[tuple[int, datetime, int]]:
    until_s = monotonic_s() + 15
    while journal.readings < number and monotonic_s() < until_s:
        wait(0.02)
    return readings(journal)


def pulse(at: datetime, count: int) -> str:
    return json.dumps({"device": "b2-gas", "at": at.isoformat(), "count": count, "id": str(at)})


@pytest.mark.servers
def test_slots_and_messages_reach_the_journal_once_and_rubbish_the_quarantine(
    tmp_path: Path,
) -> None:
    clock, journal = ManualClock(START + timedelta(seconds=30)), Journal()
    slots = [START + timedelta(minutes=n) for n in (1, 2)]
    with broker(tmp_path) as port, meters() as modbus:
        with collecting(plan_of(modbus, port), journal, clock, tmp_path / "c"):
            begun = [(1, clock.now(), 2), (2, clock.now(), 2), (3, START, 0)]
            while readings(journal) != begun:  # what is published before the subscription is lost
                publish(port, "m/b2-gas", pulse(START, 0))
                wait(0.1)
            for number, slot in enumerate(slots, start=1):
                clock.move_to(slot)
                publish(port, "m/b2-gas", "no json")
                publish(port, "m/stranger", "anything")
                publish(port, "m/b2-gas", pulse(slot, number))
                publish(port, "m/b2-gas", pulse(slot, number))
                eventually(journal, 3 + 3 * number)
        expected = begun + [(channel, slot, 2) for slot in slots for channel in (1, 2)]
        expected += [(3, slot, number) for number, slot in enumerate(slots, start=1)]
        assert readings(journal) == sorted(expected)
    spool = Spool(tmp_path / "c" / "spool.sqlite", clock)
    kept = {message.reason: message.times for message in spool.quarantined()}
    assert kept == {"not_json": 2, "unknown_device": 2}
    assert spool.backlog().sealed_batches == 0
    spool.close()


@pytest.mark.servers
def test_what_the_spool_holds_from_before_is_sent_at_the_next_start(tmp_path: Path) -> None:
    clock, away = ManualClock(START + timedelta(seconds=30)), Journal(away=True)
    with meters() as modbus:
        plan = plan_of(modbus, free_port())
        with collecting(plan, away, clock, tmp_path):
            while not away.calls:
                clock.move_to(clock.now() + timedelta(minutes=1))
                wait(0.5)
        assert away.readings == 0
        back = Journal()
        with collecting(plan, back, clock, tmp_path):
            assert [channel for channel, _, _ in eventually(back, 2)][:1] == [1]
        assert {channel for channel, _, _ in readings(back)} == {1, 2}


@pytest.mark.servers
def test_the_process_stops_cleanly_on_sigterm_though_everything_is_away(tmp_path: Path) -> None:
    plan_of(free_port(), free_port()).save(tmp_path / "plan.json")
    command = [sys.executable, "-m", "processes.collect"]
    command += ["--plan", str(tmp_path / "plan.json"), "--data-dir", str(tmp_path / "c")]
    dsn = f"host=127.0.0.1 port={free_port()} dbname=x user=x"
    with started(command, METERLINE_DSN=dsn) as running:
        assert running.stderr is not None
        logged = next((row for row in running.stderr if "mqtt.no_connection" in row), "")
        assert "start the broker" in logged
        since_s = monotonic_s()
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)
        assert running.returncode == 0
        assert monotonic_s() - since_s < 10


@pytest.mark.servers
def test_a_plan_that_is_absent_ends_the_process_with_the_cause(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "processes.collect"]
    command += ["--plan", str(tmp_path / "absent.json"), "--data-dir", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "absent.json" in ended.stderr
    assert "start the collector again" in ended.stderr


def test_how_long_a_reading_waits_for_its_batch_is_a_setting(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path, batch_wait_ms=10)
    system = System(config=config, role=WRITER, clock=ManualClock(START))
    edge = edge_of(system, LateDoor(system, "campus"), tmp_path, PlanInbox())
    journal = Journal()
    with closing(Spool(tmp_path / SPOOL_FILE, system.clock)) as spool:
        spool.append("bus", columns(10))
        drain = drain_of(spool, journal, None, replace(edge, notes=None))
        drain.start()
        assert len(eventually(journal, 10)) == 10
        drain.finish()
        spool.append("bus", columns(10))
        patient = drain_of(spool, journal, None, Edge(flush_s=3600))
        patient.start()
        assert spool.backlog().open_readings == 10
        patient.finish()
