"""In: readings of a counter. Out: whether this quarter-hour will exceed what is agreed. Pure.

What was used since the window began is known from the counts; what is still to come is foreseen at
the pace of the last minutes (at least `pace_s`), so that a load switched on late in the window is
seen at once. All is exact: counts and microseconds, no mean is rounded before it is compared. The
count at the window's begin is interpolated where no reading stands there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from energy.alerting.rules.numbers import OWN
from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale, Verdict
from energy.metering.channel import Kind

_HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandForecast:
    """Most that may be used in a demand window, as a pace an hour."""

    kind: ClassVar[RuleKind] = RuleKind.DEMAND
    scale: ClassVar[Scale | None] = None
    watches: ClassVar[frozenset[Kind]] = frozenset({Kind.COUNTER})
    above: int = field(metadata=OWN)
    """Raised when the window's mean will be above it; kW where the counter's unit is kWh.
    [count / h]"""
    deadband: int = field(default=0, metadata=OWN)
    """[count / h]"""
    window_s: int = 900
    """Demand window, aligned to the clock. [s]"""
    least_s: int = 180
    """Nothing is foreseen before so much of the window has passed. [s]"""
    pace_s: int = 120
    """The pace is that of at least so long. [s]"""
    modulus: int = 0
    """Counts at which the register returns to zero; 0: it does not. [count]"""

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge one reading; what is told is the foreseen mean pace. [count / h].

        Remembered are the window's begin with its count x window (an interpolated count is no
        whole number of counts), two readings for the pace, and the last reading.
        """
        del channel
        window_us = 1_000_000 * self.window_s
        begin = at_us - at_us % window_us
        if not memory or begin - memory[0] > 2 * window_us or self._stepped(memory[7], value):
            whole = value if at_us == begin else -1
            return self._silent((begin, whole, 1, at_us, value, at_us, value, value, at_us))
        value = self._unrolled(memory[7], value)
        begun, count_n, count_d, old_at, old, mid_at, mid, last, last_at = memory
        if begin != begun:
            count_n, count_d = _at(begin, (last_at, last), (at_us, value))
        if at_us - mid_at >= 1_000_000 * self.pace_s:
            old_at, old, mid_at, mid = mid_at, mid, at_us, value
        after = (begin, count_n, count_d, old_at, old, mid_at, mid, value, at_us)
        passed = at_us - begin
        if count_n < 0 or passed < 1_000_000 * self.least_s or at_us <= old_at:
            return self._silent(after)
        pace_d = at_us - old_at
        used_n = value * count_d - count_n  # / count_d
        coming_n = (value - old) * (window_us - passed)  # / pace_d
        foreseen_n = used_n * pace_d + coming_n * count_d
        return self._judged(foreseen_n * _HOUR_US, count_d * pace_d * window_us, after)

    def _judged(self, pace_n: int, pace_d: int, after: Memory) -> Judged:
        told = pace_n // pace_d
        if pace_n > self.above * pace_d:
            return Judged(Verdict.OVER, told, self.above, after)
        near = pace_n >= (self.above - self.deadband) * pace_d
        return Judged(Verdict.BETWEEN if near else Verdict.UNDER, told, self.above, after)

    def _silent(self, after: Memory) -> Judged:
        return Judged(Verdict.SILENT, 0, self.above, after)

    def _stepped(self, last: int, value: int) -> bool:
        """Return whether the register was reset or exchanged: it starts anew."""
        return value < last and not self.modulus

    def _unrolled(self, last: int, value: int) -> int:
        """Return the count behind all turns of the register."""
        return last + (value - last) % self.modulus if self.modulus else value


def _at(begin: int, before: tuple[int, int], after: tuple[int, int]) -> tuple[int, int]:
    """Return the count at an instant between two readings as numerator and denominator."""
    span = after[0] - before[0]
    return before[1] * span + (after[1] - before[1]) * (begin - before[0]), span
