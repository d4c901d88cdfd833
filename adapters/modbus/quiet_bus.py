"""In: a bus whose answers bear no number. Out: silence before every question. I/O: waits only.

What was heard comes in from the client; who may still speak is the guard's knowledge.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from adapters.modbus.bus_guard import BusGuard
from adapters.modbus.frame import Asked, Fault, Verdict, final
from adapters.modbus.link import Link, LinkKind
from adapters.modbus.rtu_frame import AROUND, QUESTION

SILENCE_S = 0.05
"""A bus is drained when nothing was heard for so long. [s]"""
LONGEST_FRAME = 256
"""[byte]"""
_LEAST_GAP_S = 0.00175
"""Silence between two frames above 19200 bit/s; below, three and a half characters. [s]"""


class QuietBus:
    """Leaves a bus alone, drains it and keeps the gap between frames."""

    def __init__(self, link: Link, timeout_s: float, monotonic: Callable[[], float]) -> None:
        """Begin with a bus on which somebody may have asked before.

        Args:
            link: The bus.
            timeout_s: Longest wait for an answer. [s]
            monotonic: Clock for waits. [s]
        """
        self.guard = BusGuard(answer_s=timeout_s + LONGEST_FRAME * link.character_s)
        self._link = link
        self._monotonic = monotonic
        self._rest_until_s: float | None = None
        self._last_s = 0.0

    def wire_s(self, asked: Asked) -> float:
        """Return how long question and answer are on the wire. [s]."""
        return (QUESTION + AROUND + 2 * asked.count) * self._link.character_s

    def dropped(self) -> None:
        """Note that the connection was closed: the bus is left alone from now on."""
        self._rest_until_s = self._monotonic() + self.guard.rest_s()

    def spoken(self) -> None:
        """Note that a question and its answer are over."""
        self._last_s = self._monotonic()

    async def rest(self) -> None:
        """Leave the bus alone until no late answer is expected."""
        if self._rest_until_s is not None:
            await asyncio.sleep(max(0.0, self._rest_until_s - self._monotonic()))

    async def drain(self) -> Verdict | None:
        """Listen on a bus just opened until it is silent: what still comes is nobody's answer.

        Returns:
            Who does not fall silent; None when it is.
        """
        rest_s = self.guard.rest_s()
        end_s = self._monotonic() + 2 * rest_s + SILENCE_S
        # Whoever asked here before this process began may still be owed an answer.
        silence_s = rest_s if self._rest_until_s is None else min(SILENCE_S, rest_s)
        self.guard.overheard, heard = 0, -1
        while heard != self.guard.overheard:
            if self._monotonic() > end_s:
                never = final(Fault.SECOND_MASTER, f"never silent: {heard} byte(s) unasked")
                return self.guard.stranger(self._monotonic()) or never
            heard = self.guard.overheard
            await asyncio.sleep(silence_s)
            silence_s = min(SILENCE_S, rest_s)
        self._rest_until_s = 0.0
        return None

    async def pause(self) -> Verdict | None:
        """Keep the gap before a question.

        Returns:
            Who spoke since the last answer; None when nobody did.
        """
        if self._link.kind is LinkKind.RTU:
            gap_s = max(_LEAST_GAP_S, 3.5 * self._link.character_s)
            await asyncio.sleep(max(0.0, self._last_s + gap_s - self._monotonic()))
        for _ in range(2):
            await asyncio.sleep(0)  # what has come already is read before the question leaves
        return self.guard.stranger(self._monotonic())
