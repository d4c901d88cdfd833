"""The airport as a process: killed and started again it shows the same registers."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from energy.base.clock import PlayClock, to_us
from processes.play_spec import free_block
from simulator.airport.design import airport_of
from simulator.airport.model import AirportModel, seconds_of
from tests.fixtures.ports import free_port

ROOT = Path(__file__).resolve().parents[3]
HERE = "127.0.0.1"
FIRST = datetime(2026, 5, 5, 16, tzinfo=UTC)
METERS, PATIENCE_S = 40, 60
AIRPORT = airport_of(METERS, 3)

pytestmark = pytest.mark.servers


@contextmanager
def started(folder: Path, port: int, first: datetime = FIRST) -> Iterator[subprocess.Popen[bytes]]:
    words = [
        *("--meters", str(METERS), "--seed", "3", "--faults", "many"),
        *("--data-dir", str(folder), "--modbus-port", str(port), "--mqtt-port", "1"),
        *("--from", first.isoformat(), "--to", (first + timedelta(hours=1)).isoformat()),
    ]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("METERLINE_")}
    with subprocess.Popen(
        [sys.executable, "-m", "simulator.airport", *words],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def connect(port: int) -> socket.socket:
    for _ in range(PATIENCE_S * 50):
        try:
            return socket.create_connection((HERE, port), timeout=PATIENCE_S)
        except ConnectionRefusedError:
            threading.Event().wait(0.02)
    raise AssertionError(f"nobody listens at port {port}")


def grid_count(port: int) -> int:
    with connect(port) as modbus:
        modbus.sendall(struct.pack(">HHHBBHH", 1, 0, 6, 1, 3, 20480, 4))
        answer = b""
        while len(answer) < 17:
            answer += modbus.recv(100)
    return int.from_bytes(answer[9:], "big")


def test_killed_and_started_again_it_shows_the_same_registers(tmp_path: Path) -> None:
    port = free_block(free_port(), len(AIRPORT.gateways))
    meter = AIRPORT.metered[0]
    assert AIRPORT.gateways[0][0] == meter.point == "grid-a-elec"
    true = AirportModel(AIRPORT).true_count(meter, seconds_of(to_us(FIRST)))
    with started(tmp_path, port):
        assert grid_count(port) == true
    with started(tmp_path, port) as process:
        for gateway in range(len(AIRPORT.gateways)):
            connect(port + gateway).close()
        assert grid_count(port) == true
        assert PlayClock(tmp_path / "play.clock").now() == FIRST
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    progress = (tmp_path / "play.progress").read_bytes()
    header = json.loads(progress[: progress.index(b"\n")])
    assert len(header["channels"]) > METERS


def test_a_play_from_before_the_airport_was_there_is_refused(tmp_path: Path) -> None:
    with started(tmp_path, 1, datetime(2019, 1, 1, tzinfo=UTC)) as process:
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert b"play from then" in errors
