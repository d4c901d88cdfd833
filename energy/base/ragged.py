"""In: columns of many series one behind the other. Out: places in them, all series at once. Pure.

A series is known by its owner, a number that never falls along the column; within an owner the
instants never fall. So one search finds the places of many instants in many series.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_SAFE = 2**62
"""Keys below this fit int64."""


def ramp(first: Ints, many: Ints) -> Ints:
    """Return first[0], first[0] + 1, ... of many[0] numbers, then those of first[1], and so on.

    Args:
        first: Where each run begins, shape (n,).
        many: How long each run is, shape (n,).
    """
    ends = np.cumsum(many)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(first - ends + many, many) + np.arange(total, dtype=np.int64)


def offsets_of(many: Ints) -> Ints:
    """Return where each run begins and the last one ends, shape (n + 1,), from their lengths."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(many, dtype=np.int64)])


class Places:
    """Finds instants in many series."""

    def __init__(self, owner: Ints, at_us: Ints, owners: int) -> None:
        """Index some series.

        Args:
            owner: Number of each element's series, from 0, never falling.
            at_us: Instants, never falling within a series. [us]
            owners: How many series there are.
        """
        self._low = int(at_us.min()) if len(at_us) else 0
        self._high = int(at_us.max()) if len(at_us) else 0
        self._span = self._high - self._low + 3
        self._ranked: Ints | None = None
        if owners * self._span >= _SAFE:  # too wide: the order of the instants is enough
            self._ranked = np.unique(at_us)
            self._span = len(self._ranked) + 1
            self._keys = owner * self._span + np.searchsorted(self._ranked, at_us)
        else:
            self._keys = owner * self._span + (at_us - self._low + 1)

    def find(self, owner: Ints, at_us: Ints, side: Literal["left", "right"] = "left") -> Ints:
        """Return where each instant would be put into its series, as numpy.searchsorted does.

        Args:
            owner: Series of each instant.
            at_us: Instants, in any order. [us]
            side: "left": before an equal instant, "right": behind it.
        """
        if self._ranked is not None:
            rank = np.searchsorted(self._ranked, at_us, side=side)
            return np.searchsorted(self._keys, owner * self._span + rank)
        near = np.clip(at_us, self._low - 1, self._high + 1) - self._low + 1
        return np.searchsorted(self._keys, owner * self._span + near, side=side)
