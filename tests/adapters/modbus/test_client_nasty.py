"""Devices that flood, dawdle, hang up or take one connection only; what the client cannot do."""

from __future__ import annotations

import ast
import asyncio
import os
import resource
import socket
import struct
import tracemalloc
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path

import pytest

from adapters.modbus.bus import Question as Asking
from adapters.modbus.client import ModbusClient
from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.link import Link, LinkKind
from adapters.modbus.mbap import Conversation
from adapters.modbus.rtu_asker import RtuAsker
from energy.base.clock import monotonic_s
from tests.adapters.modbus.slave import Question, addresses, slave

ROOT = Path(__file__).parents[3]
PATIENT_S = 30.0


def client_of(port: int, timeout_s: float = 0.2, **more: object) -> ModbusClient:
    link = Link(kind=LinkKind.TCP, host="127.0.0.1", port=port)
    return ModbusClient(link=link, timeout_s=timeout_s, name="test", **more)  # type: ignore[arg-type]


async def outcome(read: Awaitable[object]) -> object:
    try:
        return await read
    except ReadFailedError as error:
        return error.fault


def sockets() -> int:
    """Return how many sockets this process has open."""
    held = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            held += str(descriptor.readlink()).startswith("socket:")
    return held


@pytest.mark.servers
@pytest.mark.parametrize(
    "flood",
    [
        b"HTTP/1.1 200 OK\r\n",
        b"\0\x01\0\0\0\0",
        b"\0\x01\0\0\xff\xff",
        b"\0\x01\0\x01\0\x05",
        b"\0",
    ],
    ids=["web server", "length 0", "length 65535", "protocol 1", "zeros"],
)
def test_a_flood_ends_the_read_and_memory_stays_bounded(flood: bytes) -> None:
    async def answer(question: Question, writer: asyncio.StreamWriter) -> None:
        if question.number:
            await addresses(question, writer)
            return
        for _ in range(200):
            writer.write(flood * (100_000 // len(flood)))
            await writer.drain()

    async def story() -> tuple[object, object, int]:
        async with slave(answer) as running:
            client = client_of(running.port)
            tracemalloc.start()
            first = await outcome(client.read(unit=1, function_code=3, address=0, count=2))
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            second = await client.read(
                unit=1, function_code=3, address=8, count=2, timeout_s=PATIENT_S
            )
            client.close()
            return first, second, most

    first, second, most = asyncio.run(story())
    assert first in {Fault.NOT_MODBUS, Fault.CLOSED}
    assert second == [8, 9]
    assert most < 1_000_000, "both sides of it, and the flood has 20 MB"


@pytest.mark.servers
def test_a_device_that_dawdles_without_end_is_cut_at_its_deadline_and_others_are_on_time() -> None:
    async def dawdle(question: Question, writer: asyncio.StreamWriter) -> None:
        writer.write(question.transaction + struct.pack(">HHBBB", 0, 203, question.unit, 3, 200))
        while not writer.is_closing():
            writer.write(b"\0")
            await asyncio.sleep(0.05)

    async def story() -> tuple[object, float, int]:
        async with slave(dawdle) as slow, slave(addresses) as quick:
            loris, other = client_of(slow.port, timeout_s=0.3), client_of(quick.port)
            began_s = monotonic_s()
            cut = asyncio.ensure_future(
                outcome(loris.read(unit=1, function_code=3, address=0, count=100))
            )
            served = 0
            while not cut.done():
                await other.read(unit=1, function_code=3, address=5, count=1, timeout_s=PATIENT_S)
                served += 1
            took_s = monotonic_s() - began_s
            loris.close()
            other.close()
            return cut.result(), took_s, served

    fault, took_s, served = asyncio.run(story())
    assert fault is Fault.UNFINISHED
    assert took_s >= 0.3
    assert served > 10


@pytest.mark.servers
def test_a_device_that_resets_every_question_is_left_alone_longer_and_longer() -> None:
    async def reset(question: Question, writer: asyncio.StreamWriter) -> None:
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    now = 0.0

    async def story() -> tuple[list[object], int]:
        nonlocal now
        async with slave(reset) as running:
            client = client_of(running.port, timeout_s=PATIENT_S, monotonic=lambda: now)
            faults = []
            for _ in range(300):  # one read each 0.1 s, for 30 s
                now += 0.1
                faults.append(
                    await outcome(client.read(unit=1, function_code=3, address=0, count=1))
                )
            client.close()
            return faults, running.connections

    before = sockets()
    faults, connections = asyncio.run(story())
    assert set(faults) == {Fault.CLOSED, Fault.NO_CONNECTION}
    assert 4 <= connections <= 9
    assert sockets() <= before


@pytest.mark.servers
def test_a_device_that_accepts_and_says_nothing_costs_one_socket_at_a_time() -> None:
    async def silence(question: Question, writer: asyncio.StreamWriter) -> None:
        """Say nothing."""

    async def story() -> tuple[set[object], int, int]:
        async with slave(silence) as running:
            client = client_of(running.port, timeout_s=0.02)
            faults, most = set(), 0
            for _ in range(25):
                faults.add(await outcome(client.read(unit=1, function_code=3, address=0, count=1)))
                most = max(most, sockets() - before)
            client.close()
            return faults, most, running.connections

    before = sockets()
    faults, most, connections = asyncio.run(story())
    assert faults <= {Fault.NO_ANSWER, Fault.NO_CONNECTION}
    assert connections > 5
    assert most <= 8, "the event loop's own, the listener, and both ends of one or two"
    assert sockets() <= before


@pytest.mark.servers
def test_a_device_with_room_for_one_connection_serves_the_reader_that_has_it() -> None:
    busy: list[asyncio.StreamWriter] = []

    async def only_one(question: Question, writer: asyncio.StreamWriter) -> None:
        if not busy:
            busy.append(writer)
        if writer is busy[0]:
            await addresses(question, writer)
        else:
            writer.close()

    async def story() -> tuple[object, list[object], object]:
        async with slave(only_one) as running:
            first, second = (client_of(running.port, timeout_s=PATIENT_S) for _ in range(2))
            has_it = await first.read(unit=1, function_code=3, address=5, count=1)
            refused = [
                await outcome(second.read(unit=1, function_code=3, address=5, count=1))
                for _ in range(3)
            ]
            still = await first.read(unit=1, function_code=3, address=6, count=1)
            first.close()
            second.close()
            return has_it, refused, still

    assert asyncio.run(story()) == (
        [5],
        [Fault.CLOSED, Fault.CLOSED, Fault.NO_CONNECTION],
        [6],
    )


@pytest.mark.servers
def test_two_collectors_never_ask_one_gateway_that_both_hold() -> None:
    async def story() -> tuple[object, ...]:
        async with slave(addresses) as running:
            ours = client_of(running.port, timeout_s=PATIENT_S, lease=True)
            twin = client_of(running.port, timeout_s=PATIENT_S, lease=True)
            asked = (ours, twin)
            given = [await c.read(unit=1, function_code=3, address=5, count=1) for c in asked]
            for client in asked:
                client.close()
            return tuple(given)

    assert asyncio.run(story()) == ([5], [5]), "connections of one collector share its gateway"


def test_the_client_has_no_call_that_writes_to_a_meter() -> None:
    names = [name for name in dir(ModbusClient) if not name.startswith("_")]
    assert names == ["close", "connects", "hurry", "read", "suspect"]


@pytest.mark.parametrize("function_code", [0, 1, 5, 6, 15, 16, 22, 23])
def test_no_function_but_the_two_that_read_is_ever_asked(function_code: int) -> None:
    with pytest.raises(AssertionError, match="this client only reads"):
        asyncio.run(client_of(1).read(unit=1, function_code=function_code, address=0, count=1))


@pytest.mark.parametrize("function_code", [5, 6, 15, 16])
def test_a_frame_that_writes_does_not_leave_even_if_the_library_builds_one(
    function_code: int,
) -> None:
    body = bytes((1, function_code)) + bytes(4)
    with pytest.raises(AssertionError, match="this client only reads"):
        Conversation().ask(Asking(1, function_code, 0, 1))
    rtu = RtuAsker(link=Link(kind=LinkKind.RTU, device="x"), timeout_s=1.0, name="t")
    with pytest.raises(AssertionError, match="this client only reads"):
        rtu._packet(True, body + b"\0\0")


def test_no_module_of_the_product_but_the_asker_of_buses_knows_pymodbus() -> None:
    importers = set()
    for top in ("adapters", "billing", "dashboards", "energy", "processes", "scripts", "simulator"):
        for path in (ROOT / top).rglob("*.py"):
            text = path.read_text("utf-8")
            for node in ast.walk(ast.parse(text if "pymodbus" in text else "")):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
                if any(name.partition(".")[0] == "pymodbus" for name in names):
                    importers.add(path.relative_to(ROOT).as_posix())
    assert importers == {"adapters/modbus/rtu_asker.py"}


def test_the_client_calls_no_writing_call_of_pymodbus() -> None:
    tree = ast.parse((ROOT / "adapters/modbus/rtu_asker.py").read_text("utf-8"))
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not {name for name in called if "write" in name}
    assert {"read_holding_registers", "read_input_registers"} <= called


@pytest.mark.servers
def test_a_collector_without_room_for_another_connection_says_so_and_what_to_do() -> None:
    async def story() -> tuple[ReadFailedError, object]:
        async with slave(addresses) as running:
            client = client_of(running.port)
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            lowest_free = os.dup(0)
            os.close(lowest_free)
            resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
            try:
                with pytest.raises(ReadFailedError) as caught:
                    await client.read(unit=1, function_code=3, address=5, count=1)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            client.hurry()
            later = await client.read(unit=1, function_code=3, address=5, count=1)
            client.close()
        return caught.value, later

    error, later = asyncio.run(story())
    assert error.fault is Fault.TOO_MANY_FILES
    assert "raise its limit of open files" in str(error)
    assert later == [5]
