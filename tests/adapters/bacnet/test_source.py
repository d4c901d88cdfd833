from __future__ import annotations

import ast
import asyncio
import math
import socket
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "bacpypes3", reason="the extra bacnet is not installed (pip install 'meterline[bacnet]')"
)

from bacpypes3.basetypes import Reliability

from adapters import bacnet
from adapters.bacnet.address import parse as address
from adapters.bacnet.profile import load, parse
from adapters.bacnet.source import BacnetMeter, BacnetSettings, BacnetSource
from adapters.poll import PollResult
from energy.base.clock import ManualClock
from energy.base.quality import Quality
from tests.adapters.bacnet.bacnet_device import MeterDevice, MeterRouter

pytestmark = pytest.mark.servers

SLOT = datetime(2026, 11, 21, 6, tzinfo=UTC)
PROFILE = """
schema_version = 1
id = "mine"
vendor = "any"
models = ["any"]
utility = "electricity"
side = "secondary"
trust = "manual"
sources = ["the device"]
[[point]]
quantity = "{quantity}"
object = "{object}"
resolution = "0.001"
scale = "{scale}"
unit = "kWh"
kind = "{kind}"
billing = true
"""
STATE = """
schema_version = 1
id = "mine"
vendor = "any"
models = ["any"]
utility = "none"
side = "secondary"
trust = "manual"
sources = ["the device"]
[[point]]
quantity = "breaker_1"
object = "{object}"
resolution = "1"
unit = "1"
kind = "state"
"""


def run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())  # type: ignore[arg-type]


def meter(where: str, first: int = 1) -> BacnetMeter:
    return BacnetMeter(
        point=f"p{where}", address=address(where), profile=load("bacnet_energy_kwh"),
        channels={"active_energy_import": first, "active_power": first + 1},
    )  # fmt: skip


def source_of(
    device: MeterDevice | MeterRouter, *meters: BacnetMeter, at_once: int = 1
) -> BacnetSource:
    settings = BacnetSettings(host=device.host, port=device.port, timeout_s=0.15, at_once=at_once)
    return BacnetSource("bms", settings, meters, ManualClock(SLOT))


def rows(result: PollResult) -> list[tuple[int, int, Quality]]:
    return [(r.channel, r.count, r.quality) for r in result.columns]


def codes(result: PollResult) -> list[str]:
    return [f.code for f in result.findings] + [f.code for f in result.failures]


def three_meters(device: MeterDevice) -> tuple[BacnetMeter, ...]:
    """Let a gateway hold three meters, ten objects apart."""
    for offset in (0, 10, 20):
        device.say("accumulator", 1 + offset, 1_000 + offset, reliability=0)
        device.say("analog-input", 1 + offset, 0.1 + offset)
    return meter("1001", 1), meter("1001+10", 3), meter("1001+20", 5)


COUNTS = [1_000, 100, 1_010, 10_100, 1_020, 20_100]


def test_all_meters_of_a_gateway_come_in_one_question() -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        source = source_of(device, *three_meters(device))
        try:
            first = await source.poll(SLOT)
            before = device.questions
            again = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        assert [count for _, count, _ in rows(first)] == COUNTS
        assert rows(again) == rows(first)
        assert codes(first) == []
        assert device.questions - before == 1
        assert [a.point for a in again.answered] == ["p1001", "p1001+10", "p1001+20"]
        assert all(0 < a.latency_us < 10**6 for a in again.answered)
        assert source.link.connects == 1
        assert device.writes == 0

    run(story)


@pytest.mark.parametrize(
    ("setting", "questions"),
    [
        ({"largest": 3}, 1 + 1 + 2),  # what it takes, one too long, two halves
        ({"single": True}, 1 + 1 + 6 * 3),
        ({"largest": 0}, 1 + 3 + 6 * 3),
    ],
    ids=["short answers", "no such service", "always too long"],
)
def test_a_device_that_refuses_many_at_once_is_asked_for_less(
    setting: dict[str, Any], questions: int
) -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        for name, value in setting.items():
            setattr(device, name, value)
        source = source_of(device, *three_meters(device))
        try:
            result = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        assert [count for _, count, _ in rows(result)] == COUNTS
        assert device.questions == questions

    run(story)


def test_a_device_with_small_packets_is_asked_in_parts_that_fit() -> None:
    async def story() -> None:
        device = await MeterDevice(apdu=128).listening()
        source = source_of(device, *three_meters(device))
        try:
            result = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        assert [count for _, count, _ in rows(result)] == COUNTS
        assert device.questions == 1 + 3  # two objects in 128 bytes

    run(story)


def test_a_device_that_drops_long_questions_without_a_word_is_asked_singly_next_time() -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        device.mute = True
        source = source_of(device, *three_meters(device))
        try:
            first = await source.poll(SLOT)
            again = await source.poll(SLOT, urgent=True)
        finally:
            source.close()
            device.close()
        assert codes(first) == ["bacnet.no_answer"] * 3
        assert [count for _, count, _ in rows(again)] == COUNTS

    run(story)


