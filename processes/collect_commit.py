"""In: results of many polls. Out: one commit of the spool for those that came together. I/O.

A commit waits for the disk, so a thousand sources do not each have one. A source is asked again
only when what it gave is on disk, or held in memory because the disk is full.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from adapters.errors import SpoolFullError
from adapters.spool_rows import SpoolPart
from energy.metering.reading import ReadingColumns
from processes.collect_held import HeldParts
from processes.collector_sources import Sources

Safe = Callable[[], None]
"""Called when a part is on disk, or held because the disk is full."""


class Committer:
    """Stores what polls bring, in groups."""

    def __init__(self, sources: Sources) -> None:
        """Begin with nothing.

        Args:
            sources: Whose spool takes it.
        """
        self._sources = sources
        self._held = HeldParts()
        self._brought: list[tuple[SpoolPart, Safe]] = []
        self._some = asyncio.Event()
        self._is_over = False

    def bring(self, part: SpoolPart, safe: Safe) -> None:
        """Take a part for the next commit.

        Args:
            part: What a poll gave.
            safe: Called when it is safe, in the event loop's thread.
        """
        if self._is_over:  # a poll that ended in the moment of the stop
            self._commit([part])
            safe()
            return
        self._brought.append((part, safe))
        self._some.set()

    async def settled(self) -> None:
        """Return when everything brought so far is safe."""
        safe = asyncio.Event()
        self.bring(SpoolPart(source="", columns=ReadingColumns.of(())), safe.set)
        await safe.wait()

    async def run(self) -> None:
        """Commit whatever was brought meanwhile, until cancelled; then what is left."""
        try:
            while True:
                await self._some.wait()
                self._some.clear()
                brought, self._brought = self._brought, []
                await asyncio.to_thread(self._commit, [part for part, _ in brought])
                for _, safe in brought:
                    safe()
        finally:
            self._is_over = True
            self._commit([part for part, _ in self._brought])
            self._held.give_up()
            self._held.tell(self._sources.spool)
            for _, safe in self._brought:
                safe()

    def _commit(self, brought: Sequence[SpoolPart]) -> None:
        parts = self._held.take(brought)
        if not parts:
            return
        try:
            self._sources.commit(parts, ())
        except SpoolFullError as error:
            self._held.hold(parts, error)
        self._held.tell(self._sources.spool)
