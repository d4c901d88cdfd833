"""In: questions of all sources on one physical bus. Out: answers, the urgent ones first. I/O.

A serial bus or a gateway takes one question at a time, whoever asks: every source on it waits for
its turn here. Bills before counters before gauges before dead devices; who has waited long enough
goes first whatever he asks, so that nobody starves.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple, Protocol

from adapters.modbus.dialling import Monotonic
from adapters.modbus.quarantine import DeadTime, Latencies
from energy.base.clock import monotonic_s

PATIENCE_S = 2.0
"""By how much a question of one rank may be overtaken by a later one of the rank above. [s]"""


class Rank(IntEnum):
    """Who is asked first."""

    BILLED = 0
    COUNTER = 1
    GAUGE = 2
    PROBE = 3


class Question(NamedTuple):
    """One read of one unit."""

    unit: int
    function_code: int
    address: int
    registers: int
    """How many. [register]"""
    allow_transaction_zero: bool = False
    """The product answers with transaction 0."""


class Reply(NamedTuple):
    """What came back."""

    registers: Sequence[int]
    latency_s: float
    """From the question to the answer. [s]"""


class Asker(Protocol):
    """One connection."""

    suspect: bool
    """Whether an answer was lost on a bus without transaction numbers."""

    async def ask(self, question: Question, within_s: float | None) -> Sequence[int]:
        """Return the registers, or raise ReadFailedError.

        Args:
            question: What to read.
            within_s: Give up earlier than usual; None as usual. [s]
        """
        ...

    def hurry(self) -> None:
        """Forget the wait before the next connection."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...

    @property
    def connects(self) -> int:
        """Connections opened so far."""
        ...


class Bus:
    """One physical bus: its connections, and who may ask next."""

    def __init__(
        self,
        askers: Sequence[Asker],
        *,
        where: str,
        least_gap_s: float = 0.0,
        rest_s: float = 0.0,
        monotonic: Monotonic = monotonic_s,
    ) -> None:
        """Take the connections; nothing is opened yet.

        Args:
            askers: The connections; a serial bus has one.
            where: The link as people write it.
            least_gap_s: Least pause between an answer and the next question. [s]
            rest_s: How long the bus is left alone after a question without answer. [s]
            monotonic: Clock for waits.
        """
        self.rest_s = rest_s
        self.where = where
        self.latencies = Latencies()
        self.dead_time = DeadTime(monotonic())
        self.busy_s = 0.0
        """Time in which a question was out, all connections together. [s]"""
        self.questions = 0
        self._askers = list(askers)
        self._idle = list(askers)
        self._least_gap_s = least_gap_s
        self._monotonic = monotonic
        self._free_at_s = 0.0
        self._waiting: list[tuple[float, int, asyncio.Future[Asker]]] = []
        self._troubled: set[Asker] = set()
        self._came = 0
        self._users = 0

    @property
    def width(self) -> int:
        """Questions that may be out at the same time."""
        return len(self._askers)

    @property
    def connects(self) -> int:
        """Connections opened since the start; more than its width is a sign of trouble."""
        return sum(asker.connects for asker in self._askers)

    async def ask(self, question: Question, rank: Rank, *, within_s: float | None = None) -> Reply:
        """Return the registers and how long the answer took.

        Args:
            question: What to read.
            rank: Who goes first when several wait.
            within_s: Give up earlier than the connection would. [s]

        Raises:
            ReadFailedError: Names the fault.
        """
        asker = await self._turn(rank)
        began_s = self._monotonic()
        try:
            if self._least_gap_s and began_s < self._free_at_s:
                await asyncio.sleep(self._free_at_s - began_s)
                began_s = self._monotonic()
            registers = await asker.ask(question, within_s)
        except BaseException:
            self._troubled.add(asker)
            raise
        finally:
            ended_s = self._monotonic()
            self.questions += 1
            self.busy_s += ended_s - began_s
            self._free_at_s = ended_s + self._least_gap_s
            self._release(asker)
        latency_s = ended_s - began_s
        if asker not in self._troubled:  # else the rest of the bus is in it
            self.latencies.keep(latency_s)
        self._troubled.discard(asker)
        return Reply(registers, latency_s)

    def hurry(self) -> None:
        """Forget the waits before the next connections."""
        for asker in self._askers:
            asker.hurry()

    @property
    def suspect(self) -> bool:
        """Whether a lost answer may come under another question: look who answers first."""
        return any(asker.suspect for asker in self._askers)

    def trust(self) -> None:
        """Believe answers again: a device has told who it is."""
        for asker in self._askers:
            asker.suspect = False

    def join(self) -> None:
        """Count one more source on this bus."""
        self._users += 1

    def leave(self) -> None:
        """Close the connections when the last source leaves."""
        self._users -= 1
        if self._users <= 0:
            for asker in self._askers:
                asker.close()

    async def _turn(self, rank: Rank) -> Asker:
        if self._idle:
            return self._idle.pop()
        self._came += 1
        turn: asyncio.Future[Asker] = asyncio.get_running_loop().create_future()
        due_s = self._monotonic() + rank * PATIENCE_S
        heapq.heappush(self._waiting, (due_s, self._came, turn))
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._release(turn.result())
            raise

    def _release(self, asker: Asker) -> None:
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(asker)
                return
        self._idle.append(asker)
