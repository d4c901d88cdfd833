from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import SpoolFullError
from adapters.mqtt.connecting import Message
from adapters.spool import Spool
from energy.base.clock import ManualClock
from energy.metering.codec import decode
from processes.collector_play import Play
from processes.collector_sources import Sources
from simulator.listening import Listening
from tests.adapters.modbus.slave import Question, good, slave
from tests.processes.test_collector_plan import BUS, PLAN

pytestmark = pytest.mark.servers

START = datetime(2019, 1, 1, tzinfo=UTC)
SLOTS = [START + timedelta(minutes=15 * n) for n in range(6)]


class Simulator:
    """The other side of the play: announces slots, publishes, can leave at any slot."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.hellos: list[str | None] = []
        self.agains: list[str] = []
        self.safe: datetime | None = None
        self.loses: set[datetime] = set()
        self.leaves_at: set[datetime] = set()
        self.third = asyncio.Event()

    def publish(self, slot: datetime) -> None:
        if slot in self.loses:
            self.loses.discard(slot)
            return
        payload = {"device": "b2-gas", "at": slot.isoformat(), "count": 7, "id": str(slot)}
        message = Message(
            topic="m/b2-gas", payload=json.dumps(payload).encode(), mid=1, qos=1, connection=0
        )
        self.sources.arrivals.put_nowait(self.sources.pushed[0].judge(message))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while row := await reader.readline():
                self.answer(json.loads(row), writer)

    def answer(self, message: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if "again" in message:
            self.agains.append(message["again"])
            self.publish(datetime.fromisoformat(message["again"]))
            return
        if "hello" in message:
            self.hellos.append(message["safe"])
        if message["safe"] is not None:
            self.safe = datetime.fromisoformat(message["safe"])
            if self.safe >= SLOTS[2]:
                self.third.set()
        coming = [slot for slot in SLOTS if self.safe is None or slot > self.safe]
        if not coming:
            writer.write(b'{"end": true}\n')
            return
        if coming[0] in self.leaves_at:
            self.leaves_at.discard(coming[0])
            writer.write(json.dumps({"slot": coming[0].isoformat()}).encode() + b"\n")
            writer.close()
            return
        self.publish(coming[0])
        writer.write(json.dumps({"slot": coming[0].isoformat()}).encode() + b"\n")


async def unit_number(question: Question, writer: asyncio.StreamWriter) -> None:
    writer.write(good(question, [0] * (question.count - 1) + [question.unit]))


@asynccontextmanager
async def stage(folder: Path, answer: Callable[..., Any] = unit_number) -> AsyncIterator[Any]:
    async with slave(answer) as meters:
        spool = Spool(folder / "spool.sqlite", ManualClock(SLOTS[-1]))
        bus = replace(BUS, host="127.0.0.1", port=meters.port, timeout_ms=200)
        plan = replace(PLAN, sources=(bus, PLAN.sources[1]))
        sources = Sources(plan, spool, ManualClock(SLOTS[-1]))
        simulator = Simulator(sources)
        listening = await Listening.at_path(simulator.serve, folder / "play.sock")
        try:
            yield sources, simulator
        finally:
            sources.close()
            await listening.close()
            spool.close()


def stored(spool: Spool) -> list[tuple[int, datetime, int]]:
    spool.seal()
    batches = spool.pending(limit=1000)
    return sorted((r.channel, r.at, r.count) for b in batches for r in decode(b.payload))


EXPECTED = sorted(
    (channel, slot, count) for channel, count in ((1, 2), (2, 2), (3, 7)) for slot in SLOTS
)


def played(story: Callable[[], Coroutine[None, None, None]]) -> None:
    async def in_time() -> None:
        async with asyncio.timeout(120):
            await story()

    asyncio.run(in_time())


def test_every_channel_of_every_slot_is_stored_once_and_the_safe_slot_is_the_last(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with stage(tmp_path) as (sources, simulator):
            play = Play(sources, tmp_path / "play.sock")
            await play.run()
            assert play.slots == len(SLOTS)
            assert simulator.hellos == [None]
            assert sources.spool.safe_slot() == SLOTS[-1]
            assert stored(sources.spool) == EXPECTED

    played(story)


def test_a_message_that_was_lost_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processes.collector_play.AGAIN_S", 0.05)

    async def story() -> None:
        async with stage(tmp_path) as (sources, simulator):
            simulator.loses = {SLOTS[2]}
            await Play(sources, tmp_path / "play.sock").run()
            assert SLOTS[2].isoformat() in simulator.agains
            assert stored(sources.spool) == EXPECTED

    played(story)


def test_a_simulator_that_leaves_in_mid_slot_finds_the_same_play_when_it_is_back(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with stage(tmp_path) as (sources, simulator):
            simulator.leaves_at = {SLOTS[0], SLOTS[3]}
            await Play(sources, tmp_path / "play.sock").run()
            assert simulator.hellos == [None, None, SLOTS[2].isoformat()]
            assert stored(sources.spool) == EXPECTED

    played(story)


def test_a_collector_that_begins_again_says_what_it_has_and_repeats_nothing(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with stage(tmp_path) as (sources, simulator):
            first = Play(sources, tmp_path / "play.sock")
            work = asyncio.ensure_future(first.run())
            await simulator.third.wait()
            work.cancel()
            await asyncio.wait({work})
        (tmp_path / "play.sock").unlink(missing_ok=True)
        async with stage(tmp_path) as (sources, simulator):
            safe = sources.spool.safe_slot()
            await Play(sources, tmp_path / "play.sock").run()
            assert simulator.hellos == [safe.isoformat()]
            assert safe >= SLOTS[2]
            assert stored(sources.spool) == EXPECTED

    played(story)


def test_a_meter_that_fails_once_is_asked_until_it_answers_and_read_once(tmp_path: Path) -> None:
    async def answer(question: Question, writer: asyncio.StreamWriter) -> None:
        if question.number % 5 == 1:
            writer.close()
        else:
            await unit_number(question, writer)

    async def story() -> None:
        async with stage(tmp_path, answer) as (sources, _):
            await Play(sources, tmp_path / "play.sock").run()
            assert stored(sources.spool) == EXPECTED

    played(story)


def test_a_meter_that_never_answers_leaves_the_slot_incomplete_after_the_patience(
    tmp_path: Path,
) -> None:
    async def answer(question: Question, writer: asyncio.StreamWriter) -> None:
        if question.address == 20480:
            writer.close()
        else:
            await unit_number(question, writer)

    async def story() -> None:
        async with stage(tmp_path, answer) as (sources, _):
            await Play(sources, tmp_path / "play.sock", patience_s=0.0).run()
            assert sources.spool.safe_slot() == SLOTS[-1]
            assert {channel for channel, _, _ in stored(sources.spool)} == {3}

    played(story)


def test_a_full_disk_holds_the_play_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with stage(tmp_path) as (sources, _):
            room = asyncio.Event()
            tried = asyncio.Event()
            append_many = sources.spool.append_many

            def refuses(*given: Any, **more: Any) -> int:
                tried.set()
                if not room.is_set():
                    raise SpoolFullError(tmp_path, "database or disk is full")
                return append_many(*given, **more)

            monkeypatch.setattr(sources.spool, "append_many", refuses)
            work = asyncio.ensure_future(Play(sources, tmp_path / "play.sock").run())
            await tried.wait()
            assert sources.spool.safe_slot() is None
            room.set()
            await work
            assert stored(sources.spool) == EXPECTED

    played(story)
