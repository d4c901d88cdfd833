"""In: how a value came to be. Out: quality codes and their order. Pure.

The codes are stored in the journal for ever: never renumber, only append.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Quality(IntEnum):
    """How a reading or an interval's usage came to be; stored as one byte."""

    MEASURED = 0
    """Read from the register."""
    CORRECTED = 1
    """An approved correction."""
    MANUAL = 2
    """Read by a person from the display."""
    ESTIMATED = 3
    """Filled by a stated method."""
    INTERPOLATED = 4
    """Total measured, shape estimated (intervals only)."""
    SUSPECT = 5
    """Received but implausible; excluded from sums."""
    MISSING = 6
    """Nothing known; never a zero."""


PRECEDENCE: dict[Quality, int] = {
    Quality.CORRECTED: 0,
    Quality.MEASURED: 1,
    Quality.MANUAL: 2,
    Quality.ESTIMATED: 3,
    Quality.SUSPECT: 9,
}
"""Rank of a reading among those of one (channel, instant): the lowest rank counts."""
LAST_WINS = (Quality.CORRECTED, Quality.ESTIMATED)
"""Within these ranks the last reading counts, within any other the first."""

_BADNESS: tuple[Quality, ...] = (
    Quality.MEASURED,
    Quality.CORRECTED,
    Quality.MANUAL,
    Quality.INTERPOLATED,
    Quality.ESTIMATED,
    Quality.SUSPECT,
    Quality.MISSING,
)


def worst_of(qualities: Iterable[Quality]) -> Quality:
    """Return the worst quality of a sum's parts; MISSING when there are none."""
    return max(qualities, key=_BADNESS.index, default=Quality.MISSING)
