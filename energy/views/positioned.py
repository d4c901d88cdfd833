"""Readings with where they stand in the journal and when it learned them. Pure values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from energy.metering.reading import ReadingColumns

LAST_POSITION = 2**62
"""Behind every position of a journal."""
AHEAD_US = 300_000_000
"""A reading this much later than the journal learned it comes from a wrong clock. [us]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Positioned:
    """Readings with the position of the entry each came in, arrays of shape (n,)."""

    readings: ReadingColumns
    position: NDArray[np.int64]
    learned_us: NDArray[np.int64]
    """When the journal learned each. [us]"""

    @property
    def ahead(self) -> NDArray[np.bool_]:
        """Return which readings are dated after the journal learned them."""
        late: NDArray[np.bool_] = self.readings.at_us > self.learned_us + AHEAD_US
        return late

    def chosen(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Positioned:
        """Return some of the readings: by a mask, or in a new order."""
        columns = self.readings
        return Positioned(
            readings=ReadingColumns(
                channel=columns.channel[which],
                at_us=columns.at_us[which],
                count=columns.count[which],
                quality=columns.quality[which],
            ),
            position=self.position[which],
            learned_us=self.learned_us[which],
        )


def or_last(position: int | None) -> int:
    """Return a position asked for; where none is, one behind every other."""
    return LAST_POSITION if position is None else position
