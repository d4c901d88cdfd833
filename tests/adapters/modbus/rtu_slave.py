"""In: what units on a bus shall say. Out: a bus that says it, over TCP or a pair of ports. I/O.

The bus belongs to nobody's connection, as behind a real transparent gateway: what is said on it
reaches whoever is connected then, and what is said while nobody is reaches the next one.
"""

from __future__ import annotations

import asyncio
import os
import struct
import tty
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.modbus.link import Link, LinkKind
from adapters.modbus.rtu_frame import checksum
from simulator.listening import Listening

BAUD = 1_000_000
"""So fast that the time on the wire does not lengthen a test. [bit/s]"""


@dataclass(frozen=True)
class Question:
    """One question as it came."""

    number: int
    unit: int
    function_code: int
    address: int
    count: int


def framed(content: bytes) -> bytes:
    """Return a frame with its checksum."""
    return content + checksum(content)


def good(question: Question, registers: list[int]) -> bytes:
    """Return a proper answer."""
    head = (question.unit, question.function_code, 2 * len(registers))
    return framed(struct.pack(f">BBB{len(registers)}H", *head, *registers))


def refusal(question: Question, code: int) -> bytes:
    """Return an exception."""
    return framed(bytes((question.unit, question.function_code | 0x80, code)))


def asking(unit: int, function_code: int, address: int, count: int) -> bytes:
    """Return a question, for example another master's."""
    return framed(struct.pack(">BBHH", unit, function_code, address, count))


def addresses(question: Question) -> bytes:
    """Return the answer that gives each register its own address."""
    return good(question, [question.address + n for n in range(question.count)])


@dataclass
class Bus:
    """A running bus: say something on it, or hear the questions."""

    link: Link
    questions: list[Question] = field(default_factory=list)
    connections: int = 0
    say: Callable[[bytes], None] = lambda _: None
    hang_up: Callable[[], None] = lambda: None
    on_open: Callable[[], None] = lambda: None
    """Called when somebody connects."""
    _asked: bytes = b""

    def heard(self, octets: bytes) -> list[Question]:
        """Return the questions that bytes complete."""
        self._asked += octets
        found = []
        while len(self._asked) >= 8:
            raw, self._asked = self._asked[:8], self._asked[8:]
            assert checksum(raw[:6]) == raw[6:], "the client frames its questions well"
            question = Question(len(self.questions), *struct.unpack(">BBHH", raw[:6]))
            self.questions.append(question)
            found.append(question)
        return found


Answer = Callable[[Question, Bus], Awaitable[None]]


async def its_addresses(question: Question, bus: Bus) -> None:
    """Answer each register with its own address."""
    bus.say(addresses(question))


@asynccontextmanager
async def bus_over_tcp(answer: Answer) -> AsyncIterator[Bus]:
    """Run a transparent gateway with a bus behind it."""
    writers: list[asyncio.StreamWriter] = []
    unheard: list[bytes] = []

    def say(octets: bytes) -> None:
        if writers and not writers[-1].is_closing():
            writers[-1].write(octets)
        else:
            unheard.append(octets)

    def hang_up() -> None:
        writers[-1].close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bus.connections += 1
        writers.append(writer)
        for octets in unheard:
            writer.write(octets)
        unheard.clear()
        bus.on_open()
        try:
            while octets := await reader.read(256):
                for question in bus.heard(octets):
                    await answer(question, bus)
        except ConnectionError:
            return
        finally:
            writers.remove(writer)

    async with await Listening.with_talk(serve) as listening:
        link = Link(kind=LinkKind.RTU_OVER_TCP, host="127.0.0.1", port=listening.port, baud=BAUD)
        bus = Bus(link)
        bus.say, bus.hang_up = say, hang_up
        yield bus


@asynccontextmanager
async def bus_over_ports(answer: Answer) -> AsyncIterator[Bus]:
    """Run a bus on one end of a pair of serial ports."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    loop = asyncio.get_running_loop()
    bus = Bus(Link(kind=LinkKind.RTU, device=os.ttyname(slave), baud=BAUD))
    bus.say = lambda octets: _write(master, octets)
    tasks: set[asyncio.Task[None]] = set()

    def ready() -> None:
        for question in bus.heard(os.read(master, 256)):
            task = asyncio.ensure_future(_said(answer, question, bus))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    loop.add_reader(master, ready)
    try:
        yield bus
    finally:
        loop.remove_reader(master)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        os.close(master)
        os.close(slave)


async def _said(answer: Answer, question: Question, bus: Bus) -> None:
    await answer(question, bus)


def _write(descriptor: int, octets: bytes) -> None:
    for at in range(0, len(octets), 1024):  # a pair of ports holds four kilobytes
        os.write(descriptor, octets[at : at + 1024])


BUSES = {"rtu over tcp": bus_over_tcp, "pair of ports": bus_over_ports}
