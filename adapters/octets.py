"""In: a question's bytes, and what tells that an answer is whole. Out: its bytes. I/O: TCP, serial.

A byte link has no transaction number, so a late answer could stand for the next question. After
anything but a whole answer the link is closed, one worst-case answer time is waited out, and it
is opened anew with its input thrown away: the late answer dies meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from adapters.backoff import Backoff
from adapters.bus_lease import BusHeldError, BusLease
from adapters.errors import AdapterError
from energy.base.clock import monotonic_s

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 30.0
MOST_OCTETS = 4096
"""More than any answer and its noise: what goes on beyond is cut. [byte]"""

Complete = Callable[[bytes], bool]
"""Tells whether the bytes received so far suffice: a good answer, or one that cannot become it."""
Monotonic = Callable[[], float]
"""Reads a clock that never goes back. [s]"""


class LinkDownError(AdapterError):
    """The link cannot be opened now."""

    code = "link.down"


class LinkHeldError(LinkDownError):
    """Another program asks on this bus."""

    code = "link.held"


class AnswerLostError(AdapterError):
    """No whole answer came; the link is closed and drains."""

    code = "link.lost"

    def __init__(self, received: bytes, *, closed: bool) -> None:
        """Keep what came: it names the fault.

        Args:
            received: Bytes up to the end of the wait.
            closed: Whether the other side closed the link; else the time was over.
        """
        self.received = received
        self.closed = closed
        cause = "the other side closed the link" if closed else "the time is over"
        super().__init__(f"{len(received)} byte(s) came, then {cause}; the link is opened anew.")


class OctetPort(Protocol):
    """An open way for bytes, one owner."""

    async def write(self, octets: bytes) -> None:
        """Send bytes."""
        ...

    async def read(self, timeout_s: float) -> bytes:
        """Return what came, nothing when nothing did; EOFError when the other side is gone."""
        ...

    def discard(self) -> int:
        """Throw away what came unasked; return how much. [byte]."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class OctetLink:
    """One bus behind a TCP gateway or a serial device; one question at a time."""

    def __init__(
        self,
        opener: Callable[[], Awaitable[OctetPort]],
        *,
        where: str,
        settle_s: float,
        pause_s: float = 0.0,
        echo: bool = False,
        lease: BusLease | None = None,
        monotonic: Monotonic = monotonic_s,
    ) -> None:
        """Describe the link; nothing is opened yet.

        Args:
            opener: Opens the port.
            where: "10.8.1.20:4001" or "/dev/ttyUSB0 2400 8E1"; for messages.
            settle_s: Longest time a meter may take to answer: waited out after a lost answer. [s]
            pause_s: Least pause between an answer and the next question. [s]
            echo: Whether the converter gives every question back before the answer.
            lease: Keeps other programs of this machine off the bus; None asks nobody.
            monotonic: Clock for waits.
        """
        self.where = where
        self.connects = 0
        self.latency_us = 0
        """From the newest question to its answer. [us]"""
        self.stray = 0
        """Bytes that came unasked: noise or a second master. [byte]"""
        self._opener = opener
        self._settle_s, self._pause_s, self._echo = settle_s, pause_s, echo
        self._lease = lease
        self._monotonic = monotonic
        self._backoff = Backoff(where, first_s=FIRST_RETRY_S, most_s=LONGEST_RETRY_S)
        self._refused_until_s = 0.0
        self._quiet_until_s = 0.0
        self._port: OctetPort | None = None
        self._turn = asyncio.Lock()

    @classmethod
    def open(
        cls,
        host: str,
        port: int,
        *,
        settle_s: float = 1.0,
        connect_s: float = 3.0,
        pause_s: float = 0.0,
        echo: bool = False,
        lease: BusLease | None = None,
        monotonic: Monotonic = monotonic_s,
    ) -> OctetLink:
        """Return the link through a TCP gateway; it opens with the first question.

        Args:
            host: Gateway.
            port: TCP port of the bus.
            settle_s: Longest time a meter may take to answer. [s]
            connect_s: Longest wait for a connection. [s]
            pause_s: Least pause between an answer and the next question. [s]
            echo: Whether the converter echoes.
            lease: Keeps other programs of this machine off the bus; None asks nobody.
            monotonic: Clock for waits.
        """

        async def opener() -> OctetPort:
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(connect_s):
                _, wire = await loop.create_connection(_TcpPort, host, port)
            return wire

        return cls(
            opener,
            where=f"{host}:{port}",
            settle_s=settle_s,
            pause_s=pause_s,
            echo=echo,
            lease=lease,
            monotonic=monotonic,
        )

    @classmethod
    def open_serial(
        cls,
        device: str,
        *,
        baud: int = 2400,
        parity: str = "E",
        stop_bits: int = 1,
        settle_s: float = 1.0,
        pause_s: float = 0.0,
        echo: bool = False,
        lease: BusLease | None = None,
        monotonic: Monotonic = monotonic_s,
    ) -> OctetLink:
        """Return the link over a serial device; it opens with the first question.

        Args:
            device: "/dev/ttyUSB0" or "COM3".
            baud: Speed. [bit/s]
            parity: "N", "E" or "O".
            stop_bits: 1 or 2.
            settle_s: Longest time a meter may take to answer. [s]
            pause_s: Least pause between an answer and the next question. [s]
            echo: Whether the converter echoes.
            lease: Keeps other programs of this machine off the bus; None asks nobody.
            monotonic: Clock for waits.
        """

        async def opener() -> OctetPort:
            from adapters.octets_serial import open_port

            return await open_port(device, baud=baud, parity=parity, stop_bits=stop_bits)

        return cls(
            opener,
            where=f"{device} {baud} 8{parity}{stop_bits}",
            settle_s=settle_s,
            pause_s=pause_s,
            echo=echo,
            lease=lease,
            monotonic=monotonic,
        )

    async def exchange(self, question: bytes, complete: Complete, timeout_s: float) -> bytes:
        """Return what came back for a question, once it is complete.

        Args:
            question: Bytes to send.
            complete: Tells whether the bytes so far suffice.
            timeout_s: Longest wait for the whole answer, however slowly it drips. [s]

        Raises:
            LinkDownError: The link cannot be opened now; nothing was sent.
            LinkHeldError: Another program asks on this bus; nothing was sent.
            AnswerLostError: The time is over or the link was closed; late bytes die.
        """
        async with self._turn:
            port = await self._ready()
            asked_s = self._monotonic()
            try:
                self.stray += port.discard()
                await port.write(question)
                answer = await self._answer(port, question, complete, timeout_s)
            except OSError as error:
                self.drain()
                raise AnswerLostError(b"", closed=True) from error
            except BaseException:
                self.drain()  # also when cancelled in mid-question: its answer must not be next
                raise
            now_s = self._monotonic()
            self.latency_us = round((now_s - asked_s) * 1_000_000)
            self._quiet_until_s = now_s + self._pause_s
            return answer

    def drain(self) -> None:
        """Close the link and let late answers die before the next question."""
        self._shut()
        self._quiet_until_s = self._monotonic() + self._settle_s

    def hurry(self) -> None:
        """Forget the wait before the next connection: somebody waits for this very slot."""
        self._refused_until_s = 0.0

    def close(self) -> None:
        """Close the link and let others have the bus; the next question opens it anew."""
        self._shut()
        if self._lease is not None:
            self._lease.release()

    def _shut(self) -> None:
        if self._port is not None:
            self._port.close()
            self._port = None

    async def _ready(self) -> OctetPort:
        left_s = self._quiet_until_s - self._monotonic()
        if left_s > 0:
            await asyncio.sleep(left_s)
        if self._port is not None:
            return self._port
        if self._monotonic() < self._refused_until_s:
            raise LinkDownError(f"{self.where}: still not connected.")
        self._take_lease()
        self.connects += 1
        try:
            self._port = await self._opener()
        except (OSError, TimeoutError) as error:
            self._refused_until_s = self._monotonic() + self._backoff.next_s()
            cause = str(error) or type(error).__name__
            raise LinkDownError(f"{self.where}: no connection ({cause}).") from error
        self._backoff.reset()
        return self._port

    def _take_lease(self) -> None:
        if self._lease is None:
            return
        try:
            self._lease.take()
        except BusHeldError as error:
            raise LinkHeldError(f"{self.where}: {error.cause}.") from error

    async def _answer(
        self, port: OctetPort, question: bytes, complete: Complete, timeout_s: float
    ) -> bytes:
        received = b""
        ends_s = self._monotonic() + timeout_s
        while (left_s := ends_s - self._monotonic()) > 0:
            try:
                received += await port.read(left_s)
            except EOFError:
                raise AnswerLostError(received, closed=True) from None
            answer = _behind_echo(received, question) if self._echo else received
            if complete(answer) or len(answer) > MOST_OCTETS:
                return answer
        raise AnswerLostError(received, closed=False)


def _behind_echo(received: bytes, question: bytes) -> bytes:
    """Return what came behind our own question; all of it when it is not given back."""
    if received.startswith(question):
        return received[len(question) :]
    return b"" if question.startswith(received) else received


class _TcpPort(asyncio.Protocol):
    """A TCP connection as a port."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._arrived = asyncio.Event()
        self._lost = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "TCP gives a two-way transport"
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        room = MOST_OCTETS - len(self._received)
        self._received += data[: max(0, room)]
        self._arrived.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self._arrived.set()

    async def write(self, octets: bytes) -> None:
        assert self._transport is not None, "a port is connected before it is used"
        if self._lost:
            raise ConnectionResetError("the gateway closed the connection")
        self._transport.write(octets)

    async def read(self, timeout_s: float) -> bytes:
        if not self._arrived.is_set():
            try:
                async with asyncio.timeout(timeout_s):
                    await self._arrived.wait()
            except TimeoutError:
                return b""
        if self._lost and not self._received:
            raise EOFError
        received = bytes(self._received)
        self._received.clear()
        if not self._lost:
            self._arrived.clear()
        return received

    def discard(self) -> int:
        unasked = len(self._received)
        self._received.clear()
        if not self._lost:
            self._arrived.clear()
        return unasked

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