@pytest.mark.parametrize(
    ("kind", "value", "scale", "count", "flaw"),
    [
        ("large-analog-value", 123_456_789.0004, "1", 123_456_789_000, None),
        ("large-analog-value", math.nan, "1", 0, "not_a_number"),
        ("large-analog-value", math.inf, "1", 0, "infinite"),
        ("large-analog-value", -1.0, "1", 0, "out_of_range"),
        ("analog-input", 1.0005, "1", 1_000, None),  # a float32: a little less than the half
        ("analog-input", 16_385.0, "1", 16_385_000, "coarse_float"),
        ("accumulator", 4_294_967_295, "0.001", 4_294_967_295, None),
        ("accumulator", 3, "0.0001", 0, "finer_step"),
        ("binary-input", 1, "0.001", 1, None),
    ],
)
def test_a_present_value_is_an_exact_count_or_a_finding(
    kind: str, value: object, scale: str, count: int, flaw: str | None
) -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        device.say(kind, 7, value)
        profile = parse(
            PROFILE.format(
                quantity="active_energy_import", object=f"{kind},7", scale=scale, kind="counter"
            ),
            name="mine",
        )
        one = BacnetMeter(
            point="p", address=address("1001"), profile=profile,
            channels={"active_energy_import": 9},
        )  # fmt: skip
        source = source_of(device, one)
        try:
            result = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        suspect = Quality.MEASURED if flaw is None else Quality.SUSPECT
        assert rows(result) == [(9, count, suspect)]
        assert codes(result) == ([] if flaw is None else [f"bacnet.{flaw}"])
        assert all(f.severity == "do_not_bill" for f in result.findings)

    run(story)


@pytest.mark.parametrize(
    ("flags", "reliability", "flaw"),
    [
        ([0, 0, 0, 0], Reliability.noFaultDetected, None),
        ([1, 0, 0, 0], Reliability.noFaultDetected, None),  # in alarm: a value like any other
        ([0, 1, 0, 0], Reliability.communicationFailure, "device_fault"),
        ([0, 0, 1, 0], Reliability.noFaultDetected, "overridden"),
        ([0, 0, 0, 1], Reliability.noFaultDetected, "out_of_service"),
        ([0, 0, 0, 0], Reliability.noSensor, "device_fault"),
    ],
)
def test_what_the_device_says_against_its_value_makes_it_suspect(
    flags: list[int], reliability: Reliability, flaw: str | None
) -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        device.say("accumulator", 1, 5, statusFlags=flags, reliability=reliability)
        device.say("analog-input", 1, 1.0, statusFlags=[0, 0, 0, 0])
        source = source_of(device, meter("1001"))
        try:
            result = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        suspect = Quality.MEASURED if flaw is None else Quality.SUSPECT
        assert rows(result) == [(1, 5, suspect), (2, 1_000, Quality.MEASURED)]
        assert codes(result) == ([] if flaw is None else [f"bacnet.{flaw}"])

    run(story)


def test_a_breaker_is_a_state() -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        device.say("binary-input", 4, "active")
        profile = parse(STATE.format(object="binary-input,4"), name="mine")
        one = BacnetMeter(
            point="p", address=address("1001"), profile=profile, channels={"breaker_1": 9}
        )
        source = source_of(device, one)
        try:
            result = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        assert rows(result) == [(9, 1, Quality.MEASURED)]

    run(story)


def test_an_absent_object_fails_its_meter_alone() -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        device.say("accumulator", 1, 5)
        device.say("analog-input", 1, 1.0)
        source = source_of(device, meter("1001", 1), meter("1001+70", 3))
        try:
            result = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        assert [channel for channel, _, _ in rows(result)] == [1, 2]
        assert [(f.point, f.code) for f in result.failures] == [
            ("p1001+70", "bacnet.no_such_value")
        ]
        assert "accumulator,71: unknown-object" in result.failures[0].message

    run(story)


def test_another_device_at_the_address_is_not_read() -> None:
    async def story() -> None:
        device = await MeterDevice(1002).listening()
        device.say("accumulator", 1, 5)
        source = source_of(device, meter("1001"))
        try:
            result = await source.poll(SLOT)
        finally:
            source.close()
            device.close()
        assert (rows(result), codes(result)) == ([], ["bacnet.wrong_meter"])

    run(story)


def test_a_device_that_dies_and_comes_back_is_found_again() -> None:
    async def story() -> None:
        device = await MeterDevice().listening()
        meters = three_meters(device)
        source = source_of(device, *meters)
        try:
            assert len(rows(await source.poll(SLOT))) == 6
            device.close()
            down = await source.poll(SLOT)
            assert codes(down) == ["bacnet.no_answer"] * 3
            resting = await source.poll(SLOT)
            assert (rows(resting), codes(resting)) == ([], [])
            device = await MeterDevice(host=device.host, port=device.port).listening()
            three_meters(device)
            assert len(rows(await source.poll(SLOT, urgent=True))) == 6
        finally:
            source.close()
            device.close()

    run(story)


