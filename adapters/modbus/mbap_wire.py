"""In: one open connection with numbered transactions. Out: its answers, in time. I/O: asyncio.

A protocol of asyncio and nothing above it: octets are read into a buffer of its own (asyncio's
usual way makes 256 kB for every read), the answer ends the wait in the same call, and one alarm a
connection, moved only when it rings, guards every question's deadline.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from adapters.modbus.bus import Question
from adapters.modbus.frame import Fault, final
from adapters.modbus.mbap import Conversation, Outcome

BUFFER = 1_024
"""Octets taken from the system at once; an answer has 260 at most. [byte]"""


class Wire(asyncio.BufferedProtocol, asyncio.DatagramProtocol):
    """One connection over TCP, TLS or UDP."""

    def __init__(self, conversation: Conversation) -> None:
        """Take the checker of what comes.

        Args:
            conversation: Makes the frames and judges the octets.
        """
        self.is_lost = False
        """Whether it is closed, by whomever."""
        self._conversation = conversation
        self._loop = asyncio.get_running_loop()
        self._send: Callable[[bytes], None] | None = None
        self._abort: Callable[[], None] | None = None
        self._octets = bytearray(BUFFER)
        self._ended: asyncio.Future[Outcome] | None = None
        self._due_s = 0.0
        self._alarm: asyncio.TimerHandle | None = None

    def ask(self, question: Question, wait_s: float) -> asyncio.Future[Outcome]:
        """Return a future of the answer, or of what is wrong with it.

        Args:
            question: What to read.
            wait_s: Longest wait; the future is done by then. [s]
        """
        assert self._ended is None, "one question at a time"
        frame = self._conversation.ask(question)
        ended = self._ended = self._loop.create_future()
        due_s = self._due_s = self._loop.time() + wait_s
        if self._alarm is not None and self._alarm.when() > due_s:
            self._alarm.cancel()
            self._alarm = None
        if self._alarm is None:
            self._alarm = self._loop.call_at(due_s, self._ring)
        assert self._send is not None, "it is connected"
        self._send(frame)
        return ended

    def abort(self) -> None:
        """Close at once: whatever is still on its way belongs to nobody."""
        self.is_lost = True
        self._ended = None
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._abort is not None and not self._loop.is_closed():
            self._abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep how to send and how to close."""
        two_way = cast("asyncio.Transport", transport)
        self._send = getattr(transport, "sendto", two_way.write)
        self._abort = two_way.abort

    def get_buffer(self, sizehint: int) -> bytearray:
        """Return where asyncio puts what comes."""
        return self._octets

    def buffer_updated(self, nbytes: int) -> None:
        """Judge what has come."""
        if self._ended is not None:
            self._judge(bytes(self._octets[:nbytes]))

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Judge a datagram."""
        if self._ended is not None:
            self._judge(data)

    def error_received(self, exc: Exception) -> None:
        """Say that nobody listens there: the system was told so about our datagram."""
        self._end(final(Fault.CLOSED, f"the datagram was sent back: {exc}"))

    def connection_lost(self, exc: Exception | None) -> None:
        """End the wait: the device closed, or the network did."""
        self.is_lost = True
        self._end(final(Fault.CLOSED, "the device closed the connection"))

    def _judge(self, octets: bytes) -> None:
        outcome = self._conversation.hear(octets)
        if outcome is not None:
            self._end(outcome)

    def _ring(self) -> None:
        """End the wait if its time is over; else wait for the question that is out now."""
        self._alarm = None
        if self._ended is None:
            return
        if self._loop.time() < self._due_s:
            self._alarm = self._loop.call_at(self._due_s, self._ring)
        else:
            self._end(self._conversation.silence())

    def _end(self, outcome: Outcome) -> None:
        ended, self._ended = self._ended, None
        if ended is not None and not ended.done():
            ended.set_result(outcome)
