"""What the folds speak of: usage spans, meter segments, breaks, qualities. Pure values.

The folds themselves stand in usage_fold.py (counters) and interval_fold.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from energy.base.quality import Quality

BADNESS = np.zeros(256, dtype=np.uint8)
"""How bad a quality code is."""
BADNESS[[0, 1, 2, 4, 3, 5, 6]] = range(7)
BY_BADNESS = np.array([0, 1, 2, 4, 3, 5, 6], dtype=np.uint8)
"""The quality code that is so bad."""
NEGATIVE_STEP, JUMP = BREAK_CODES = ("register.negative_step", "register.jump")
OFF_GRID, CUT, TOO_MUCH = ("interval.off_grid", "interval.cut", "interval.jump")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UsageSpan:
    """Usage of one channel on its grid."""

    channel: int
    start: datetime
    """Start of the first interval, aware UTC."""
    step_s: int
    """Width of an interval. [s]"""
    usage: NDArray[np.int64]
    """Usage per interval, shape (n,); 0 where quality is MISSING: never sum that. [base unit]"""
    quality: NDArray[np.uint8]
    """Quality codes, shape (n,)."""
    shape_s: int = 0
    """Width within which the shape is always estimated: that of delivered intervals where they are
    longer than the grid's; 0 for none. [s]"""

    @property
    def end(self) -> datetime:
        """Return the end of the last interval."""
        return self.start + timedelta(seconds=self.step_s * len(self.usage))


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterSegment:
    """The time one device with one multiplier served a channel, as the folds need it."""

    start_us: int
    end_us: int | None
    base_per_count: Fraction
    """[base unit / count]"""
    modulus: int | None
    max_per_hour: int | None
    start_count: int | None = None
    end_count: int | None = None
    position: int = 0
    """Journal position of the event that opened the segment."""
    end_position: int = 0
    """Journal position of the event that closed it; 0 while it is open."""
    feed: int | None = None
    """Number of the channel whose register feeds it; None for its own (energy/metering/feed.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A step of a register that no rollover explains; the usage across it is unknown."""

    code: str
    start_us: int
    end_us: int
    before: int
    after: int
    segment_position: int = 0
    """Journal position of the meter event without which the step is not known."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Folded:
    """What the fold knows about a span."""

    usage: NDArray[np.int64]
    """Per interval, shape (n,). [base unit]"""
    quality: NDArray[np.uint8]
    """Per interval, shape (n,)."""
    value: NDArray[np.int64]
    """Value of the running segment at each boundary, within one turn of its register, so that
    it does not depend on where the fold began; shape (n + 1,). [base unit]"""
    known: NDArray[np.bool_]
    """Whether the value at each boundary is known, shape (n + 1,)."""
    breaks: list[Break] = field(default_factory=list)


def worst(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the worse of two arrays of quality codes, element by element."""
    worse: NDArray[np.uint8] = BY_BADNESS[np.maximum(BADNESS[first], BADNESS[second])]
    return worse


def worst_in(qualities: NDArray[np.uint8]) -> int:
    """Return the worst quality code of an array; MISSING when it is empty."""
    if len(qualities) == 0:
        return int(Quality.MISSING)
    return int(BY_BADNESS[BADNESS[qualities].max()])
