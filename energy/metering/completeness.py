"""In: how many intervals are expected and how each came to be. Out: a score. Pure.

The score is the share of the expected intervals that readings tell of: measured, or with a
measured total and an estimated shape. What is estimated is known, too, but told by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

DUE_AFTER = timedelta(hours=1)
"""An interval counts as expected when it ended so long ago."""
FOR_EVER_US = 2**62
"""End of what still lasts. [us]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """Expected against known intervals of something."""

    expected: int = 0
    """Intervals in which a device served, and which are over."""
    measured: int = 0
    """Read, corrected or taken from a display."""
    shaped: int = 0
    """Of a measured total whose shape is estimated."""
    estimated: int = 0
    """Filled by an estimate."""

    @property
    def missing(self) -> int:
        """Return the intervals of which nothing is known."""
        return max(0, self.expected - self.measured - self.shaped - self.estimated)

    @property
    def score(self) -> Fraction | None:
        """Return the share that readings tell of; None where nothing is expected."""
        return self.share(self.measured + self.shaped)

    def share(self, intervals: int) -> Fraction | None:
        """Return some intervals as a share of those expected, 1 at most; None of nothing."""
        if self.expected == 0:
            return None
        return min(Fraction(1), Fraction(intervals, self.expected))

    def __add__(self, other: Completeness) -> Completeness:
        """Return both together."""
        return Completeness(
            expected=self.expected + other.expected,
            measured=self.measured + other.measured,
            shaped=self.shaped + other.shaped,
            estimated=self.estimated + other.estimated,
        )


def together(parts: Iterable[Completeness]) -> Completeness:
    """Return all parts together; of nothing, nothing is expected."""
    return sum(parts, Completeness())


def expected_intervals(
    served: Sequence[tuple[int, int]], start_us: int, end_us: int, step_us: int
) -> int:
    """Return how many whole intervals of a grid lie in the time that was served.

    Args:
        served: Start and end of what served, by start; what touches is one. [us]
        start_us: Start of the span, on the grid. [us]
        end_us: End of the span. [us]
        step_us: Width of an interval. [us]
    """
    spans: list[list[int]] = []
    for start, end in served:
        low, high = max(start, start_us), min(end, end_us)
        if low >= high:
            continue
        if spans and low <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], high)
        else:
            spans.append([low, high])
    many = 0
    for low, high in spans:
        first = -((start_us - low) // step_us)
        many += max(0, (high - start_us) // step_us - first)
    return many
