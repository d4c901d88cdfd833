"""In: readings in the order of a file. Out: the same by week, channel and instant. I/O: a file.

A file may be larger than memory and in any order. Pieces are sorted and put on disk; blocks of
whole (week, channel) are taken from all of them, so that whoever judges an instant sees every row
that speaks of it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from adapters.files.piece import Piece

WEEK_US = 7 * 86_400 * 1_000_000
BLOCK = 250_000
"""Readings of a block, unless one channel has more in a week."""
RUN = 400_000
"""Readings sorted at once."""
_ROW = np.dtype(
    [("key", "<i8"), ("at_us", "<i8"), ("count", "<i8"), ("row", "<i8"), ("quality", "u1")]
)
_CHANNELS = 2**32
_EPOCH_WEEKS = 2**20
"""Added to the week's number, so that keys before 1970 sort, too."""
Rows = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Readings by week, channel, instant and row, arrays of shape (n,)."""

    channel: NDArray[np.int32]
    at_us: NDArray[np.int64]
    count: NDArray[np.int64]
    row: NDArray[np.int64]
    quality: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of readings."""
        return len(self.channel)


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """A sorted part of the file: where each key begins."""

    offset: int
    """First row of the part in the file of rows."""
    keys: NDArray[np.int64]
    starts: NDArray[np.int64]
    """One more than keys: the last one is the number of rows."""


class Stage:
    """Holds the readings of one file on disk."""

    def __init__(self, folder: Path) -> None:
        """Make room.

        Args:
            folder: Where its file lies; the file has no name and is gone with the process.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._waiting: list[Piece] = []
        self._waits = 0
        self._runs: list[_Run] = []
        self.readings = 0
        self.spans: dict[int, tuple[int, int]] = {}
        """First and last instant of each channel. [us]"""

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the room back."""
        self._file.close()

    def add(self, piece: Piece) -> None:
        """Take readings over, in any order."""
        self._waiting.append(piece)
        self._waits += len(piece.channel)
        if self._waits >= RUN:
            self._sort()

    def blocks(self) -> Iterator[Block]:
        """Yield all readings, week by week, channel by channel."""
        self._sort()
        if not self._runs:
            return
        keys = np.unique(np.concatenate([run.keys for run in self._runs]))
        sizes = np.zeros(len(keys), dtype=np.int64)
        for run in self._runs:
            sizes[np.searchsorted(keys, run.keys)] += np.diff(run.starts)
        first = 0
        while first < len(keys):
            ends = np.cumsum(sizes[first:])
            last = first + max(1, int(np.searchsorted(ends, BLOCK, side="right")))
            yield self._block(int(keys[first]), int(keys[last - 1]))
            first = last

    def _block(self, low: int, high: int) -> Block:
        parts: list[Rows] = []
        for run in self._runs:
            at = int(np.searchsorted(run.keys, low))
            to = int(np.searchsorted(run.keys, high, side="right"))
            start, stop = int(run.starts[at]), int(run.starts[to])
            if stop > start:
                self._file.seek((run.offset + start) * _ROW.itemsize)
                octets = self._file.read((stop - start) * _ROW.itemsize)
                parts.append(np.frombuffer(octets, dtype=_ROW))
        rows = np.concatenate(parts)
        rows = rows[np.lexsort((rows["row"], rows["at_us"], rows["key"]))]
        return Block(
            channel=(rows["key"] % _CHANNELS).astype(np.int32),
            at_us=np.ascontiguousarray(rows["at_us"]),
            count=np.ascontiguousarray(rows["count"]),
            row=np.ascontiguousarray(rows["row"]),
            quality=np.ascontiguousarray(rows["quality"]),
        )

    def _sort(self) -> None:
        """Put what waits on disk, sorted."""
        pieces, self._waiting, self._waits = self._waiting, [], 0
        total = sum(len(piece.channel) for piece in pieces)
        if not total:
            return
        rows = np.empty(total, dtype=_ROW)
        at_us = np.concatenate([piece.at_us for piece in pieces])
        channel = np.concatenate([piece.channel for piece in pieces])
        rows["key"] = (at_us // WEEK_US + _EPOCH_WEEKS) * _CHANNELS + channel
        rows["at_us"] = at_us
        rows["count"] = np.concatenate([piece.count for piece in pieces])
        rows["row"] = np.concatenate([piece.row for piece in pieces])
        rows["quality"] = np.concatenate([piece.quality for piece in pieces])
        self._span(channel, at_us)
        rows = rows[np.argsort(rows["key"], kind="stable")]
        keys, starts = np.unique(rows["key"], return_index=True)
        self._file.seek(self.readings * _ROW.itemsize)
        self._file.write(rows.tobytes())
        self._runs.append(_Run(self.readings, keys, np.append(starts, total)))
        self.readings += total

    def _span(self, channel: NDArray[np.int32], at_us: NDArray[np.int64]) -> None:
        order = np.lexsort((at_us, channel))
        numbers, starts = np.unique(channel[order], return_index=True)
        ends = np.append(starts[1:], len(order)) - 1
        ordered = at_us[order]
        for number, low, high in zip(
            numbers.tolist(), ordered[starts].tolist(), ordered[ends].tolist(), strict=True
        ):
            before = self.spans.get(number, (low, high))
            self.spans[number] = (min(before[0], low), max(before[1], high))
