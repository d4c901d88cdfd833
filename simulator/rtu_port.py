"""In: Modbus questions on a serial port. Out: answers of simulated devices. I/O: pseudo-terminal.

Any program that speaks Modbus RTU opens `device` as its serial port and finds the units there. A
unit that is absent says nothing, as on a real bus.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from types import TracebackType
from typing import Self

from simulator.profile_slave import checksum

QUESTION = 8
"""Unit, function, address, count, checksum: all questions that are answered. [byte]"""

Answer = Callable[[int, bytes], bytes | None]
"""Returns the answer to a unit's question (function and body); None where nobody is."""


class RtuPort:
    """A serial bus with simulated devices on it; an async context manager."""

    def __init__(self, answer: Answer) -> None:
        """Prepare the bus.

        Args:
            answer: Answers for every unit, for example `ProfileSlave(...).answer`.
        """
        self._answer = answer
        self._received = bytearray()
        self._ends: tuple[int, int] | None = None

    @property
    def device(self) -> str:
        """Return the name of the serial port that a master opens."""
        assert self._ends is not None, "enter the port first"
        return os.ttyname(self._ends[1])

    async def __aenter__(self) -> Self:
        """Open the port.

        Raises:
            OSError: The system has no pseudo-terminal left.
        """
        import tty  # not on every system; only who simulates needs it

        self._ends = os.openpty()
        tty.setraw(self._ends[1])
        asyncio.get_running_loop().add_reader(self._ends[0], self._ready)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the port."""
        assert self._ends is not None, "it was entered"
        asyncio.get_running_loop().remove_reader(self._ends[0])
        for end in self._ends:
            os.close(end)
        self._ends = None

    def _ready(self) -> None:
        assert self._ends is not None, "the reader is removed before the port is closed"
        self._received += os.read(self._ends[0], 4096)
        while len(self._received) >= QUESTION:
            frame = bytes(self._received[:QUESTION])
            if checksum(frame[:-2]) != frame[-2:]:
                del self._received[:1]  # noise: look for the next question's first byte
                continue
            del self._received[:QUESTION]
            found = self._answer(frame[0], frame[1:-2])
            if found is not None:
                body = frame[:1] + found
                os.write(self._ends[0], body + checksum(body))
