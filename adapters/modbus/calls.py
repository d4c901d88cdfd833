"""In: connections that are to be opened. Out: a few of them at a time, spaced. I/O: waits only.

Ten thousand devices whose connections drop at once would all be called within a second: no call
would be served within its time, all would fail and begin again, and whoever kept his connection
would wait for them. So calls take turns, in order, and leave the loop most of its time.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

from adapters.modbus.dialling import Monotonic
from energy.base.clock import monotonic_s

MOST_CALLS = 100
"""Connections that are being opened at once."""
CALL_GAP_S = 0.002
"""Least time between two calls: what one takes of a core, three times. [s]"""


class Calls:
    """A turn for each connection that is opened; used by `async with`."""

    def __init__(
        self,
        *,
        most: int = MOST_CALLS,
        gap_s: float = CALL_GAP_S,
        monotonic: Monotonic = monotonic_s,
    ) -> None:
        """Begin with nobody calling.

        Args:
            most: Calls at the same time.
            gap_s: Least time between two. [s]
            monotonic: Clock for waits.
        """
        self._turns = asyncio.Semaphore(most)
        self._gap_s = gap_s
        self._monotonic = monotonic
        self._next_s = 0.0

    async def __aenter__(self) -> None:
        """Wait for a turn."""
        await self._turns.acquire()
        now_s = self._monotonic()
        at_s = max(now_s, self._next_s)
        self._next_s = at_s + self._gap_s
        try:
            if at_s > now_s:
                await asyncio.sleep(at_s - now_s)
        except BaseException:
            self._turns.release()
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the turn back."""
        self._turns.release()
