"""In: nothing. Out: the present instant and waiting; the only file that asks the machine. I/O.

A play (a recorded month replayed in lock-step) moves a shared clock file instead of the
machine's clock: eight bytes, microseconds since the epoch, zero meaning "live".
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """Tells the time; injected everywhere."""

    def now(self) -> datetime:
        """Return the present instant, aware UTC."""
        ...


def to_us(at: datetime) -> int:
    """Return microseconds since the epoch of an aware instant. [us]."""
    assert at.tzinfo is not None, "instants are aware"
    return (at - EPOCH) // MICROSECOND


def from_us(at_us: int) -> datetime:
    """Return the aware UTC instant of microseconds since the epoch.

    Args:
        at_us: Instant. [us]
    """
    return EPOCH + timedelta(microseconds=int(at_us))


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's present instant, aware UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until somebody moves it: tests and pure plays."""

    def __init__(self, at: datetime) -> None:
        """Stand at an aware instant."""
        self._at = at

    def now(self) -> datetime:
        """Return the instant it stands at."""
        return self._at

    def move_to(self, at: datetime) -> None:
        """Stand at another instant; never backwards."""
        assert at >= self._at, "a clock does not run backwards"
        self._at = at


class PlayClock:
    """The clock of a play: follows the shared clock file, the machine's clock when it says live."""

    def __init__(self, path: Path) -> None:
        """Map the clock file, made if absent (live).

        Args:
            path: The clock file, eight bytes.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(descriptor).st_size < 8:
                os.ftruncate(descriptor, 8)
            self._map = mmap.mmap(descriptor, 8)
        finally:
            os.close(descriptor)

    def now(self) -> datetime:
        """Return the play's instant, or the machine's when the play is over."""
        (at_us,) = struct.unpack("<q", self._map[:8])
        return from_us(at_us) if at_us else datetime.now(UTC)

    @property
    def live(self) -> bool:
        """Whether the play is over and the machine's clock counts."""
        return self._map[:8] == b"\0" * 8

    def move_to(self, at: datetime | None) -> None:
        """Set the play's instant; None ends the play (only the simulator moves it)."""
        self._map[:8] = struct.pack("<q", 0 if at is None else to_us(at))


def clock_from_environment() -> Clock:
    """Return the play clock named by METERLINE_PLAY_CLOCK, else the machine's clock."""
    path = os.environ.get("METERLINE_PLAY_CLOCK")
    return PlayClock(Path(path)) if path else SystemClock()


def monotonic_s() -> float:
    """Return a monotonic reading for time-outs and durations only. [s]."""
    return time.monotonic()


def wait(seconds: float, stop: threading.Event | None = None) -> bool:
    """Wait, or less when asked to stop.

    Args:
        seconds: How long at most. [s]
        stop: Event that ends the wait early.

    Returns:
        Whether stop was set.
    """
    return (stop or threading.Event()).wait(seconds)
