"""In: intervals of sources and the wall clock. Out: which source is due for which slot. Pure.

Slots are aligned to the wall clock, so there is no drift: every full minute, every quarter-hour. No
slot is asked for twice and none is made up for, whatever the clock does: set forward, slots are
missed and said so; set back, those that were asked for already are passed over (their instants
have readings) and those that the clock had jumped over are asked for.
"""

from __future__ import annotations

import heapq
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from energy.base.clock import EPOCH, from_us, to_us

AT_ONCE_S = 6.0
"""A collector that begins later than this after a slot polls at once. [s]"""
SPREAD_S = 0.005
"""Time between two sources that would begin together. [s]"""
COST_S = 0.0008
"""Least time between two sources: what one poll takes of a core, doubled. [s]"""
GRID_S = 0.02
"""Sources begin on these steps: fewer wake-ups, each with work for more than one. [s]"""
SHORT_S = 10.0
"""Below this interval readings are dated by the clock anyway: the whole interval is used. [s]"""
USED = 0.8
"""Part of the time in which a reading stands for its slot, used to spread the sources over."""


def slot_of(now: datetime, interval_s: int) -> datetime:
    """Return the last slot at or before an instant, aligned to the wall clock.

    Args:
        now: The instant, aware UTC.
        interval_s: Seconds between two slots. [s]
    """
    step = timedelta(seconds=interval_s)
    return EPOCH + (now - EPOCH) // step * step


def last_done(now: datetime, interval_s: int) -> datetime:
    """Return the slot after which a collector that just began polls.

    It polls at once, unless it began so shortly after a slot that the readings would bear the
    slot's own instant: a collector before it may have polled that one, with another count.

    Args:
        now: When it began, aware UTC.
        interval_s: Seconds between two slots. [s]
    """
    slot = slot_of(now, interval_s)
    fresh = now - slot <= timedelta(seconds=AT_ONCE_S)
    return slot if fresh else slot - timedelta(seconds=interval_s)


def phase_s(key: str, interval_s: float, sources: int) -> float:
    """Return how long after its slot a source begins: the same after every start. [s].

    A thousand sources do not begin at one instant; a single one does not wait at all. Ten
    thousand need longer than a reading stands for its slot: the last ones are dated by the clock,
    for one core cannot ask them sooner.

    Args:
        key: Name of the source.
        interval_s: Seconds between two slots. [s]
        sources: How many begin together.
    """
    standing_s = interval_s if interval_s < SHORT_S else min(5.0, interval_s / 10)
    window_s = min(USED * standing_s, SPREAD_S * (sources - 1))
    window_s = max(window_s, min(USED * interval_s, COST_S * (sources - 1)))
    return window_s * zlib.crc32(key.encode()) / 2**32 // GRID_S * GRID_S


def delay_s(phase_s: float, late_s: float) -> float:
    """Return how long a source still waits for its phase. [s].

    One whose phase is over begins its phase after the present: those that are late together
    do not begin together.

    Args:
        phase_s: Its phase. [s]
        late_s: How long ago its slot was. [s]
    """
    return phase_s - late_s if 0.0 <= late_s < phase_s else phase_s


RANGES_KEPT = 16
"""Jumps of the clock whose slots are remembered."""


@dataclass(frozen=True, slots=True)
class Due:
    """A source that is to be asked now."""

    key: str
    slot: datetime
    missed: int
    """Slots between the last one and this one that nobody asked for."""


class _Course:
    """What one source was asked for: ranges of slots without a gap, the newest last."""

    __slots__ = ("ranges", "step_us")

    def __init__(self, step_us: int, done_us: int) -> None:
        self.step_us = step_us
        self.ranges = [(done_us, done_us)]

    def slot_us(self, now_us: int) -> int:
        return now_us // self.step_us * self.step_us

    def is_done(self, slot_us: int) -> bool:
        return any(first <= slot_us <= last for first, last in self.ranges)

    def next_us(self, now_us: int) -> int:
        """Return the slot to look at next: the present one, or the one behind it."""
        slot_us = self.slot_us(now_us)
        return slot_us + self.step_us if self.is_done(slot_us) else slot_us

    def do(self, slot_us: int) -> int:
        """Note that a slot is asked for; returns how many were missed since the one before."""
        first_us, last_us = self.ranges[-1]
        if slot_us == last_us + self.step_us:
            self.ranges[-1] = (first_us, slot_us)
            return 0
        self.ranges = [*self.ranges[1 - RANGES_KEPT :], (slot_us, slot_us)]
        return max(0, (slot_us - last_us) // self.step_us - 1)


class Timetable:
    """When each source is asked next."""

    def __init__(self) -> None:
        """Begin without sources."""
        self._courses: dict[str, _Course] = {}
        self._next: list[tuple[int, str]] = []
        self._now_us = 0
        self.set_back_s = 0.0
        """By how much the clock was set back at the last look; 0 if it was not. [s]"""

    def add(self, key: str, interval_s: int, now: datetime) -> None:
        """Take up a source.

        Args:
            key: Its name.
            interval_s: Seconds between two slots. [s]
            now: The present, aware UTC.
        """
        self._now_us = to_us(now)
        done_us = to_us(last_done(now, interval_s))
        self._courses[key] = _Course(1_000_000 * interval_s, done_us)
        self.release(key)

    def knows(self, key: str) -> bool:
        """Return whether a source was taken up."""
        return key in self._courses

    def forget(self, key: str) -> None:
        """Let go of a source that is asked no more."""
        self._courses.pop(key, None)
        self._next = [(at, each) for at, each in self._next if each != key]
        heapq.heapify(self._next)

    def release(self, key: str) -> None:
        """Let a source be due again: what it was asked for is done."""
        if key not in self._courses:
            return  # forgotten while it was asked
        heapq.heappush(self._next, (self._courses[key].next_us(self._now_us), key))

    def take(self, now: datetime) -> list[Due]:
        """Return what is due; each is due again only after its release.

        Args:
            now: The present, aware UTC.
        """
        now_us = to_us(now)
        self.set_back_s = max(0.0, (self._now_us - now_us) / 1e6)
        self._now_us = now_us
        if self.set_back_s:
            waiting = [key for _, key in self._next]
            self._next = [(self._courses[key].next_us(now_us), key) for key in waiting]
            heapq.heapify(self._next)
        due = []
        while self._next and self._next[0][0] <= now_us:
            _, key = heapq.heappop(self._next)
            course = self._courses[key]
            slot_us = course.slot_us(now_us)
            if course.is_done(slot_us):
                self.release(key)
            else:
                due.append(Due(key, from_us(slot_us), course.do(slot_us)))
        return due

    def wait_s(self, now: datetime) -> float:
        """Return how long nothing is due, if the clock goes on as it does. [s]."""
        if not self._next:
            return float("inf")
        return max(0.0, (self._next[0][0] - to_us(now)) / 1e6)