@pytest.mark.parametrize("at_once", [1, 4])
def test_devices_behind_a_router_are_asked_there_and_a_dead_one_stops_nobody(
    at_once: int,
) -> None:
    async def story() -> None:
        router = await MeterRouter(stations={5: 1001, 6: 1002}).listening()
        for device in router.devices:
            device.say("accumulator", 1, device.device_object.objectIdentifier[1])
            device.say("analog-input", 1, 2.0)
        source = source_of(
            router, meter("1001@2001:5", 1), meter("1003@2001:7", 3), meter("1002@2001:6", 5),
            at_once=at_once,
        )  # fmt: skip
        try:
            result = await source.poll(SLOT)
            again = await source.poll(SLOT)
        finally:
            source.close()
            router.close()
        assert sorted(rows(result)) == [
            (1, 1001, 0), (2, 2_000, 0), (5, 1002, 0), (6, 2_000, 0),
        ]  # fmt: skip
        assert [(f.point, f.code) for f in result.failures] == [
            ("p1003@2001:7", "bacnet.no_answer")
        ]
        assert (len(rows(again)), codes(again)) == (4, [])  # the dead one rests
        assert source.link.connects == 1

    run(story)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x81",
        b"\x81\x0a\x00\x04",
        b"HTTP/1.1 400",
        b"\x81\x0a\x00\x0c\x01\x00\x30\x00\x0e\xff\xff\xff",
        b"\x81\x0a\x00\x0c\x01\x00\x30\x00\x0c\xff\xff\xff",
    ],
    ids=["nothing", "one byte", "empty", "http", "other service", "broken answer"],
)
def test_whoever_speaks_no_bacnet_there_is_named_in_time(octets: bytes) -> None:
    class Wrong(asyncio.DatagramProtocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def datagram_received(self, told: bytes, who: Any) -> None:
            self.transport.sendto(octets, who)

    async def story() -> None:
        loop = asyncio.get_running_loop()
        made, _ = await loop.create_datagram_endpoint(Wrong, local_addr=("127.0.0.3", 0))
        settings = BacnetSettings(
            host="127.0.0.3", port=made.get_extra_info("sockname")[1], timeout_s=0.1
        )
        source = BacnetSource("bms", settings, [meter("1001")], ManualClock(SLOT))
        try:
            result = await asyncio.wait_for(source.poll(SLOT), 2)
        finally:
            source.close()
            made.close()
        assert rows(result) == []
        assert codes(result) in (["bacnet.no_answer"], ["bacnet.unknown_format"])

    run(story)


def test_nobody_is_answered_who_asks_the_collector() -> None:
    """Its port takes answers alone: a Who-Is or a write from elsewhere comes to nothing."""

    async def story() -> None:
        device = await MeterDevice().listening()
        source = source_of(device, *three_meters(device))
        try:
            await source.poll(SLOT)
            (own,) = {s.getsockname() for s in _sockets(source)}
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.bind(("127.0.0.2", 0))
                other.settimeout(0.1)
                read_own_name = bytes.fromhex("810a0011010402030c0c023ffffe194d")
                other.sendto(read_own_name + b"\0", own)
                await asyncio.sleep(0.05)
                with pytest.raises(TimeoutError):
                    other.recv(100)
        finally:
            source.close()
            device.close()

    run(story)


def _sockets(source: BacnetSource) -> list[Any]:
    server = source.link._app.link_layer.server
    return [server.local_transport.get_extra_info("socket")]


def test_without_the_extra_the_next_step_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from adapters.bacnet import client

    client._library.cache_clear()
    monkeypatch.setitem(sys.modules, "bacpypes3", None)

    async def story() -> None:
        settings = BacnetSettings(host="127.0.0.3", port=47_808)
        source = BacnetSource("bms", settings, [meter("1001")], ManualClock(SLOT))
        result = await source.poll(SLOT)
        source.close()
        assert codes(result) == ["bacnet.not_installed"]
        assert "pip install 'meterline[bacnet]'" in result.failures[0].message

    run(story)


def test_no_call_of_the_adapter_writes() -> None:
    """Two requests that read are the only ones it can make."""
    names = set()
    for path in Path(bacnet.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                names.add(node.attr)
            elif isinstance(node, ast.ImportFrom):
                names |= {alias.name for alias in node.names}
    assert {name for name in names if name.endswith("Request")} == {
        "ReadPropertyRequest", "ReadPropertyMultipleRequest",
    }  # fmt: skip
    assert [name for name in sorted(names) if "write" in name.lower()] == []
