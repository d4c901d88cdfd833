from __future__ import annotations

import ast
import asyncio
import math
import struct
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip(
    "asyncua", reason="the extra opcua is not installed (pip install 'meterline[opcua]')"
)

from asyncua import ua

from adapters import opcua
from adapters.meter_profile import MeterProfile
from adapters.opcua.profile import Wire, load, parse
from adapters.opcua.settings import OpcuaSettings
from adapters.opcua.source import OpcuaMeter, OpcuaSource
from adapters.poll import PollResult
from energy.base.clock import ManualClock
from energy.base.quality import Quality
from tests.adapters.opcua.opcua_server import MeterServer, free_port

pytestmark = pytest.mark.servers

SLOT = datetime(2026, 11, 21, 6, tzinfo=UTC)
HEAD = """
schema_version = 1
id = "mine"
vendor = "any"
models = ["any"]
utility = "electricity"
side = "secondary"
trust = "manual"
timestamps = "{timestamps}"
sources = ["the server"]
"""
POINT = """
[[point]]
quantity = "{quantity}"
node = "ns=2;s={node}"
resolution = "0.001"
scale = "{scale}"
unit = "kWh"
kind = "{kind}"
{more}
"""


def profile_of(
    node: str, *, kind: str = "counter", scale: str = "1", timestamps: str = "sampled",
    more: str = "",
) -> MeterProfile[Wire]:  # fmt: skip
    quantity = {"counter": "active_energy_import", "gauge": "active_power"}.get(kind, "breaker_1")
    point = POINT.format(quantity=quantity, node=node, scale=scale, kind=kind, more=more)
    text = HEAD.format(timestamps=timestamps) + point.replace(
        'unit = "kWh"', 'unit = "kWh"' if kind == "counter" else 'unit = "1"'
    )
    if kind == "state":
        text = text.replace('resolution = "0.001"', 'resolution = "1"').replace(
            'utility = "electricity"', 'utility = "none"'
        )
    return parse(text, name="mine")


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[[Awaitable[object]], object]]:
    """One event loop for the server and all who ask it."""
    with asyncio.Runner() as runner:
        yield runner.run  # type: ignore[misc]


@pytest.fixture(scope="module")
def server(run: Callable) -> Iterator[MeterServer]:
    made = run(MeterServer().start(port=free_port()))
    yield made
    run(made.stop())


def source_of(port: int, *meters: OpcuaMeter, timeout_s: float = 1.0) -> OpcuaSource:
    settings = OpcuaSettings(host="127.0.0.1", port=port, path="/meters", timeout_s=timeout_s)
    return OpcuaSource("plant", settings, meters, ManualClock(SLOT), interval_s=60)


def plain(name: str, first: int) -> OpcuaMeter:
    channels = {"active_energy_import": first, "active_power": first + 1}
    return OpcuaMeter(
        point=f"p{name}", name=name, profile=load("opcua_energy_kwh"), channels=channels
    )


async def polled(source: OpcuaSource, *, urgent: bool = False) -> PollResult:
    try:
        return await source.poll(SLOT, urgent=urgent)
    finally:
        source.close()


def rows(result: PollResult) -> list[tuple[int, int, Quality]]:
    return [(r.channel, r.count, r.quality) for r in result.columns]


def test_all_meters_of_a_server_come_in_one_question(server: MeterServer, run: Callable) -> None:
    async def story() -> None:
        await server.say("MeterA.Energy", 1.0005, dated=SLOT)
        await server.say("MeterA.Power", 12.345, ua.VariantType.Float, dated=SLOT)
        await server.say("MeterB.Energy", 42, ua.VariantType.UInt64, dated=SLOT)
        source = source_of(server.port, plain("A", 1), plain("B", 3), plain("C", 5))
        try:
            result = await source.poll(SLOT)
            again = await source.poll(SLOT)
        finally:
            source.close()
        # 1.0005 as a float is a little less than the half: the exact fraction decides
        good = Quality.MEASURED
        assert rows(result) == [(1, 1_000, good), (2, 12_345, good), (3, 42_000, good)]
        assert rows(again) == rows(result)
        assert [(f.point, f.code) for f in result.failures] == [
            ("pB", "opcua.no_such_value"), ("pC", "opcua.no_such_value"),
        ]  # fmt: skip
        assert "ns=2;s=MeterC.Energy: BadNodeIdUnknown" in result.failures[1].message
        assert [answer.point for answer in result.answered] == ["pA", "pB"]
        assert all(0 < answer.latency_us < 10**6 for answer in result.answered)
        assert source.link.connects == 1
        assert source.channels == {1: "pA", 2: "pA", 3: "pB", 4: "pB", 5: "pC", 6: "pC"}

    run(story())


