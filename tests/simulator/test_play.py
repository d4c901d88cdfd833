"""The conductor's side of the lock-step, with a collector on a real unix socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from energy.base.clock import PlayClock
from simulator.play import Again, Conductor, Hello, PlayProtocolError, Safe, parse
from simulator.progress import PlayWindow

FIRST = datetime(2019, 1, 1, tzinfo=UTC)
WINDOW = PlayWindow(first=FIRST, last=FIRST + timedelta(hours=1), slot_s=900)
SLOTS = [FIRST + timedelta(minutes=15 * number) for number in range(5)]


@dataclass
class Stage:
    """A conductor and what it did."""

    clock: PlayClock
    socket: Path
    published: list[datetime] = field(default_factory=list)
    finished: int = 0

    def conductor(self) -> Conductor:
        return Conductor(WINDOW, self.clock, publish=self.publish, finish=self.finish)

    def publish(self, at: datetime) -> None:
        assert self.clock.now() == at, "the clock stands at the slot before it is published"
        self.published.append(at)

    def finish(self) -> None:
        self.finished += 1


class Collector:
    """The least collector: it says what it is told to say."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @staticmethod
    async def at(socket: Path) -> Collector:
        return Collector(*await asyncio.open_unix_connection(socket))

    def say(self, **message: object) -> None:
        self.writer.write(json.dumps(message).encode() + b"\n")

    async def hear(self) -> Any:
        row = await self.reader.readline()
        return json.loads(row) if row else None

    async def leave(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(clock=PlayClock(tmp_path / "clock"), socket=tmp_path / "play.sock")


def tell(stage: Stage, story: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        async with await stage.conductor().serve(stage.socket):
            await story()

    asyncio.run(asyncio.wait_for(run(), 60))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (b'{"hello": "collect", "safe": null}', Hello(safe=None)),
        (b'{"hello": "collect", "safe": "2019-01-01T00:15:00+00:00"}', Hello(safe=SLOTS[1])),
        (b'{"safe": "2019-01-01T00:15:00Z"}', Safe(slot=SLOTS[1])),
        (b'{"again": "2019-01-01T01:15:00+01:00"}', Again(slot=SLOTS[1])),
    ],
)
def test_messages_of_the_collector(row: bytes, message: object) -> None:
    assert parse(row) == message


@pytest.mark.parametrize(
    "row",
    [
        b"",
        b"no json",
        b"[]",
        b"\xff\xfe",
        b'{"safe": 5}',
        b'{"safe": "yesterday"}',
        b'{"safe": "2019-01-01T00:15:00"}',
        b'{"hello": "web", "safe": null}',
        b'{"hello": "collect"}',
    ],
)
def test_anything_else_is_no_message(row: bytes) -> None:
    with pytest.raises(PlayProtocolError, match="No message of the play"):
        parse(row)


@pytest.mark.servers
def test_every_slot_is_announced_once_the_one_before_is_safe(stage: Stage) -> None:
    async def story() -> None:
        collector = await Collector.at(stage.socket)
        collector.say(hello="collect", safe=None)
        for slot in SLOTS:
            assert await collector.hear() == {"slot": slot.isoformat()}
            assert stage.clock.now() == slot
            collector.say(safe=slot.isoformat())
        assert await collector.hear() == {"end": True}
        await collector.leave()

    tell(stage, story)
    assert stage.published == SLOTS
    assert stage.finished == 1


@pytest.mark.servers
def test_a_killed_collector_goes_on_from_what_its_spool_holds(stage: Stage) -> None:
    async def story() -> None:
        killed = await Collector.at(stage.socket)
        killed.say(hello="collect", safe=None)
        await killed.hear()
        killed.writer.transport.abort()
        again = await Collector.at(stage.socket)
        again.say(hello="collect", safe=SLOTS[2].isoformat())
        assert await again.hear() == {"slot": SLOTS[3].isoformat()}
        await again.leave()

    tell(stage, story)
    assert stage.published == [SLOTS[0], SLOTS[3]]


@pytest.mark.servers
def test_a_newer_collector_takes_the_place_of_an_older(stage: Stage) -> None:
    async def story() -> None:
        older, newer = await Collector.at(stage.socket), await Collector.at(stage.socket)
        newer.say(hello="collect", safe=None)
        assert await older.hear() is None
        assert await newer.hear() == {"slot": SLOTS[0].isoformat()}
        await older.leave()
        await newer.leave()

    tell(stage, story)


@pytest.mark.servers
def test_messages_of_a_slot_are_published_again_on_request_without_an_answer(stage: Stage) -> None:
    async def story() -> None:
        collector = await Collector.at(stage.socket)
        collector.say(hello="collect", safe=None)
        await collector.hear()
        collector.say(again=SLOTS[0].isoformat())
        collector.say(safe=SLOTS[0].isoformat())
        assert await collector.hear() == {"slot": SLOTS[1].isoformat()}
        await collector.leave()

    tell(stage, story)
    assert stage.published == [SLOTS[0], SLOTS[0], SLOTS[1]]


@pytest.mark.servers
def test_a_collector_that_comes_back_after_the_end_hears_the_end_again(stage: Stage) -> None:
    async def story() -> None:
        for _ in range(2):
            collector = await Collector.at(stage.socket)
            collector.say(hello="collect", safe=SLOTS[-1].isoformat())
            assert await collector.hear() == {"end": True}
            await collector.leave()

    tell(stage, story)
    assert (stage.published, stage.finished) == ([], 1)


@pytest.mark.servers
def test_rubbish_is_told_so_and_the_next_collector_is_served(stage: Stage) -> None:
    async def story() -> None:
        stranger = await Collector.at(stage.socket)
        stranger.writer.write(b"GET / HTTP/1.1\n")
        assert "No message of the play" in (await stranger.hear())["error"]
        assert await stranger.hear() is None
        await stranger.leave()
        collector = await Collector.at(stage.socket)
        collector.say(hello="collect", safe=None)
        assert await collector.hear() == {"slot": SLOTS[0].isoformat()}
        await collector.leave()

    tell(stage, story)
