"""In: a running collector. Out: a note of the time in which it did not run. I/O: a small file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from energy.base.clock import Clock
from energy.metering.note import Note, note

FILE = "collector.alive"
DOWN = "collector.was_down"
BEAT_S = 10.0
"""Time between two beats. [s]"""
WORTH_S = 120.0
"""A collector that was away for less is not worth a finding. [s]"""


class Heartbeat:
    """Remembers when a collector last ran."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Name the file; nothing is read yet.

        Args:
            folder: Folder of the spool.
            clock: The clock.
        """
        self._file = folder / FILE
        self._clock = clock
        self._beaten: datetime | None = None
        self._begun = False

    def begin(self, tell: Callable[[Sequence[Note]], None]) -> None:
        """Leave a note of the time since the last beat, and beat.

        Args:
            tell: Takes notes for the journal.
        """
        last, now = self._last(), self._clock.now()
        if last is not None and now - last > timedelta(seconds=WORTH_S):
            tell([note(DOWN, last, now)])
        self._begun = True
        self.beat()

    def beat(self) -> None:
        """Say that the collector runs, once it has begun; writes every few seconds at most."""
        if not self._begun:
            return
        now = self._clock.now()
        if self._beaten is not None and abs(now - self._beaten) < timedelta(seconds=BEAT_S):
            return
        self._beaten = now
        fresh = self._file.with_name(self._file.name + ".new")
        try:
            fresh.write_text(now.isoformat(), "utf-8")
            fresh.replace(self._file)
        except OSError:
            return  # a full disk: the spool has said so

    def _last(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return None
