"""In: questions on a bus of simulated meters. Out: answers, with seeded faults. I/O: TCP, pty.

The bus is a transparent gateway: answers leave in the order of the questions, a late one too, and
what leaves goes to whoever is connected then. That is how a late answer meets the next question.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from simulator.listening import Listening

WAKE = b"\xfe\xfe\xfe\xfe"
NOISE = b"\x00\xff\x9b\x68\x41"
"""What a badly terminated bus adds; its 68H begins no frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BusFaults:
    """How often the bus goes wrong, in answers of a thousand, by a seed."""

    seed: int = 0
    echo: bool = False
    """Every question comes back before its answer."""
    noise: int = 0
    """Rubbish before the answer."""
    wrong_sum: int = 0
    """One bit of the answer is turned."""
    cut: int = 0
    """The answer ends in the middle."""
    silent: int = 0
    """No answer at all."""
    late: int = 0
    """The answer comes late_s after its question."""
    late_s: float = 0.0
    stale: int = 0
    """The answer before comes once more, then the right one."""

    def strikes(self, what: str, number: int) -> bool:
        """Return whether a fault strikes an answer; the same every time."""
        return self.dice(what, number) % 1000 < int(getattr(self, what))

    def dice(self, what: str, number: int) -> int:
        """Return a number that only seed, fault and answer decide."""
        return zlib.crc32(f"{self.seed}:{what}:{number}".encode())


class Slaves(Protocol):
    """Meters on one bus, as their protocol has it."""

    def take(self, received: bytearray) -> bytes | None:
        """Cut the next whole question off what was received; None while it is not whole."""
        ...

    def answer(self, question: bytes) -> bytes:
        """Return the frame that answers a question; empty when nobody does."""
        ...


class MeterBus:
    """Simulated meters behind one TCP port or one pseudo-terminal."""

    def __init__(
        self, slaves: Slaves, faults: BusFaults | None = None, *, wakes: bool = True
    ) -> None:
        """Put meters on a bus.

        Args:
            slaves: The meters.
            faults: What goes wrong; None means nothing.
            wakes: Whether up to four wake-up bytes go before an answer.
        """
        self.slaves = slaves
        self._wake = WAKE if wakes else b""
        self.faults = faults or BusFaults()
        self.questions = 0
        self.connections = 0
        self._received = bytearray()
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self._out: Callable[[bytes], object] | None = None
        self._previous = b""
        self._worker: asyncio.Task[None] | None = None
        self._listening: Listening | None = None
        self._pty: tuple[int, int] | None = None

    async def listen(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen as a transparent gateway; return the TCP port.

        Raises:
            OSError: The port is taken.
        """
        self._worker = asyncio.create_task(self._answer_all())
        self._listening = await Listening.with_protocol(lambda: _Wire(self), host, port)
        return self._listening.port

    def attach_pty(self) -> str:
        """Serve a pseudo-terminal; return the name of the serial device."""
        import tty

        self._worker = asyncio.create_task(self._answer_all())
        master, slave = os.openpty()
        tty.setraw(slave)
        self._pty = (master, slave)
        self._out = lambda octets: os.write(master, octets)
        asyncio.get_running_loop().add_reader(master, lambda: self.received(os.read(master, 4096)))
        return os.ttyname(slave)

    def received(self, octets: bytes) -> None:
        """Take bytes from the master; whole questions wait for their turn."""
        self._received += octets
        while (question := self.slaves.take(self._received)) is not None:
            self._waiting.put_nowait(question)

    def connected(self, transport: asyncio.Transport) -> None:
        """Send from now on to a new connection; what was half received is forgotten."""
        self.connections += 1
        self._received.clear()
        self._out = transport.write

    async def close(self) -> None:
        """Close everything."""
        if self._worker is not None:
            self._worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._worker
        if self._listening is not None:
            await self._listening.close()
        if self._pty is not None:
            asyncio.get_running_loop().remove_reader(self._pty[0])
            for end in self._pty:
                os.close(end)

    async def _answer_all(self) -> None:
        while True:
            question = await self._waiting.get()
            number, self.questions = self.questions, self.questions + 1
            if self.faults.echo:
                self._send(self._wake + question)
            answer = self.slaves.answer(question)
            if not answer or self.faults.strikes("silent", number):
                continue
            if self.faults.strikes("late", number):
                await asyncio.sleep(self.faults.late_s)
            self._send(self._spoilt(answer, number))
            self._previous = answer

    def _spoilt(self, answer: bytes, number: int) -> bytes:
        faults = self.faults
        octets = bytearray(answer)
        if faults.strikes("wrong_sum", number):
            bit = faults.dice("bit", number) % (8 * len(octets))
            octets[bit // 8] ^= 1 << bit % 8
        if faults.strikes("cut", number):
            del octets[faults.dice("length", number) % len(octets) :]
        before = NOISE if faults.strikes("noise", number) else b""
        if faults.strikes("stale", number):
            before += self._previous
        return before + self._wake[: number % 5] + bytes(octets)

    def _send(self, octets: bytes) -> None:
        if self._out is not None:
            with contextlib.suppress(OSError):
                self._out(octets)


class _Wire(asyncio.Protocol):
    """One connection of a master; a newer one takes the bus over."""

    def __init__(self, bus: MeterBus) -> None:
        self._bus = bus

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "TCP gives a two-way transport"
        self._bus.connected(transport)

    def data_received(self, data: bytes) -> None:
        self._bus.received(data)
