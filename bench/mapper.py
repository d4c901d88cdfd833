"""In: messages of several dialects. Out: how fast they become counts, beside json.loads. Pure.

Timed is all that the network thread does with a message: topic, strict reading, mapping, exact
count, repeat. The baseline reads the same bytes with `json.loads`, which checks nothing; for
Sparkplug B it has none.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction

from adapters.mqtt.connecting import Message
from adapters.mqtt.judge import Judge, MqttDevice
from adapters.mqtt.mapping_file import load_mapping
from adapters.mqtt.settle import ChannelTarget
from bench.ground import Ground
from bench.measure import Bench, Scale, Sides, rate
from energy.base.units import Utility
from energy.metering.channel import Kind

MESSAGES_A_SLICE = 1_000
GATEWAY_METERS = 10
NOW = datetime(2026, 11, 21, 6, 10, tzinfo=UTC)


def pulses(messages: int) -> list[Message]:
    """Return messages of Meterline's own form: one count each."""
    return [
        _message(
            f"meterline/site/pulses/m{n % 100}",
            b'{"device": "m%d", "at": "2026-11-21T06:%02d:%02d+00:00", "count": %d, "id": "m%d:%d"}'
            % (n % 100, n // 60 % 10, n % 60, 123_456 + n, n % 100, n),
        )
        for n in range(messages)
    ]


def gateways(messages: int) -> list[Message]:
    """Return messages of Chinese gateways: ten meters with five values each, two of them asked."""
    names = ("EPI", "P", "Ua", "Ub", "Uc")
    return [
        _message(
            f"gateway/GW{n % 100}/up",
            json.dumps(
                {
                    "gwId": f"GW{n % 100}",
                    "ts": f"2026-11-21 14:{n // 60 % 10:02}:{n % 60:02}",
                    "devs": [
                        {
                            "devId": f"A{meter}",
                            "data": [{"id": name, "val": f"{n + meter}.25"} for name in names],
                        }
                        for meter in range(GATEWAY_METERS)
                    ],
                }
            ).encode("gb18030"),
        )
        for n in range(messages)
    ]


def sparkplug(messages: int) -> list[Message]:
    """Return a birth and data messages of one Sparkplug B device: four doubles by alias."""
    names = ("active_energy_import", "active_power", "voltage_l1", "voltage_l2")
    birth = [
        b"\x0a" + bytes((len(name),)) + name.encode() + bytes((0x10, n, 0x20, 10))
        for n, name in enumerate(names)
    ]
    found = [
        _message("spBv1.0/t2/NBIRTH/gw", _payload(0, [])),
        _message("spBv1.0/t2/DBIRTH/gw/m0", _payload(1, birth)),
    ]
    for n in range(2, messages):
        values = [bytes((0x10, k)) + b"\x69" + struct.pack("<d", n + 0.25) for k in range(4)]
        found.append(_message("spBv1.0/t2/DDATA/gw/m0", _payload(n % 256, values)))
    return found


def _payload(seq: int, metrics: Sequence[bytes]) -> bytes:
    stamp = bytes((0x08,)) + _varint(1_795_241_133_000)
    inner = b"".join(b"\x12" + _varint(len(metric)) + metric for metric in metrics)
    return stamp + inner + b"\x18" + _varint(seq)


def _varint(number: int) -> bytes:
    octets = bytearray()
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*octets, number))


def _message(topic: str, payload: bytes) -> Message:
    return Message(topic=topic, payload=payload, mid=1, qos=1, connection=0)


def _devices(names: Sequence[str], *, account: bool = False) -> list[MqttDevice]:
    def targets(number: int) -> tuple[ChannelTarget, ...]:
        energy = ChannelTarget(
            number=number,
            point=f"p{number}",
            quantity="active_energy_import",
            unit="kWh",
            resolution=Fraction(1, 100),
            utility=Utility.ELECTRICITY,
        )
        power = ChannelTarget(
            number=number + 1,
            point=f"p{number}",
            quantity="active_power",
            kind=Kind.GAUGE,
            unit="W",
            resolution=Fraction(1),
        )
        return energy, power

    return [
        MqttDevice(
            name=name,
            channels=targets(2 * n + 1),
            account=name.partition(".")[0] if account else "",
        )
        for n, name in enumerate(names)
    ]


def _pulse_devices() -> list[MqttDevice]:
    return [
        MqttDevice(
            name=f"m{n}", channels=(ChannelTarget(number=n, point=f"p{n}", quantity="volume"),)
        )
        for n in range(100)
    ]


def _sides(
    preset: str, devices: Sequence[MqttDevice], messages: Sequence[Message], counts: int
) -> Sides:
    def judged() -> float:
        judge = Judge(load_mapping(preset), devices)

        def act() -> None:
            found = [judge.judge(message, NOW) for message in messages]
            assert not any(each.refusals for each in found), "a message of the bench was refused"
            assert sum(len(each.counts) for each in found) == counts, "every value became a count"

        return rate(len(messages), act)

    def loaded() -> float:
        return rate(len(messages), lambda: [json.loads(each.payload) for each in messages])

    return Sides(product=judged, baseline=None if preset == "sparkplug_b" else loaded)


@contextmanager
def own_form(_: Ground, scale: Scale) -> Iterator[Sides]:
    """Give Meterline's own form beside json.loads."""
    number = scale.slices * MESSAGES_A_SLICE
    yield _sides("pulses", _pulse_devices(), pulses(number), number)


@contextmanager
def chinese(_: Ground, scale: Scale) -> Iterator[Sides]:
    """Give gateways with ten meters a message beside json.loads."""
    number = max(scale.slices * MESSAGES_A_SLICE // 20, 1)
    names = [f"GW{n}.A{meter}" for n in range(100) for meter in range(GATEWAY_METERS)]
    devices = _devices(names, account=True)
    yield _sides("chinese_gateway", devices, gateways(number), number * 2 * GATEWAY_METERS)


@contextmanager
def sparkplug_b(_: Ground, scale: Scale) -> Iterator[Sides]:
    """Give data messages of a Sparkplug B device."""
    number = max(scale.slices * MESSAGES_A_SLICE // 4, 4)
    yield _sides("sparkplug_b", _devices(["gw.m0"]), sparkplug(number), (number - 2) * 2)


BENCHES = (
    Bench(
        name="mqtt-own-form",
        says="messages with one count into exact counts, beside json.loads alone",
        unit="messages/s",
        prepare=own_form,
    ),
    Bench(
        name="mqtt-gateway",
        says="gateway messages of 10 meters and 50 values, 20 of them counted, beside json.loads",
        unit="messages/s",
        prepare=chinese,
    ),
    Bench(
        name="mqtt-sparkplug",
        says="Sparkplug B data messages of 4 metrics by alias into exact counts",
        unit="messages/s",
        prepare=sparkplug_b,
    ),
)
