"""In: usage spans of several channels. Out: their sum interval by interval. Pure.

What is missing or suspect counts as unknown, never as zero; the number of channels known in each
interval goes along, so that a partial sum can be told from a whole one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.metering.usage import UsageSpan

_RANK = np.array([0, 1, 2, 4, 3, 5, 6], dtype=np.uint8)
"""Badness of each quality code: interpolated is better than estimated."""
_OF_RANK = (
    Quality.MEASURED,
    Quality.CORRECTED,
    Quality.MANUAL,
    Quality.INTERPOLATED,
    Quality.ESTIMATED,
    Quality.SUSPECT,
    Quality.MISSING,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Summed:
    """The sum of several channels on one grid."""

    step_s: int
    usage: NDArray[np.int64]
    """Sum over the known channels. [base unit]"""
    known: NDArray[np.int64]
    """Channels known in the interval."""
    rank: NDArray[np.uint8]
    """Badness of the worst known channel."""

    def values(self) -> tuple[int | None, ...]:
        """Return the sum of each interval, None where no channel is known. [base unit]."""
        return tuple(
            int(usage) if known else None
            for usage, known in zip(self.usage, self.known, strict=True)
        )

    def qualities(self) -> tuple[Quality, ...]:
        """Return the worst known quality of each interval, MISSING where none is known."""
        return tuple(
            _OF_RANK[rank] if known else Quality.MISSING
            for rank, known in zip(self.rank, self.known, strict=True)
        )

    def part(self, first: int, after: int) -> Summed:
        """Return some intervals only."""
        return Summed(
            step_s=self.step_s,
            usage=self.usage[first:after],
            known=self.known[first:after],
            rank=self.rank[first:after],
        )

    def total(self, channels: int) -> int | None:
        """Return the whole sum, None unless every channel is known throughout. [base unit]."""
        if len(self.known) == 0 or (self.known < channels).any():
            return None
        return int(self.usage.sum())


def known_of(span: UsageSpan) -> NDArray[np.bool_]:
    """Return which intervals of a span are known."""
    return span.quality < Quality.SUSPECT


def total_of(span: UsageSpan) -> int | None:
    """Return the usage of a span, None when anything of it is unknown. [base unit]."""
    if len(span.usage) == 0 or not known_of(span).all():
        return None
    return int(span.usage.sum())


def summed(spans: Sequence[UsageSpan]) -> Summed:
    """Return the sum of spans over one period, on the coarsest of their grids."""
    assert spans, "a sum has parts"
    step_s = max(span.step_s for span in spans)
    width = len(spans[0].usage) * spans[0].step_s // step_s
    usage = np.zeros(width, dtype=np.int64)
    known = np.zeros(width, dtype=np.int64)
    rank = np.zeros(width, dtype=np.uint8)
    for span in spans:
        fold = step_s // span.step_s
        here = known_of(span).reshape(width, fold).all(axis=1)
        parts = span.usage.reshape(width, fold).sum(axis=1)
        worst = _RANK[span.quality].reshape(width, fold).max(axis=1)
        usage += np.where(here, parts, 0)
        known += here
        rank = np.maximum(rank, np.where(here, worst, 0).astype(np.uint8))
    return Summed(step_s=step_s, usage=usage, known=known, rank=rank)
