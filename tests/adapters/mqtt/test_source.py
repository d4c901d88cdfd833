from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from adapters.mqtt.connecting import SESSION_S, Message
from adapters.mqtt.judge import MqttDevice
from adapters.mqtt.mapping_file import load_mapping, with_topic
from adapters.mqtt.payload import Reason
from adapters.mqtt.settle import ChannelTarget
from adapters.mqtt.source import Arrival, MqttSettings, MqttSource
from adapters.mqtt.sparkplug_wire import rebirth_request
from energy.base.clock import ManualClock, monotonic_s
from energy.metering.channel import Kind
from tests.adapters.mqtt.broker import broker
from tests.adapters.mqtt.sparkplug_proto import metric, payload

NOW = datetime(2019, 1, 1, 0, 15, tzinfo=UTC)
GOOD = b'{"device": "g2", "at": "2019-01-01T00:15:00Z", "count": 7, "id": "g2:1"}'
GAS = MqttDevice(
    name="g2", channels=(ChannelTarget(number=12, point="cam-b2-gas", quantity="volume"),)
)


def settings(mapping: str = "", topic: str = "m/pulses/+", **others: Any) -> MqttSettings:
    return MqttSettings(
        key="pulses-1",
        host="127.0.0.1",
        port=1,
        client_id="test",
        mapping=with_topic(load_mapping(mapping), topic),
        **others,
    )


def message(topic: str, payload: bytes, number: int = 1) -> Message:
    return Message(topic=topic, payload=payload, mid=number, qos=1, connection=0)


def judged(topic: str, payload: bytes) -> Arrival:
    return MqttSource(settings(), [GAS], ManualClock(NOW)).judge(message(topic, payload))


def test_a_message_becomes_a_count_of_its_channel() -> None:
    arrival = judged("m/pulses/g2", GOOD)
    assert arrival.refusals == ()
    (count,) = arrival.counts
    assert (arrival.source, count.channel, count.count) == ("pulses-1", 12, 7)


@pytest.mark.parametrize(
    ("topic", "payload", "reason", "detail"),
    [
        ("m/pulses/g2", GOOD.replace(b"g2", b"g3"), Reason.WRONG_DEVICE, "they must agree"),
        ("m/pulses/g3", GOOD.replace(b"g2", b"g3"), Reason.UNKNOWN_DEVICE, "commission it or add"),
        ("m/other/g2", GOOD, Reason.UNKNOWN_TOPIC, "does not fit 'm/pulses/+'"),
        ("m/pulses/g2", b"no json", Reason.NOT_JSON, "no JSON"),
    ],
)
def test_a_message_of_nobody_or_without_sense_is_refused_with_its_reason(
    topic: str, payload: bytes, reason: Reason, detail: str
) -> None:
    arrival = judged(topic, payload)
    assert arrival.counts == ()
    (refusal,) = arrival.refusals
    assert refusal.reason is reason
    assert detail in refusal.detail


def test_a_broker_keeps_nothing_for_a_source_whose_messages_have_no_time() -> None:
    assert settings("zigbee2mqtt", "").subscription.session_s == 0
    assert settings().subscription.session_s == SESSION_S


def test_collectors_that_share_a_source_ask_for_it_as_a_group() -> None:
    asked = settings(share="t2", receive_maximum=50).subscription
    assert asked.filters == ["$share/t2/m/pulses/+"]
    assert asked.receive_maximum == 50


def test_a_silent_source_is_complained_of_whatever_its_connection_says() -> None:
    source = MqttSource(settings(silent_s=60.0), [GAS], ManualClock(NOW))
    assert source.complaints() == []
    source._silence.heard(-1e9)
    (complaint,) = source.complaints()
    assert complaint.startswith("source 'pulses-1' has been silent for ")


def test_gateways_that_told_of_their_death_are_named_until_they_are_born_again() -> None:
    source = MqttSource(settings("sparkplug_b", ""), [], ManualClock(NOW))
    born = payload(metric("bdSeq", datatype=8, long_value=3), seq=0)
    source.judge(message("spBv1.0/t2/NBIRTH/gw-7", born))
    died = payload(metric("bdSeq", datatype=8, long_value=3), seq=None)
    source.judge(message("spBv1.0/t2/NDEATH/gw-7", died))
    assert source.complaints() == ["source 'pulses-1': 1 gateway(s) have gone: t2/gw-7"]
    again = payload(metric("bdSeq", datatype=8, long_value=4), seq=0)
    source.judge(message("spBv1.0/t2/NBIRTH/gw-7", again))
    assert source.complaints() == []


