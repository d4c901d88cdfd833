"""In: what sources read. Out: readings as values and as columns. Pure.

A reading is an integer count of one channel at one instant. On the hot path readings travel
as columns (four arrays of equal length), never as lists of objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from energy.base.clock import from_us, to_us
from energy.base.quality import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One count of one channel at one instant."""

    channel: int
    """Channel number of the site."""
    at: datetime
    """Instant, aware UTC."""
    count: int
    """Content of the register before any multiplier. [count]"""
    quality: Quality = Quality.MEASURED


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadingColumns:
    """Readings as four arrays of shape (n,)."""

    channel: NDArray[np.int32]
    at_us: NDArray[np.int64]
    """Instants. [us since the epoch]"""
    count: NDArray[np.int64]
    quality: NDArray[np.uint8]

    def __post_init__(self) -> None:
        """Hold the invariant: equal lengths."""
        shape = self.channel.shape
        assert shape == self.at_us.shape == self.count.shape == self.quality.shape, (
            "the four columns are equally long"
        )
        assert len(shape) == 1, "columns are flat"

    def __len__(self) -> int:
        """Return the number of readings."""
        return len(self.channel)

    def __iter__(self) -> Iterator[Reading]:
        """Yield the readings one by one (tests and screens, not the hot path)."""
        for channel, at_us, count, quality in zip(
            self.channel.tolist(),
            self.at_us.tolist(),
            self.count.tolist(),
            self.quality.tolist(),
            strict=True,
        ):
            yield Reading(channel=channel, at=from_us(at_us), count=count, quality=Quality(quality))

    @staticmethod
    def of(readings: Iterable[Reading]) -> ReadingColumns:
        """Return the columns of some readings, in their order."""
        rows = list(readings)
        return ReadingColumns(
            channel=np.array([r.channel for r in rows], dtype=np.int32),
            at_us=np.array([to_us(r.at) for r in rows], dtype=np.int64),
            count=np.array([r.count for r in rows], dtype=np.int64),
            quality=np.array([r.quality for r in rows], dtype=np.uint8),
        )

    @staticmethod
    def joined(parts: Iterable[ReadingColumns]) -> ReadingColumns:
        """Return several columns one behind the other."""
        every = list(parts)
        if not every:
            return ReadingColumns.of(())
        return ReadingColumns(
            channel=np.concatenate([p.channel for p in every]),
            at_us=np.concatenate([p.at_us for p in every]),
            count=np.concatenate([p.count for p in every]),
            quality=np.concatenate([p.quality for p in every]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledBatch:
    """A reading batch as the spool stored it: encoded, numbered and chained by hash.

    `stream` is the source epoch (the identity of a spool), `sequence` counts from 1 within it.
    """

    stream: UUID
    sequence: int
    source: str
    """Name of the source within the site, for example "modbus-1"."""
    count: int
    """Number of readings."""
    first_us: int
    """Earliest instant. [us]"""
    last_us: int
    """Latest instant. [us]"""
    payload: bytes
    """Columns as encoded by energy/metering/codec.py."""
    previous_hash: bytes
    """SHA-256 of the batch before in the same stream; 32 zero bytes before the first."""
    own_hash: bytes
    """SHA-256 over (previous hash, stream, sequence, source, payload): codec.batch_hash."""
