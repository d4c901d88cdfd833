from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from adapters.octets import MOST_OCTETS, AnswerLostError, LinkDownError, OctetLink
from simulator.listening import Listening
from tests.fixtures.ports import free_port

pytestmark = pytest.mark.servers

PATIENCE_S = 30.0
"""Longest wait for what comes at once; it only ends a test that hangs. [s]"""

Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def whole(received: bytes) -> bool:
    return received.endswith(b".")


class Gateway:
    """A transparent gateway: what the bus says goes to whoever is connected."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.connections = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError):
            while question := await reader.read(64):
                await self.answer(question, writer)


@asynccontextmanager
async def gateway(answer: Answer) -> AsyncIterator[Gateway]:
    running = Gateway(answer)
    async with await Listening.with_talk(running.serve) as listening:
        running.port = listening.port
        yield running


async def echo(question: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(question.upper() + b".")


def told(answer: Answer, story: Callable[[Gateway], Awaitable[None]]) -> None:
    async def run() -> None:
        async with gateway(answer) as running:
            await story(running)

    asyncio.run(run())


def test_an_answer_in_single_bytes_is_put_together() -> None:
    async def drip(question: bytes, writer: asyncio.StreamWriter) -> None:
        for octet in b"abc.":
            writer.write(bytes((octet,)))
            await writer.drain()
            await asyncio.sleep(0.002)

    async def story(running: Gateway) -> None:
        link = OctetLink.open("127.0.0.1", running.port)
        assert await link.exchange(b"q", whole, PATIENCE_S) == b"abc."
        assert await link.exchange(b"q", whole, PATIENCE_S) == b"abc."
        assert running.connections == link.connects == 1
        link.close()

    told(drip, story)


def test_an_answer_that_drips_for_ever_is_cut_at_its_time() -> None:
    async def drip(question: bytes, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(b"a")
            await asyncio.sleep(0.01)

    async def story(running: Gateway) -> None:
        link = OctetLink.open("127.0.0.1", running.port)
        with pytest.raises(AnswerLostError) as caught:
            await asyncio.wait_for(link.exchange(b"q", whole, 0.5), PATIENCE_S)
        assert set(caught.value.received) == set(b"a")
        assert not caught.value.closed

    told(drip, story)


def test_a_flood_ends_the_wait_and_memory_stays_bounded() -> None:
    async def flood(question: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"a" * 3_000_000)

    async def story(running: Gateway) -> None:
        link = OctetLink.open("127.0.0.1", running.port)
        answer = await link.exchange(b"q", whole, PATIENCE_S)
        assert len(answer) <= 2 * MOST_OCTETS
        link.close()

    told(flood, story)


def test_a_late_answer_dies_before_the_next_question() -> None:
    first = True

    async def late(question: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal first
        if first:
            first = False
            await asyncio.sleep(0.08)
        await echo(question, writer)

    async def story(running: Gateway) -> None:
        link = OctetLink.open("127.0.0.1", running.port, settle_s=0.1)
        with pytest.raises(AnswerLostError):
            await link.exchange(b"old", whole, 0.03)
        assert await link.exchange(b"new", whole, PATIENCE_S) == b"NEW."
        assert running.connections == 2
        link.close()

    told(late, story)


def test_a_cancelled_question_leaves_nothing_for_the_next() -> None:
    async def late(question: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        await echo(question, writer)

    async def story(running: Gateway) -> None:
        link = OctetLink.open("127.0.0.1", running.port, settle_s=0.1)
        asking = asyncio.create_task(link.exchange(b"old", whole, 5.0))
        await asyncio.sleep(0.02)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await link.exchange(b"new", whole, PATIENCE_S) == b"NEW."
        link.close()

    told(late, story)


def test_what_came_unasked_is_thrown_away_and_counted() -> None:
    answered = asyncio.Event()

    async def twice(question: bytes, writer: asyncio.StreamWriter) -> None:
        await echo(question, writer)
        await answered.wait()
        writer.write(b"stray.")

    async def story(running: Gateway) -> None:
        link = OctetLink.open("127.0.0.1", running.port)
        assert await link.exchange(b"a", whole, PATIENCE_S) == b"A."
        answered.set()
        async with asyncio.timeout(PATIENCE_S):
            while link._port._received != b"stray.":  # noqa: ASYNC110 - a port tells nobody
                await asyncio.sleep(0)
        answered.clear()
        assert await link.exchange(b"b", whole, PATIENCE_S) == b"B."
        assert link.stray == len(b"stray.")
        link.close()

    told(twice, story)


@pytest.mark.parametrize("echoes", [True, False])
def test_a_converter_that_echoes_is_tolerated_where_it_is_said(echoes: bool) -> None:
    async def answer(question: bytes, writer: asyncio.StreamWriter) -> None:
        if echoes:
            writer.write(question[:1])
            await asyncio.sleep(0.01)
            writer.write(question[1:])
        await echo(question, writer)

    async def story(running: Gateway) -> None:
        link = OctetLink.open("127.0.0.1", running.port, echo=True)
        assert await link.exchange(b"ask.", whole, PATIENCE_S) == b"ASK.."
        link.close()

    told(answer, story)


def test_a_gateway_that_closes_is_named_and_opened_again() -> None:
    async def close(question: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"ha")
        await writer.drain()
        writer.close()

    async def story(running: Gateway) -> None:
        link = OctetLink.open("127.0.0.1", running.port, settle_s=0.01)
        for _ in range(2):
            with pytest.raises(AnswerLostError) as caught:
                await link.exchange(b"q", whole, PATIENCE_S)
            assert caught.value.closed
        assert running.connections == 2
        link.close()

    told(close, story)


def test_a_gateway_that_is_off_costs_one_try_until_the_wait_is_over() -> None:
    async def story() -> None:
        now = 0.0
        link = OctetLink.open("127.0.0.1", free_port(), monotonic=lambda: now)
        for _ in range(5):
            with pytest.raises(LinkDownError):
                await link.exchange(b"q", whole, 0.1)
        assert link.connects == 1
        now = 30.0
        with pytest.raises(LinkDownError):
            await link.exchange(b"q", whole, 0.1)
        assert link.connects == 2
        link.hurry()
        with pytest.raises(LinkDownError):
            await link.exchange(b"q", whole, 0.1)
        assert link.connects == 3

    asyncio.run(story())


def test_questions_asked_at_once_take_turns() -> None:
    async def story(running: Gateway) -> None:
        link = OctetLink.open("127.0.0.1", running.port, pause_s=0.005)
        names = [f"q{number}".encode() for number in range(20)]
        answers = await asyncio.gather(*(link.exchange(name, whole, PATIENCE_S) for name in names))
        assert answers == [name.upper() + b"." for name in names]
        link.close()

    told(echo, story)