@pytest.mark.parametrize(
    ("value", "kind", "scale", "count", "flaw"),
    [
        (9_007_199_254_740_993, ua.VariantType.Int64, "0.001", 9_007_199_254_740_993, None),
        (7, ua.VariantType.Byte, "1", 7_000, None),
        (7, ua.VariantType.Byte, "0.0001", 0, "finer_step"),
        (math.nan, ua.VariantType.Double, "1", 0, "not_a_number"),
        (-math.inf, ua.VariantType.Double, "1", 0, "infinite"),
        (-0.002, ua.VariantType.Double, "1", 0, "out_of_range"),
        (1e300, ua.VariantType.Double, "1", 0, "out_of_range"),
        (16_385.0, ua.VariantType.Float, "1", 16_385_000, "coarse_float"),
        (2**64 - 1, ua.VariantType.UInt64, "1", 0, "out_of_range"),
        ("12.5", ua.VariantType.String, "1", 0, "wrong_type"),
        (True, ua.VariantType.Boolean, "1", 0, "wrong_type"),
        ([1.0, 2.0], ua.VariantType.Double, "1", 0, "wrong_type"),
        (SLOT.replace(tzinfo=None), ua.VariantType.DateTime, "1", 0, "wrong_type"),
        (None, None, "1", 0, "null_value"),
    ],
)
def test_a_value_is_an_exact_count_or_a_finding(
    server: MeterServer, run: Callable, value: object, kind: ua.VariantType | None, scale: str,
    count: int, flaw: str | None,
) -> None:  # fmt: skip
    async def story() -> None:
        name = f"V{kind}{value!r:.5}{scale}"
        await server.say(name, value, kind, dated=SLOT)
        profile = profile_of(name, scale=scale, more="billing = true")
        meter = OpcuaMeter(
            point="p", name="x", profile=profile, channels={"active_energy_import": 7}
        )
        result = await polled(source_of(server.port, meter))
        quality = Quality.MEASURED if flaw is None else Quality.SUSPECT
        assert rows(result) == [(7, count, quality)]
        assert [f.code for f in result.findings] == ([] if flaw is None else [f"opcua.{flaw}"])
        assert all(f.severity == "do_not_bill" and f.proof["why"] for f in result.findings)

    run(story())


@pytest.mark.parametrize(
    ("value", "kind", "more", "count"),
    [
        (True, ua.VariantType.Boolean, "", 1),
        (5, ua.VariantType.UInt16, "", 5),
        (0b1011_0100, ua.VariantType.UInt16, "bits = [4, 3]", 0b011),
    ],
)
def test_states_are_whole_values_or_some_of_their_bits(
    server: MeterServer, run: Callable, value: object, kind: ua.VariantType, more: str, count: int
) -> None:
    async def story() -> None:
        name = f"S{kind}{more}"
        await server.say(name, value, kind, dated=SLOT)
        profile = profile_of(name, kind="state", more=more)
        meter = OpcuaMeter(point="p", name="x", profile=profile, channels={"breaker_1": 7})
        result = await polled(source_of(server.port, meter))
        assert rows(result) == [(7, count, Quality.MEASURED)]

    run(story())


@pytest.mark.parametrize(
    ("status", "age_s", "timestamps", "told"),
    [
        ("Good", 0, "sampled", ""),
        ("Good", 120, "sampled", ""),
        ("Good", 121, "sampled", "finding opcua.stale"),
        ("Good", -121, "sampled", "finding opcua.time_ahead"),
        ("Good", 10**7, "changed", ""),
        ("GoodLocalOverride", 0, "sampled", "finding opcua.overridden"),
        ("UncertainLastUsableValue", 0, "sampled", "finding opcua.uncertain"),
        ("BadNoCommunication", 0, "sampled", "failure opcua.bad_status"),
        ("BadUserAccessDenied", 0, "sampled", "failure opcua.refused"),
    ],
)
def test_status_and_date_of_a_value_decide_whether_it_counts(
    server: MeterServer, run: Callable, status: str, age_s: int, timestamps: str, told: str
) -> None:
    async def story() -> None:
        name = f"D{status}{age_s}{timestamps}"
        await server.say(
            name, 5.0, status=getattr(ua.StatusCodes, status), dated=SLOT - timedelta(seconds=age_s)
        )
        meter = OpcuaMeter(
            point="p", name="x", profile=profile_of(name, timestamps=timestamps),
            channels={"active_energy_import": 7},
        )  # fmt: skip
        result = await polled(source_of(server.port, meter))
        said = [f"finding {f.code}" for f in result.findings]
        assert said + [f"failure {f.code}" for f in result.failures] == ([told] if told else [])
        suspect = Quality.SUSPECT if said else Quality.MEASURED
        assert rows(result) == ([] if told.startswith("failure") else [(7, 5_000, suspect)])

    run(story())


def test_a_namespace_by_name_holds_whatever_number_the_server_gives_it(
    server: MeterServer, run: Callable
) -> None:
    async def story() -> None:
        await server.say("MeterN.Energy", 3.0, dated=SLOT)
        channels = {"active_energy_import": 1}
        text = HEAD.format(timestamps="sampled") + POINT.format(
            quantity="active_energy_import", node="x", scale="1", kind="counter", more=""
        )
        named = [
            OpcuaMeter(
                point=uri, name="N", channels=channels | {"active_energy_import": number},
                profile=parse(text.replace("ns=2;s=x", f"nsu={uri};s=Meter{{meter}}.Energy"),
                              name="mine"),
            )
            for number, uri in enumerate(("urn:test:meters", "urn:nobody"), 1)
        ]  # fmt: skip
        result = await polled(source_of(server.port, *named))
        assert rows(result) == [(1, 3_000, Quality.MEASURED)]
        assert [(f.point, f.code) for f in result.failures] == [
            ("urn:nobody", "opcua.no_such_value")
        ]

    run(story())


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
            OpcuaMeter(point=f"p{n}", name="A", profile=load("opcua_energy_kwh"),
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


async def wrong_server(octets: bytes | None) -> tuple[asyncio.Server, int]:
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
        writer.close()

    made = await asyncio.start_server(serve, "127.0.0.1", 0)
    return made, made.sockets[0].getsockname()[1]


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
        made, port = await wrong_server(octets)
        source = source_of(port, plain("A", 1), timeout_s=0.2)
        try:
            result = await asyncio.wait_for(polled(source), 3)
        finally:
            made.close()
            await made.wait_closed()
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
