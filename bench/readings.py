"""In: a seed. Out: scans of gateways as reading columns, and as chained batches. Pure.

A device has 20 channels: 8 counters that step by 0 to 199 counts a scan and 12 gauges that are
noise around their own level; a gateway scans 25 such devices every 10 s.
"""

from __future__ import annotations

from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.metering.codec import ZERO_HASH, batch_hash, encode
from energy.metering.reading import ReadingColumns, SpooledBatch

DEVICE_CHANNELS = 20
COUNTERS = 8
"""Counters among the channels of a device; the rest are gauges."""
GATEWAY_CHANNELS = 500
SCAN_US = 10_000_000
"""Time between two scans. [us]"""
MIDNIGHT_US = 1_556_665_200_000_000
"""Where time begins: a local midnight in London, 2019-05-01. [us]"""


def is_counter(channel: int) -> bool:
    """Return whether a channel number, from 1, is a counter."""
    return (channel - 1) % DEVICE_CHANNELS < COUNTERS


class Scans:
    """Readings of one gateway, scan after scan, never the same twice."""

    def __init__(
        self,
        *,
        channels: int = GATEWAY_CHANNELS,
        seed: int = 7,
        scan_us: int = SCAN_US,
        first: int = 1,
        start_us: int = MIDNIGHT_US,
    ) -> None:
        """Begin with the first scan.

        Args:
            channels: Channels of the gateway.
            seed: Of the generator.
            scan_us: Time between two scans. [us]
            first: Number of its first channel.
            start_us: Instant of the first scan. [us]
        """
        self._generator = np.random.default_rng(seed)
        self._start_us = start_us
        self._channel = np.arange(first, first + channels, dtype=np.int32)
        self._counter = np.array([is_counter(n) for n in self._channel.tolist()])
        low = self._generator.integers(1_000_000, 900_000_000, channels)
        level = self._generator.integers(20_000, 250_000, channels)
        self._level: NDArray[np.int64] = np.where(self._counter, low, level).astype(np.int64)
        self._scan_us = scan_us
        self._scanned = 0

    def take(self, scans: int) -> ReadingColumns:
        """Return the readings of the next scans in the order a gateway makes them."""
        channels = len(self._channel)
        step = self._generator.integers(0, 200, (scans, channels))
        noise = np.rint(self._generator.normal(0.0, 60.0, (scans, channels))).astype(np.int64)
        risen = np.cumsum(step, axis=0)
        count = self._level + np.where(self._counter, risen, noise)
        self._level = np.where(self._counter, self._level + risen[-1], self._level)
        number = np.arange(self._scanned, self._scanned + scans, dtype=np.int64)
        self._scanned += scans
        return ReadingColumns(
            channel=np.tile(self._channel, scans),
            at_us=np.repeat(self._start_us + number * self._scan_us, channels),
            count=count.reshape(-1).astype(np.int64),
            quality=np.full(scans * channels, Quality.MEASURED, dtype=np.uint8),
        )


class Chain:
    """Numbers and chains batches as a spool does."""

    def __init__(self, source: str = "gateway-1") -> None:
        """Begin a source epoch.

        Args:
            source: Name of the source.
        """
        self._stream: UUID = id_of("bench", source)
        self._source = source
        self._sequence = 0
        self._head = ZERO_HASH

    def batch(self, columns: ReadingColumns) -> SpooledBatch:
        """Return the next batch: encoded, numbered and hashed."""
        payload = encode(columns)
        self._sequence += 1
        previous = self._head
        self._head = batch_hash(
            previous_hash=previous,
            stream=self._stream,
            sequence=self._sequence,
            source=self._source,
            payload=payload,
        )
        return SpooledBatch(
            stream=self._stream,
            sequence=self._sequence,
            source=self._source,
            count=len(columns),
            first_us=int(columns.at_us[0]),
            last_us=int(columns.at_us[-1]),
            payload=payload,
            previous_hash=previous,
            own_hash=self._head,
        )
