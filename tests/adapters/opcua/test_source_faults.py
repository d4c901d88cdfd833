from __future__ import annotations

import ast
import asyncio
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

pytest.importorskip(
    "asyncua", reason="the extra opcua is not installed (pip install 'meterline[opcua]')"
)

from asyncua import ua

from adapters import opcua
from adapters.opcua.profile import PROFILES
from adapters.opcua.source import OpcuaMeter
from simulator.listening import Listening
from tests.adapters.opcua.opcua_polls import PATIENCE_S, SLOT, plain, polled, rows, source_of
from tests.adapters.opcua.opcua_server import MeterServer

pytestmark = pytest.mark.servers


def test_a_server_that_takes_few_nodes_at_once_is_asked_in_parts(
    server: MeterServer, run: Callable
) -> None:
    async def story() -> None:
        limit = server.server.get_node("i=11705")
        before = await limit.read_value()
        await server.server.write_attribute_value(
            limit.nodeid, ua.DataValue(ua.Variant(2, ua.VariantType.UInt32))
        )
        await server.say("MeterA.Energy", 1.0, dated=SLOT)
        await server.say("MeterA.Power", 2.0, ua.VariantType.Float, dated=SLOT)
        source = source_of(server.port, *(
            OpcuaMeter(point=f"p{n}", name="A", profile=PROFILES.load("opcua_energy_kwh"),
                       channels={"active_energy_import": n, "active_power": n + 1})
            for n in range(1, 7, 2)
        ))  # fmt: skip
        result = await polled(source)
        await server.server.write_attribute_value(
            limit.nodeid, ua.DataValue(ua.Variant(before, ua.VariantType.UInt32))
        )
        assert [count for _, count, _ in rows(result)] == [1_000, 2_000] * 3
        assert source.link._most == 2

    run(story())


def test_a_server_that_dies_and_comes_back_is_found_again(
    server: MeterServer, run: Callable
) -> None:
    async def story() -> None:
        await server.say("MeterA.Energy", 1.0, dated=SLOT)
        await server.say("MeterA.Power", 2.0, ua.VariantType.Float, dated=SLOT)
        source = source_of(server.port, plain("A", 1))
        try:
            assert len(rows(await source.poll(SLOT))) == 2
            await server.stop()
            down = await source.poll(SLOT)
            assert [f.code for f in down.failures] == ["opcua.no_connection"]
            assert "a firewall" in down.failures[0].message
            resting = await source.poll(SLOT)
            assert (resting.failures, rows(resting)) == ((), [])  # it rests, and nobody waits
            await server.server.start()
            back = await source.poll(SLOT, urgent=True)
            assert len(rows(back)) == 2
            for client in list(server.server.bserver.clients):
                client.transport.close()  # what a restart between two slots looks like
            await asyncio.sleep(0.02)
            assert len(rows(await source.poll(SLOT))) == 2
            assert source.link.connects == 3
        finally:
            source.close()

    run(story())


def test_two_who_ask_at_once_share_a_session(server: MeterServer, run: Callable) -> None:
    async def story() -> None:
        await server.say("MeterA.Energy", 1.0, dated=SLOT)
        source = source_of(server.port, plain("A", 1))
        try:
            both = await asyncio.gather(source.poll(SLOT), source.poll(SLOT, urgent=True))
        finally:
            source.close()
        assert [len(rows(result)) for result in both] == [2, 2]
        assert source.link.connects == 1

    run(story())


def test_a_closed_source_leaves_no_session_at_the_server(
    server: MeterServer, run: Callable
) -> None:
    async def story() -> None:
        known = server.server.iserver._external_sessions
        before = len(known)
        source = source_of(server.port, plain("A", 1))
        await source.poll(SLOT)
        assert (server.connections, len(known)) == (1, before + 1)
        source.close()
        await asyncio.sleep(0.05)
        assert server.connections == 0
        assert len(known) == before
        names = {str(task.get_coro()) for task in asyncio.all_tasks()}
        assert not [name for name in names if "Client." in name]

    run(story())


async def wrong_server(octets: bytes | None) -> Listening:
    """Listen as something that is no OPC UA server; None says nothing at all."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read(64)
            if octets is not None:
                writer.write(octets)
                await writer.drain()
                if not octets:
                    writer.close()
            await reader.read()

    return await Listening.with_talk(serve)


ERROR = struct.pack("<4sII i", b"ERRF", 16 + 4, 0x80820000, 4) + b"full"
HUGE = struct.pack("<4sI", b"ACKF", 2**31) + b"\0" * 60_000


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (None, "opcua.no_answer"),
        (b"", "opcua.closed"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "opcua.no_answer"),
        (HUGE, "opcua.no_answer"),
        (struct.pack("<4sI", b"ACKF", 8), "opcua.closed"),
        (b"\xff" * 200, "opcua.no_answer"),
    ],
    ids=["silent", "closes", "http", "huge", "short", "ones"],
)
def test_whoever_speaks_no_opc_ua_there_is_named_in_time(
    run: Callable, octets: bytes | None, code: str
) -> None:
    async def story() -> None:
        patience_s = 0.2 if code == "opcua.no_answer" else PATIENCE_S
        async with await wrong_server(octets) as listening:
            source = source_of(listening.port, plain("A", 1), timeout_s=patience_s)
            result = await asyncio.wait_for(polled(source), 30)
        assert [f.code for f in result.failures] == [code]
        assert not rows(result)

    run(story())


def test_without_the_extra_the_next_step_is_said(
    run: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "asyncua", None)
    result = run(polled(source_of(4840, plain("A", 1), plain("B", 3))))
    assert [(f.point, f.code) for f in result.failures] == [
        ("pA", "opcua.not_installed"), ("pB", "opcua.not_installed"),
    ]  # fmt: skip
    assert "pip install 'meterline[opcua]'" in result.failures[0].message


def test_no_call_of_the_adapter_writes() -> None:
    """The Read service is the only one that is called; the library has calls for every other."""
    calls = set()
    for path in Path(opcua.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                calls.add(node.attr)
    writing = ("write", "call", "add_", "delete", "history", "register", "set_value", "import_")
    assert "read" in calls
    assert [name for name in sorted(calls) if name.startswith(writing)] == []