def test_what_a_gateway_had_kept_waits_behind_what_is_live() -> None:
    async def story() -> list[str]:
        source = MqttSource(settings(), [GAS], ManualClock(NOW))
        source._loop, source._queue = asyncio.get_running_loop(), asyncio.Queue()
        old = [Arrival(source="pulses-1", message=message("old", b"", n)) for n in range(300)]
        source._backlog.extend(old)
        source._queue.put_nowait(Arrival(source="pulses-1", message=message("live", b"")))
        source._hand_over_backlog(source._queue)
        waiting = [source._queue.get_nowait().message.topic for _ in range(source._queue.qsize())]
        source._hand_over_backlog(source._queue)
        assert source._queue.qsize() == 200
        return waiting

    assert asyncio.run(story()) == ["live", *["old"] * 5]


def test_what_no_backlog_has_room_for_goes_straight_on_and_stops_nothing_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapters.mqtt.source.BACKLOG_KEPT", 1)
    kept = {"datatype": 8, "is_historical": True}

    async def story() -> list[int]:
        source = MqttSource(settings("sparkplug_b", ""), [], ManualClock(NOW))
        source._loop, source._queue = asyncio.get_running_loop(), asyncio.Queue()
        source._backlog.append(Arrival(source="pulses-1", message=message("old", b"", 0)))
        born = payload(metric("bdSeq", datatype=8, long_value=3), metric("e", **kept), seq=0)
        source._push(message("spBv1.0/t2/NBIRTH/gw-7", born, 1))
        live = payload(metric("e", datatype=8, long_value=4), seq=1)
        source._push(message("spBv1.0/t2/NDATA/gw-7", live, 2))
        await asyncio.sleep(0)
        return [source._queue.get_nowait().message.mid for _ in range(source._queue.qsize())]

    assert asyncio.run(story()) == [1, 2]


def test_a_repeat_is_not_acknowledged_before_what_the_backlog_holds_of_it() -> None:
    async def story() -> list[int]:
        source = MqttSource(settings("sparkplug_b", ""), [], ManualClock(NOW))
        source._loop, source._queue = asyncio.get_running_loop(), asyncio.Queue()
        source._backlog.append(Arrival(source="pulses-1", message=message("old", b"", 0)))
        born = payload(metric("bdSeq", datatype=8, long_value=3), seq=0)
        source._push(replace(message("spBv1.0/t2/NBIRTH/gw-7", born, 1), again=True))
        await asyncio.sleep(0)
        source._hand_over_backlog(source._queue)
        return [source._queue.get_nowait().message.mid for _ in range(source._queue.qsize())]

    assert asyncio.run(story()) == [0, 1]


AT = datetime(2026, 11, 21, 6, 10, tzinfo=UTC)
M1 = MqttDevice(
    name="gw-7.m1",
    channels=(
        ChannelTarget(
            number=1,
            point="p",
            quantity="active_energy_import",
            unit="kWh",
            resolution=Fraction(1, 10),
        ),
        ChannelTarget(
            number=2,
            point="p",
            quantity="temperature",
            kind=Kind.GAUGE,
            unit="degC",
            resolution=Fraction(1),
        ),
    ),
)


class Listening:
    """A Sparkplug source at a real broker, and what has come to it."""

    def __init__(self, port: int) -> None:
        made = settings("sparkplug_b", "", silent_s=60.0)
        self.source = MqttSource(
            MqttSettings(
                key="gw", host="127.0.0.1", port=port, client_id="host", mapping=made.mapping
            ),
            [M1],
            ManualClock(AT),
        )
        self.queue: asyncio.Queue[Arrival] = asyncio.Queue()
        self.counts: list[tuple[int, int]] = []
        self.reasons: list[str] = []

    async def connected(self) -> None:
        """Wait until the broker has accepted us."""
        while not self.source.connected:  # noqa: ASYNC110 - a thread sets it
            await asyncio.sleep(0.02)

    async def until(self, *, counts: int = 0, reason: str = "") -> None:
        """Take messages until so many counts, or a reason, have come."""
        until_s = monotonic_s() + 60
        while len(self.counts) < counts or (reason and reason not in self.reasons):
            async with asyncio.timeout(max(0.01, until_s - monotonic_s())):
                arrival = await self.queue.get()
            self.counts += [(each.channel, each.count) for each in arrival.counts]
            self.reasons += [str(refusal.reason) for refusal in arrival.refusals]
            self.source.acknowledge([arrival])


