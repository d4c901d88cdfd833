"""Gaps, repeats, late readings, rollovers and swaps folded in memory: usage to the last unit."""

from __future__ import annotations

import numpy as np
import pytest

from energy.base.quality import Quality
from energy.metering.usage import CounterSegment
from energy.metering.usage_fold import fold
from tests.simulation.plant import (
    DAYS,
    MODULUS,
    MOST_PER_MINUTE,
    QUARTER,
    Device,
    Point,
    audited,
    build,
)

GRID = np.arange(DAYS * 96 + 1, dtype=np.int64) * QUARTER * 60_000_000
SEEDS = range(20)
MANY_SEEDS = range(20, 2020)


def expect_audited(
    point: Point, usage: list[int], quality: list[int], *, seed: int, number: int
) -> None:
    expected = audited(point)
    for n, (told, true) in enumerate(zip(usage, expected, strict=True)):
        where = f"seed {seed}, point {number}, quarter {n}"
        if true is None:
            assert quality[n] == Quality.MISSING, where
            assert told == 0, where
        else:
            assert quality[n] != Quality.MISSING, where
            assert told == true, where


def segments_of(point: Point) -> list[CounterSegment]:
    def segment(n: int, device: Device) -> CounterSegment:
        minute = 60_000_000
        final = None if device.end is None else device.true[device.end - device.start]
        return CounterSegment(
            start_us=(device.start if n else -(10**9)) * minute,
            end_us=None if device.end is None else device.end * minute,
            base_per_count=device.base_per_count,
            modulus=MODULUS,
            max_per_hour=60 * MOST_PER_MINUTE,
            start_count=device.first_count % MODULUS if n else None,
            end_count=None if final is None else (device.first_count + final) % MODULUS,
        )

    return [segment(n, device) for n, device in enumerate(point.devices)]


def folded_in_memory(seed: int) -> None:
    """Fold what a plant tells, any order, repeats once, and let the auditor judge."""
    plant = build(seed)
    for number, point in enumerate(plant.points):
        told = {
            minute: count for batch in plant.messages for p, minute, count in batch if p == number
        }
        minutes = sorted(told)
        result = fold(
            np.array(minutes, dtype=np.int64) * 60_000_000,
            np.array([told[m] for m in minutes], dtype=np.int64),
            np.zeros(len(minutes), dtype=np.uint8),
            segments_of(point),
            GRID,
            gap_us=QUARTER * 60_000_000,
        )
        assert result.breaks == [], f"seed {seed}"
        expect_audited(
            point, result.usage.tolist(), result.quality.tolist(), seed=seed, number=number
        )


def test_many_plants_folded_in_memory_agree_with_the_auditor() -> None:
    for seed in SEEDS[:6]:
        folded_in_memory(seed)


@pytest.mark.slow
def test_two_thousand_plants_folded_in_memory_agree_with_the_auditor() -> None:
    for seed in MANY_SEEDS:
        folded_in_memory(seed)
