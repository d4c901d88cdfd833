"""In: readings to be written. Out: encoded batches on disk, chained as a source epoch. I/O: a file.

The epoch is made of what is written: the same readings of the same file are the same batches, so
an import done again after an unknown commit meets its own result.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from energy.base.ids import id_of
from energy.metering.codec import MAX_READINGS, ZERO_HASH, batch_hash, encode
from energy.metering.reading import ReadingColumns, SpooledBatch

TOGETHER = 64
"""Batches given at once."""


@dataclass(frozen=True, slots=True)
class _Parcel:
    """Where a batch lies and what it holds."""

    octets: int
    count: int
    first_us: int
    last_us: int


class Parcels:
    """Holds the batches of one file on disk."""

    def __init__(self, folder: Path) -> None:
        """Make room.

        Args:
            folder: Where its file lies; the file has no name and is gone with the process.
        """
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._digest = hashlib.sha256()
        self._parcels: list[_Parcel] = []
        self._waiting: list[ReadingColumns] = []
        self._waits = 0
        self._channels: set[int] = set()

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

    @property
    def readings(self) -> int:
        """Return how many readings are held."""
        return sum(parcel.count for parcel in self._parcels) + self._waits

    @property
    def channels(self) -> int:
        """Return of how many channels."""
        return len(self._channels)

    @property
    def span(self) -> tuple[int, int]:
        """Return first and last instant, once all is packed. [us]."""
        return min(p.first_us for p in self._parcels), max(p.last_us for p in self._parcels)

    def add(self, readings: ReadingColumns) -> None:
        """Take readings over, in the order in which they are to be stored."""
        if len(readings) == 0:
            return
        self._channels.update(np.unique(readings.channel).tolist())
        self._waiting.append(readings)
        self._waits += len(readings)
        if self._waits >= MAX_READINGS:
            self._pack(whole=False)

    def close(self) -> None:
        """Pack the rest: nothing is added any more."""
        self._pack(whole=True)

    def stream(self, *key: str) -> UUID:
        """Return the source epoch of these readings.

        Args:
            key: What else they are known by: site, file.
        """
        return id_of("imported readings", *key, self._digest.hexdigest())

    def batches(self, stream: UUID, source: str) -> Iterator[list[SpooledBatch]]:
        """Yield the batches in order, some at a time."""
        self._file.seek(0)
        previous, part = ZERO_HASH, list[SpooledBatch]()
        for sequence, parcel in enumerate(self._parcels, 1):
            payload = self._file.read(parcel.octets)
            own = batch_hash(
                previous_hash=previous,
                stream=stream,
                sequence=sequence,
                source=source,
                payload=payload,
            )
            part.append(
                SpooledBatch(
                    stream=stream,
                    sequence=sequence,
                    source=source,
                    count=parcel.count,
                    first_us=parcel.first_us,
                    last_us=parcel.last_us,
                    payload=payload,
                    previous_hash=previous,
                    own_hash=own,
                )
            )
            previous = own
            if len(part) == TOGETHER:
                yield part
                part = []
        if part:
            yield part

    def _pack(self, *, whole: bool) -> None:
        waiting = ReadingColumns.joined(self._waiting)
        done = 0
        while len(waiting) - done >= (1 if whole else MAX_READINGS):
            self._put(_part(waiting, done, done + MAX_READINGS))
            done += MAX_READINGS
        rest = _part(waiting, done, len(waiting))
        self._waiting, self._waits = ([rest], len(rest)) if len(rest) else ([], 0)

    def _put(self, readings: ReadingColumns) -> None:
        payload = encode(readings)
        for column in (readings.channel, readings.at_us, readings.count, readings.quality):
            self._digest.update(column.tobytes())
        self._file.write(payload)
        self._parcels.append(
            _Parcel(
                len(payload),
                len(readings),
                int(readings.at_us.min()),
                int(readings.at_us.max()),
            )
        )


def _part(readings: ReadingColumns, first: int, last: int) -> ReadingColumns:
    return chosen(readings, np.arange(first, min(last, len(readings))))


def chosen(
    readings: ReadingColumns, which: NDArray[np.integer] | NDArray[np.bool_]
) -> ReadingColumns:
    """Return some of the readings, by place or by mask."""
    return ReadingColumns(
        channel=readings.channel[which],
        at_us=readings.at_us[which],
        count=readings.count[which],
        quality=readings.quality[which],
    )
