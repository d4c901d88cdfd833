"""A collector is killed, its networks are cut, its broker is killed: 0 lost, 0 doubled, by ledger.

Real mosquitto, real PostgreSQL, a Modbus device on a socket, a gateway that publishes with QoS 1.
Every reading that the device side was told is safe stands in the journal exactly once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from energy.base.clock import monotonic_s, wait
from energy.system import WRITER
from tests.adapters.mqtt.broker import broker, programs
from tests.fixtures.cut_points import cut_points
from tests.fixtures.edge_play import (
    GAS,
    EdgeOrders,
    Verdict,
    collect,
    immortal,
    journal_of,
    keeping_ledger,
    ledger_of,
    started,
    verdict,
)
from tests.fixtures.gas_gateway import gas_gateway
from tests.fixtures.ports import free_port
from tests.fixtures.postgres import TestSite
from tests.processes.test_collect import meters

pytestmark = pytest.mark.servers

KILLS = 3
KILLS_A_RUN, MANY_KILLS = 5, 50
EVENTS = 40
"""A kill falls at one of so many first commits of spool and journal."""
DURABLE = (
    "max_queued_messages 0\nmax_inflight_messages 1000\nset_tcp_nodelay true\n"
    "persistence true\nautosave_on_changes true\nautosave_interval 1\n"
)
"""What docker/mosquitto.conf says of what the broker keeps."""


def until(true: Callable[[], bool], why: str, patience_s: float = 60.0) -> None:
    give_up_s = monotonic_s() + patience_s
    while not true():
        assert monotonic_s() < give_up_s, why
        wait(0.05)


def orders_of(site: TestSite, folder: Path, modbus: int, mqtt: int) -> EdgeOrders:
    folder.mkdir(exist_ok=True)
    dsn = site.server.dsn(WRITER)
    return EdgeOrders(dsn, site.schema, folder, modbus, mqtt)


def gas_known(orders: EdgeOrders) -> int:
    return sum(channel == GAS for channel, _, _ in ledger_of(orders))


def gas_journaled(site: TestSite) -> int:
    return sum(channel == GAS for channel, _, _ in journal_of(site))


def tell(capsys: pytest.CaptureFixture[str], what: str, found: Verdict, **more: int) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{what}: {found} {more}\n")


def subscribed(orders: EdgeOrders, publish: Callable[[], None]) -> None:
    """Publish until the collector's session stands: what came before it nobody keeps."""

    def heard() -> bool:
        publish()
        return gas_known(orders) > 0

    until(heard, "the collector never subscribed")


@contextmanager
def collecting(orders: EdgeOrders) -> Iterator[None]:
    """Collect in a thread of this process, with a ledger."""
    stop, failures = threading.Event(), list[BaseException]()

    def run() -> None:
        try:
            with keeping_ledger(orders.ledger):
                collect(orders, stop)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()
    assert failures == []


def killed_at(site: TestSite, folder: Path, events: list[int]) -> Verdict:
    """Run one stream of readings past a kill at each of these events."""
    with broker(folder) as mqtt, meters() as modbus, gas_gateway(mqtt) as gateway:
        orders = orders_of(site, folder / "c", modbus, mqtt)
        for event in events:
            mortal = EdgeOrders(**{**orders.__dict__, "dies_at": event})
            process = started(mortal)
            until(partial(_ended_or_sent, process, gateway.send), "lives on")
            process.join()
            assert process.exitcode == -signal.SIGKILL
            gateway.send(50)  # while nobody collects
        last, before = started(immortal(orders)), gateway.sent
        until(
            lambda: (
                any(c == GAS and n > before for c, _, n in ledger_of(orders)) or _sent(gateway.send)
            ),
            "never subscribed",
        )
        gateway.wait_until_acked()
        newest = gateway.sent
        until(lambda: any(c == GAS and n == newest for c, _, n in ledger_of(orders)), "never came")
        orders.over.touch()
        last.join(60)
        assert last.exitcode == 0
    return verdict(site, orders)


def _ended_or_sent(process: BaseProcess, send: Callable[[int], None]) -> bool:
    return process.exitcode is not None or _sent(send)


def _sent(send: Callable[[int], None]) -> bool:
    """Send a little more; the wait goes on."""
    send(5)
    return False


