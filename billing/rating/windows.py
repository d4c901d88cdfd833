"""In: usage of many supplies, the width of a window. Out: the greatest windows. Pure.

A window with an interval that is not known whole is no window: it never makes a maximum.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

_INT32 = np.iinfo(np.int32)
NO_WINDOW = np.iinfo(np.int64).min
"""Stands for the maximum of no window at all."""


class Maxima:
    """Windows of some supplies, and the greatest of each tariff period."""

    def __init__(self, *, usage: NDArray[Any], codes: NDArray[Any], first: int, slip: int) -> None:
        """Keep windows.

        Args:
            usage: Shape (supplies, windows); the least value of its type where a window has an
                interval that is not known. [base unit / scale]
            codes: Tariff period that each window begins in.
            first: Column of the grid at which the first window begins.
            slip: Columns from one window to the next.
        """
        self._usage = usage
        self._codes = codes
        self._first = first
        self._slip = slip
        self._found: dict[int | None, NDArray[np.int64]] = {}
        self._starts = np.flatnonzero(np.diff(codes, prepend=codes[:1] - 1))

    def greatest(self, index: int | None) -> NDArray[np.int64]:
        """Return the greatest window of each supply, NO_WINDOW where it has none.

        Args:
            index: Tariff period that counts; None for all.
        """
        if index not in self._found:
            self._found[index] = self._greatest(index)
        return self._found[index]

    @cached_property
    def _runs(self) -> NDArray[Any]:
        """Return the greatest of each run of windows in one tariff period."""
        return np.maximum.reduceat(self._usage, self._starts, axis=1)

    def has(self, index: int) -> bool:
        """Return whether a window begins in a tariff period."""
        return bool((self._codes == index).any())

    def column(self, row: int, index: int | None) -> int:
        """Return the column of the grid where the first of a supply's greatest windows begins."""
        found = self._usage[row] == self.greatest(index)[row]
        if index is not None:
            found = found & (self._codes == index)
        return self._first + int(np.argmax(found)) * self._slip

    def _greatest(self, index: int | None) -> NDArray[np.int64]:
        runs = self._usage
        if index is not None and len(self._codes):
            runs = self._runs[:, self._codes[self._starts] == index]
        if not runs.shape[1]:
            return np.full(len(runs), NO_WINDOW, dtype=np.int64)
        best = runs.max(axis=1)
        none = np.iinfo(runs.dtype).min
        return np.where(best == none, NO_WINDOW, best.astype(np.int64))


def window_sums(
    usage: NDArray[Any], unknown: NDArray[np.bool_] | None, width: int, slip: int
) -> NDArray[Any]:
    """Return the sums of windows, the least value of the type where one is not known whole.

    Args:
        usage: Shape (supplies, intervals). [base unit / scale]
        unknown: Which intervals are not known; None where none.
        width: Intervals of a window.
        slip: Intervals from one to the next.
    """
    many = max((usage.shape[1] - width) // slip + 1, 0)
    if width == 1 and unknown is None:
        return usage[:, ::slip][:, :many]
    wide = usage.dtype != np.int32 or _greatest_of(usage) * width > _INT32.max
    dtype = np.int64 if wide else np.int32
    reach = (many - 1) * slip + 1
    sums = np.zeros((len(usage), many), dtype=dtype)
    bad = np.zeros((len(usage), many), dtype=np.bool_)
    for n in range(width if many else 0):
        np.add(sums, usage[:, n : n + reach : slip], out=sums)
        if unknown is not None:
            bad |= unknown[:, n : n + reach : slip]
    if unknown is not None:
        sums[bad] = np.iinfo(dtype).min
    return sums


def _greatest_of(usage: NDArray[Any]) -> int:
    return max(abs(int(usage.max())), abs(int(usage.min()))) if usage.size else 0
