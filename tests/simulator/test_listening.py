"""Whenever somebody comes, also in the turn in which nobody is let in any more: all is closed."""

from __future__ import annotations

import asyncio
import gc
import socket
import warnings
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from simulator.listening import Listening

pytestmark = pytest.mark.servers
TURNS = range(12)
"""From before the server hears of a connection to long after."""


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while octets := await reader.read(64):
        writer.write(octets)
        await writer.drain()


async def never_done(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def with_talk() -> Listening:
    return await Listening.with_talk(echo)


async def with_endless_talk() -> Listening:
    return await Listening.with_talk(never_done)


async def with_protocol() -> Listening:
    return await Listening.with_protocol(asyncio.Protocol)


Begin = Callable[[], Awaitable[Listening]]
KINDS = [with_talk, with_endless_talk, with_protocol]


def left_open(story: Callable[[], Awaitable[None]]) -> list[str]:
    """Return what a story leaves to the collector of garbage, and what it leaves running."""
    loop = asyncio.new_event_loop()
    gc.collect()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            loop.run_until_complete(story())
            left = [str(task) for task in asyncio.all_tasks(loop)]
        finally:
            loop.close()
        gc.collect()
    return left + [str(each.message) for each in told]


def is_over(client: socket.socket) -> bool:
    """Return whether the other side has hung up, with or without a word."""
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


async def some_turns(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


@pytest.mark.parametrize("begin", KINDS)
@pytest.mark.parametrize("turns", TURNS)
def test_who_comes_in_any_turn_before_the_end_is_hung_up_on(begin: Begin, turns: int) -> None:
    async def story() -> None:
        listening = await begin()
        with socket.create_connection(("127.0.0.1", listening.port), timeout=30) as client:
            await some_turns(turns)
            await listening.close()
            assert is_over(client)

    assert left_open(story) == []


@pytest.mark.parametrize("begin", KINDS)
@pytest.mark.parametrize("turns", TURNS)
def test_a_client_of_the_same_loop_that_is_still_connecting_is_hung_up_on_too(
    begin: Begin, turns: int
) -> None:
    async def story() -> None:
        listening = await begin()
        client = asyncio.ensure_future(asyncio.open_connection("127.0.0.1", listening.port))
        await some_turns(turns)
        await listening.close()
        try:
            reader, writer = await client
        except ConnectionError:
            return
        with suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(1), 30) == b""
        writer.transport.abort()
        await some_turns(2)

    assert left_open(story) == []


@pytest.mark.parametrize("turns", TURNS)
def test_a_crowd_that_comes_in_different_turns_is_gone_at_the_end(turns: int) -> None:
    async def story() -> None:
        async with await Listening.with_talk(echo) as listening:
            crowd = []
            for _ in range(turns):
                crowd.append(socket.create_connection(("127.0.0.1", listening.port), timeout=30))
                await asyncio.sleep(0)
        for client in crowd:
            with closing(client):
                assert is_over(client)

    assert left_open(story) == []


def test_words_that_nobody_takes_do_not_hold_the_end(tmp_path: Path) -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(bytes(1 << 20))
            await writer.drain()

    async def story() -> None:
        listening = await Listening.at_path(flood, tmp_path / "sock")
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "sock"))
        await reader.readexactly(1)
        await listening.close()
        writer.transport.abort()
        await some_turns(2)

    assert left_open(story) == []


def test_what_a_talk_says_arrives_and_its_end_ends_the_connection() -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.readline()).upper())

    async def story() -> None:
        listening = await Listening.with_talk(once)
        reader, writer = await asyncio.open_connection("127.0.0.1", listening.port)
        writer.write(b"well\n")
        assert await reader.read() == b"WELL\n"
        writer.close()
        await writer.wait_closed()
        await listening.close()

    assert left_open(story) == []
