"""The whole simulator as a process: real broker, real sockets, a collector that checks all."""

from __future__ import annotations

import json
import os
import shutil
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
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from energy.base.clock import PlayClock, SystemClock, to_us
from simulator.plant import Plant, read_plant
from simulator.replay import HourlySeries
from tests.fixtures.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
SITE_FILE = ROOT / "simulator" / "sites" / "cambridge" / "site.toml"
HERE = "127.0.0.1"
FIRST = datetime(2019, 1, 12, 22, tzinfo=UTC)
SLOTS = [FIRST + timedelta(minutes=15 * number) for number in range(9)]
MOSQUITTO = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")
PATIENCE_S = 60

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is missing: apt install mosquitto"),
]


def connect(port: int) -> socket.socket:
    """Connect as soon as somebody listens."""
    for _ in range(PATIENCE_S * 50):
        try:
            return socket.create_connection((HERE, port), timeout=PATIENCE_S)
        except ConnectionRefusedError:
            threading.Event().wait(0.02)
    raise AssertionError(f"nobody listens at port {port}")


@contextmanager
def mosquitto(folder: Path, port: int) -> Iterator[None]:
    settings = folder / "mosquitto.conf"
    settings.write_text(f"listener {port} {HERE}\nallow_anonymous true\n", encoding="utf-8")
    assert MOSQUITTO is not None
    with subprocess.Popen(
        [MOSQUITTO, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        connect(port).close()
        yield
        process.terminate()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    with mosquitto(tmp_path, port):
        yield port


class Counters:
    """Everything that pulse counters said, by device and instant."""

    def __init__(self, port: int) -> None:
        self.heard: dict[tuple[str, str], int] = {}
        self.ids: list[str] = []
        self._news = threading.Condition()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("meterline/+/pulses/+", 1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._listen
        self._ready = threading.Event()
        self._client.connect(HERE, port)
        self._client.loop_start()
        assert self._ready.wait(PATIENCE_S)

    def _listen(self, client: Any, userdata: Any, message: mqtt.MQTTMessage) -> None:
        said = json.loads(message.payload)
        assert message.topic == f"meterline/cambridge/pulses/{said['device']}"
        assert said["id"] == f"{said['device']}:{said['at']}"
        with self._news:
            self.heard[said["device"], said["at"]] = said["count"]
            self.ids.append(said["id"])
            self._news.notify_all()

    def wait_for(self, slot: str, devices: int) -> None:
        with self._news:
            assert self._news.wait_for(
                lambda: sum(at == slot for _, at in self.heard) == devices, PATIENCE_S
            ), slot

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Program:
    """The simulator's process, and a collector's connections to it."""

    def __init__(self, folder: Path, broker: int, *options: str) -> None:
        self.folder = folder
        self.modbus_port = free_port()
        self._command = [
            *(sys.executable, "-m", "simulator", "--site", str(SITE_FILE)),
            *("--data-dir", str(folder), "--modbus-port", str(self.modbus_port)),
            *("--mqtt-port", str(broker), "--shift-weeks", "0"),
            *("--from", FIRST.isoformat(), "--to", SLOTS[-1].isoformat(), *options),
        ]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {k: v for k, v in os.environ.items() if k != "METERLINE_PLAY_CLOCK"}
        with (self.folder.parent / "errors").open("ab") as errors:
            self.process = subprocess.Popen(self._command, cwd=ROOT, env=environment, stderr=errors)
        self.modbus = connect(self.modbus_port)

    def hello(self, safe: str | None) -> Any:
        self._play = socket.socket(socket.AF_UNIX)
        self._play.settimeout(PATIENCE_S)
        for _ in range(PATIENCE_S * 50):
            try:
                self._play.connect(str(self.folder / "play.sock"))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                threading.Event().wait(0.02)
        self._rows = self._play.makefile("rb")
        return self.say(hello="collect", safe=safe)

    def tell(self, **message: object) -> None:
        self._play.sendall(json.dumps(message).encode() + b"\n")

    def say(self, **message: object) -> Any:
        self.tell(**message)
        return json.loads(self._rows.readline())

    def read(self, unit: int, function: int, address: int, words: int) -> bytes:
        self.modbus.sendall(struct.pack(">HHHBBHH", 1, 0, 6, unit, function, address, words))
        answer = b""
        while len(answer) < 9 + 2 * words:
            answer += self.modbus.recv(300)
        return answer[9:]

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(PATIENCE_S)
        self.close()

    def stop(self) -> tuple[int, str]:
        """Stop it with its connections open; return its exit code and what it complained of."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        self.close()
        return code, (self.folder.parent / "errors").read_text()

    def close(self) -> None:
        for opened in (self.modbus, self._rows, self._play):
            opened.close()


@pytest.fixture
def counters(broker: int) -> Iterator[Counters]:
    listening = Counters(broker)
    yield listening
    listening.leave()


def poll(program: Program, plant: Plant, slot: str, *, meters: int = 14) -> dict[str, int]:
    """Read energy and power of some meters as a collector does; return the energies."""
    at_us = to_us(datetime.fromisoformat(slot))
    counts = {}
    for meter in plant.electric[:meters]:
        if meter.profile == "abb_b23_b24":
            counts[meter.point] = int.from_bytes(program.read(meter.unit, 3, 20480, 4), "big")
            (power,) = struct.unpack(">i", program.read(meter.unit, 3, 23316, 2))
        else:
            (kwh,) = struct.unpack(">f", program.read(meter.unit, 4, 72, 2))
            counts[meter.point] = round(kwh * 100)
            power = round(struct.unpack(">f", program.read(meter.unit, 4, 52, 2))[0] * 100)
        assert power == meter.register.power_cw(at_us)
    return counts


def test_a_play_killed_on_both_sides_ends_with_every_reading_once(
    tmp_path: Path, broker: int, counters: Counters, plant: Plant
) -> None:
    program = Program(tmp_path / "play", broker)
    program.start()
    safe: str | None = None
    heard = program.hello(safe)
    for number, slot in enumerate(SLOTS):
        assert heard == {"slot": slot.isoformat()}
        assert PlayClock(tmp_path / "play" / "play.clock").now() == slot
        if number == 3:  # the simulator dies with half of the slot answered
            poll(program, plant, slot.isoformat(), meters=5)
            program.kill()
            program.start()
            assert program.hello(safe) == heard
        if number == 6:  # the collector dies with the slot answered but not safe
            poll(program, plant, slot.isoformat())
            program._play.close()
            program._rows.close()
            assert program.hello(safe) == heard
        counts = poll(program, plant, slot.isoformat())
        counters.wait_for(slot.isoformat(), 14)
        true = {m.point: m.register.true_count(to_us(slot)) for m in plant.electric}
        assert counts == true
        safe = slot.isoformat()
        heard = program.say(safe=safe)
    assert heard == {"end": True}
    report = json.loads((tmp_path / "play" / "play.json").read_text())
    assert report["readings_sent"] == len(SLOTS) * 42
    assert len(counters.heard) == len(SLOTS) * 14
    for meter in plant.pulse:
        for slot in SLOTS:
            shown = meter.register.shown_count(to_us(slot))
            assert counters.heard[meter.device, slot.isoformat()] == shown
    rolled = [row for row in report["registers"].values() if row["modulus"] is not None]
    assert len(rolled) == 14
    assert program.stop() == (0, "")
    assert not PlayClock(tmp_path / "play" / "play.clock").live


def test_after_the_play_the_meters_live_on_also_after_a_kill(
    tmp_path: Path, broker: int, series: dict[str, HourlySeries]
) -> None:
    shift = (SystemClock().now() - FIRST) // timedelta(weeks=1)
    first, last = (at + timedelta(weeks=shift) for at in (FIRST, SLOTS[-1]))
    plant = read_plant(SITE_FILE, series, shift_weeks=shift)
    shifted = ("--shift-weeks", str(shift), "--from", first.isoformat(), "--to", last.isoformat())
    program = Program(tmp_path / "play", broker, "--then-live", *shifted)
    program.start()
    assert program.hello(last.isoformat()) == {"end": True}
    clock = PlayClock(tmp_path / "play" / "play.clock")
    assert clock.live
    program.kill()
    program.start()
    register = plant.electric[0].register
    before_us = to_us(clock.now())
    count = int.from_bytes(program.read(plant.electric[0].unit, 3, 20480, 4), "big")
    assert register.true_count(before_us) <= count <= register.true_count(to_us(clock.now()))
    assert clock.live
    assert program.stop() == (0, "")


def test_messages_of_a_slot_come_when_the_broker_comes_later_and_again(tmp_path: Path) -> None:
    port = free_port()
    program = Program(tmp_path / "play", port)
    program.start()
    assert program.hello(None) == {"slot": FIRST.isoformat()}  # nobody to publish to
    for _ in range(2):  # the second broker knows nothing of the first
        with mosquitto(tmp_path, port):
            counters = Counters(port)
            program.tell(again=FIRST.isoformat())
            counters.wait_for(FIRST.isoformat(), 14)
            counters.leave()
    assert program.stop() == (0, "")


def test_a_play_with_other_settings_in_the_same_folder_is_refused(
    tmp_path: Path, broker: int
) -> None:
    program = Program(tmp_path / "play", broker)
    program.start()
    assert program.hello(None) == {"slot": FIRST.isoformat()}
    program.kill()
    other = [*program._command, "--to", (SLOTS[-1] + timedelta(hours=1)).isoformat()]
    done = subprocess.run(other, cwd=ROOT, capture_output=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 2
    assert b"belongs to a play with another window" in done.stderr


def test_meters_that_live_on_beyond_their_exact_years_are_refused(
    tmp_path: Path, broker: int
) -> None:
    program = Program(tmp_path / "play", broker, "--then-live")
    done = subprocess.run(
        program._command, cwd=ROOT, capture_output=True, check=False, timeout=PATIENCE_S
    )
    assert done.returncode == 2
    assert b"Raise --shift-weeks" in done.stderr


def test_a_taken_port_is_named(tmp_path: Path, broker: int) -> None:
    program = Program(tmp_path / "play", broker)
    taken = [*program._command, "--modbus-port", str(broker)]
    done = subprocess.run(taken, cwd=ROOT, capture_output=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 2
    assert str(broker).encode() in done.stderr