@pytest.mark.servers
def test_a_gateway_that_was_born_before_we_came_is_asked_for_its_birth(tmp_path: Path) -> None:
    """The gateway's side is the `protobuf` package and mosquitto's own publisher."""

    async def story(port: int) -> list[tuple[int, int]]:
        listening = Listening(port)
        command = [
            "mosquitto_sub",
            "-p",
            str(port),
            "-t",
            "spBv1.0/t2/NCMD/#",
            "-C",
            "1",
            "-F",
            "%x",
        ]
        gateway = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        listening.source.start(listening.queue)

        async def say(kind: str, *metrics: dict[str, Any], seq: int) -> None:
            topic = f"spBv1.0/t2/{kind}/gw-7" + ("/m1" if kind[0] == "D" else "")
            words = ["-p", str(port), "-t", topic, "-s"]
            made = await asyncio.create_subprocess_exec(
                "mosquitto_pub", *words, stdin=subprocess.PIPE
            )
            await made.communicate(payload(*metrics, seq=seq))

        await listening.connected()
        value = metric(alias=1, double_value=5.5)
        while listening.queue.empty():  # until the subscription stands
            await say("DDATA", value, seq=9)
            await asyncio.sleep(0.1)
        await listening.until(reason="before_birth")
        asked, _ = await asyncio.wait_for(gateway.communicate(), 60)
        assert bytes.fromhex(asked.decode().strip()) == rebirth_request(1795241400000)
        await say("NBIRTH", metric("bdSeq", datatype=8, long_value=0), seq=0)
        born = metric("active_energy_import", alias=1, datatype=10, double_value=5.5)
        await say("DBIRTH", born, seq=1)
        await say("DDATA", metric(alias=1, double_value=5.6), seq=2)
        await listening.until(counts=2)
        listening.source.close()
        return listening.counts

    with broker(tmp_path) as port:
        assert asyncio.run(story(port)) == [(1, 55), (1, 56)]


def interpreter_with_pysparkplug(folder: Path) -> str:
    """Return an interpreter that has the package: the one named, or one made now."""
    if named := os.environ.get("METERLINE_SPARKPLUG_PYTHON"):
        return named
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    python = str(folder / "venv" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", "pysparkplug==0.6.1"], check=True)
    return python


@pytest.mark.servers
@pytest.mark.slow
def test_a_gateway_made_of_a_public_package_is_understood_and_born_again(tmp_path: Path) -> None:
    async def story(port: int) -> Listening:
        listening = Listening(port)
        listening.source.start(listening.queue)
        await listening.connected()
        await asyncio.sleep(0.3)
        gateway = await asyncio.create_subprocess_exec(
            python,
            str(Path(__file__).with_name("sparkplug_publisher.py")),
            str(port),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert gateway.stdin is not None and gateway.stdout is not None

        async def tell(word: str) -> None:
            assert gateway.stdin is not None
            gateway.stdin.write(word.encode() + b"\n")
            await gateway.stdin.drain()

        async def hear(word: bytes) -> None:
            assert gateway.stdout is not None
            while word not in await asyncio.wait_for(gateway.stdout.readline(), 60):
                continue

        await listening.until(counts=2)
        for word in ("data 1", "history 2", "lose", "data 3"):
            await tell(word)
        await listening.until(counts=6, reason="sequence_gap")
        await hear(b"asked ['Node Control/Rebirth']")
        await tell("birth")
        await listening.until(counts=8)
        await tell("data 4")
        await listening.until(counts=10)
        gateway.stdin.close()
        await gateway.wait()
        listening.source.close()
        return listening

    python = interpreter_with_pysparkplug(tmp_path)
    with broker(tmp_path) as port:
        listening = asyncio.run(story(port))
    steps = [0, 1, 2, 3, 4]  # the birth brings the values of the step that was lost
    assert listening.counts == [
        each for step in steps for each in ((1, 152034 + 10 * step), (2, -4 - step))
    ]
    assert listening.reasons == ["sequence_gap"]
