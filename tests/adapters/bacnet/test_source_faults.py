from __future__ import annotations

import ast
import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "bacpypes3", reason="the extra bacnet is not installed (pip install 'meterline[bacnet]')"
)

from adapters import bacnet
from adapters.bacnet.source import BacnetSettings, BacnetSource
from energy.base.clock import ManualClock
from tests.adapters.bacnet.bacnet_device import MeterDevice, MeterRouter
from tests.adapters.bacnet.bacnet_polls import (
    SLOT,
    codes,
    meter,
    rows,
    run,
    source_of,
    three_meters,
)

pytestmark = pytest.mark.servers


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
            result = await asyncio.wait_for(source.poll(SLOT), 30)
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