def test_a_collector_killed_at_any_commit_loses_and_doubles_nothing(
    tmp_path: Path, site_schema: TestSite, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(5)
    events = [int(n) for n in rng.integers(2, EVENTS, KILLS)]
    found = killed_at(site_schema, tmp_path, events)
    tell(capsys, f"collector killed {KILLS} times", found)
    assert found.is_good


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(MANY_KILLS // KILLS_A_RUN))
def test_fifty_kills_lose_and_double_nothing(
    tmp_path: Path, site_schema: TestSite, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(100 + seed)
    found = killed_at(site_schema, tmp_path, [int(n) for n in rng.integers(1, 90, KILLS_A_RUN)])
    tell(capsys, f"seed {seed}: collector killed {KILLS_A_RUN} times", found)
    assert found.is_good


def test_networks_cut_at_arbitrary_points_lose_and_double_nothing(
    tmp_path: Path, site_schema: TestSite, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(17)
    facts = conninfo_to_dict(site_schema.server.dsn(WRITER))
    socket = Path(str(facts["host"])) / f".s.PGSQL.{facts['port']}"
    with (
        broker(tmp_path) as mqtt,
        meters() as modbus,
        cut_points(modbus, rng, 150) as to_meters,
        cut_points(mqtt, rng, 4_000, 2) as to_broker,
        cut_points(socket, rng, 2_500) as to_database,
        gas_gateway(mqtt) as gateway,
    ):
        orders = orders_of(site_schema, tmp_path / "c", to_meters.port, to_broker.port)
        dsn = make_conninfo(orders.dsn, host="127.0.0.1", port=to_database.port)
        orders = EdgeOrders(**{**orders.__dict__, "dsn": dsn})
        ways = (to_meters, to_broker, to_database)
        with collecting(orders):
            subscribed(orders, lambda: gateway.send(1))
            since_s = monotonic_s()
            # Three cuts in a few seconds look to the broker's source like another collector.
            while min(way.cuts for way in ways) < 2:
                gateway.send(10)
                wait(0.1)
                assert monotonic_s() - since_s < 60, [way.cuts for way in ways]
            for way in ways:
                way.over = True
            gateway.wait_until_acked()
            newest = gateway.sent
            until(
                lambda: any(c == GAS and n == newest for c, _, n in ledger_of(orders)), "never came"
            )
            until(lambda: verdict(site_schema, orders).lost == 0, "not drained")
    found = verdict(site_schema, orders)
    cuts = dict(zip(("meters", "broker", "database"), (way.cuts for way in ways), strict=True))
    tell(capsys, "networks cut", found, **cuts)
    assert found.is_good


def _durable_broker(folder: Path, port: int) -> subprocess.Popen[bytes]:
    program, _ = programs()
    file = folder / "durable.conf"
    kept = folder / "kept"
    kept.mkdir(exist_ok=True)
    kept.chmod(0o777)
    file.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n{DURABLE}"
        f"persistence_location {kept}/\n"
    )
    running = subprocess.Popen(
        [program, "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait(0.3)
    return running


def test_a_broker_killed_in_mid_stream_loses_and_doubles_nothing_that_was_acknowledged(
    tmp_path: Path, site_schema: TestSite, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    running = _durable_broker(tmp_path, port)
    try:
        with meters() as modbus, gas_gateway(port) as gateway:
            orders = orders_of(site_schema, tmp_path / "c", modbus, port)
            with collecting(orders):
                subscribed(orders, lambda: gateway.send(1))
                for _ in range(3):
                    gateway.send(200)
                    wait(0.15)
                    os.kill(running.pid, signal.SIGKILL)
                    running.wait()
                    gateway.send(20)
                    running = _durable_broker(tmp_path, port)
                gateway.wait_until_acked()
                before = gateway.sent  # one that lost its session hears from now on
                until(
                    lambda: (
                        any(c == GAS and n > before for c, _, n in ledger_of(orders))
                        or _sent(gateway.send)
                    ),
                    "never came",
                )
                gateway.wait_until_acked()
                until(lambda: verdict(site_schema, orders).lost == 0, "not drained")
            found, known = verdict(site_schema, orders), gas_journaled(site_schema)
            lost_by_broker = gateway.acked - known
            tell(
                capsys,
                "broker killed 3 times",
                found,
                acknowledged_by_broker=gateway.acked,
                lost_by_broker=lost_by_broker,
            )
    finally:
        running.kill()
        running.wait()
    assert found.is_good
