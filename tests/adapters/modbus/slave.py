"""In: what a slave shall answer. Out: a real TCP server that does, on a free port. I/O."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from simulator.listening import Listening


@dataclass(frozen=True)
class Question:
    """One request as it came."""

    number: int
    transaction: bytes
    unit: int
    function_code: int
    address: int
    count: int


Answer = Callable[[Question, asyncio.StreamWriter], Awaitable[None]]


def good(question: Question, registers: list[int]) -> bytes:
    """Return a proper answer."""
    body = struct.pack(
        f">BBB{len(registers)}H",
        question.unit,
        question.function_code,
        2 * len(registers),
        *registers,
    )
    return question.transaction + b"\0\0" + struct.pack(">H", len(body)) + body


def exception(question: Question, code: int) -> bytes:
    """Return an exception answer."""
    body = bytes((question.unit, question.function_code | 0x80, code))
    return question.transaction + b"\0\0" + struct.pack(">H", 3) + body


async def addresses(question: Question, writer: asyncio.StreamWriter) -> None:
    """Answer each register with its own address."""
    writer.write(good(question, [question.address + n for n in range(question.count)]))


@dataclass
class Slave:
    """A running slave."""

    port: int
    questions: list[Question]
    connections: int = 0


@asynccontextmanager
async def slave(answer: Answer) -> AsyncIterator[Slave]:
    """Run a slave that answers each question by a function."""
    running = Slave(port=0, questions=[])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                raw = await reader.readexactly(12)
                unit, function_code, address, count = struct.unpack(">BBHH", raw[6:])
                question = Question(
                    len(running.questions), raw[:2], unit, function_code, address, count
                )
                running.questions.append(question)
                await answer(question, writer)
                await writer.drain()

    async with await Listening.with_talk(serve) as listening:
        running.port = listening.port
        yield running
