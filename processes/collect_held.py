"""In: readings that a full spool refuses. Out: them again when there is room, or a note. In memory.

Nothing is dropped silently: what goes beyond the bound, or is still held at the end, is counted by
source and becomes a finding.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from adapters.errors import SpoolError, SpoolFullError
from adapters.spool import Spool
from adapters.spool_rows import SpoolPart
from energy.base.clock import from_us
from energy.metering.note import Note, note

DROPPED = "spool.readings_dropped"
_log = structlog.get_logger("collect")


class HeldParts:
    """Readings a full disk has refused, kept in memory until there is room again; bounded."""

    MOST = 200_000
    """Readings held at most. [reading]"""

    def __init__(self) -> None:
        """Hold nothing."""
        self._parts: list[SpoolPart] = []
        self._dropped: dict[str, tuple[int, int, int]] = {}

    def take(self, parts: Sequence[SpoolPart]) -> list[SpoolPart]:
        """Return what was held with the new parts behind it, and hold nothing."""
        every, self._parts = [*self._parts, *parts], []
        return every

    def hold(self, parts: Sequence[SpoolPart], error: SpoolFullError) -> None:
        """Hold parts; beyond the bound the oldest go, for the newest counts tell the most."""
        _log.error(error.code, cause=str(error))
        self._parts = list(parts)
        while sum(len(part.columns) for part in self._parts) > self.MOST:
            self._drop(self._parts.pop(0))

    def give_up(self) -> None:
        """Drop whatever is held: the collector ends."""
        for part in self.take([]):
            self._drop(part)

    def tell(self, spool: Spool) -> None:
        """Leave a note of what was dropped; there is room for notes when there is none else."""
        if not self._dropped:
            return
        try:
            spool.tell([_note(source, *span) for source, span in sorted(self._dropped.items())])
        except SpoolError as error:
            _log.error(error.code, cause=str(error))
            return
        self._dropped.clear()

    def _drop(self, part: SpoolPart) -> None:
        _log.error(
            DROPPED,
            source=part.source,
            readings=len(part.columns),
            next_step="free space on the spool's disk at once; counters keep their totals",
        )
        at_us = part.columns.at_us
        many, first, last = self._dropped.get(part.source, (0, 2**62, 0))
        self._dropped[part.source] = (
            many + len(part.columns),
            min(first, int(at_us.min())),
            max(last, int(at_us.max())),
        )


def _note(source: str, readings: int, first_us: int, last_us: int) -> Note:
    first, last = from_us(first_us), from_us(last_us)
    return note(DROPPED, first, last, source=source, proof={"readings": readings})
