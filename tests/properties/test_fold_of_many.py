"""Folding many counters at once gives each the very same as folding it alone."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from energy.metering.usage import Break, CounterSegment
from energy.metering.usage_fold import FoldedMany, fold, fold_many
from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_strips import GridColumns, SeriesColumns

MINUTE_US = 60_000_000
QUARTER_US = 15 * MINUTE_US


@dataclass
class Counter:
    """A counter with readings, meters and a window, by chance."""

    at_us: np.ndarray
    count: np.ndarray
    quality: np.ndarray
    segments: list[CounterSegment]
    grid: np.ndarray


def counter(rng: np.random.Generator, *, far: bool) -> Counter:
    many = int(rng.integers(0, 25))
    modulus = [None, 1000, 10**6, 2**48][int(rng.integers(0, 4))]
    minute = np.sort(rng.choice(300, many, replace=False)).astype(np.int64) - 60
    start = int(rng.integers(0, modulus or 2**61))
    count = start + np.cumsum(rng.integers(-3, 10 ** int(rng.integers(1, 5)), many))
    shift = int(rng.integers(0, 4 * 10**6)) * 1440 * MINUTE_US if far else 0
    return Counter(
        at_us=minute * MINUTE_US + shift,
        count=(count % modulus if modulus else count).astype(np.int64),
        quality=rng.choice([0, 0, 0, 1, 2, 3], many).astype(np.uint8),
        segments=segments(rng, modulus, shift),
        grid=np.arange(int(rng.integers(2, 14)), dtype=np.int64) * QUARTER_US
        + int(rng.integers(-4, 4)) * QUARTER_US
        + shift,
    )


def segments(rng: np.random.Generator, modulus: int | None, shift: int) -> list[CounterSegment]:
    factors = [Fraction(10), Fraction(1, 8), Fraction(10**9), Fraction(2**70, 3)]
    made: list[CounterSegment] = []
    start = int(rng.integers(-100, 50))
    for _ in range(int(rng.integers(0, 4))):
        end = start + int(rng.integers(1, 200)) if rng.random() < 0.6 else None
        stated = [int(rng.integers(0, modulus or 1000)) if rng.random() < 0.5 else None] * 2
        made.append(
            CounterSegment(
                start_us=start * MINUTE_US + shift,
                end_us=None if end is None else end * MINUTE_US + shift,
                base_per_count=factors[int(rng.integers(0, 3 if modulus else 4))],
                modulus=modulus,
                max_per_hour=[None, 50, 10**6][int(rng.integers(0, 3))],
                start_count=stated[0],
                end_count=None if end is None else stated[1],
                position=int(rng.integers(0, 9)),
                end_position=int(rng.integers(0, 9)),
            )
        )
        if end is None:
            break
        start = end + int(rng.integers(0, 2)) * int(rng.integers(0, 40))
    return made


def folded_together(counters: list[Counter]) -> FoldedMany:
    def offsets(parts: list[np.ndarray]) -> np.ndarray:
        return np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)

    return fold_many(
        SeriesColumns(
            offsets=offsets([each.at_us for each in counters]),
            at_us=np.concatenate([each.at_us for each in counters]),
            count=np.concatenate([each.count for each in counters]),
            quality=np.concatenate([each.quality for each in counters]),
            position=np.zeros(sum(len(each.at_us) for each in counters), dtype=np.int64),
        ),
        GridColumns(
            offsets=offsets([each.grid for each in counters]),
            at_us=np.concatenate([each.grid for each in counters]),
        ),
        SegmentColumns.of([each.segments for each in counters]),
        np.arange(len(counters), dtype=np.int64),
        gap_us=np.full(len(counters), QUARTER_US),
    )


def in_order(breaks: list[Break]) -> list[Break]:
    return sorted(breaks, key=lambda each: (each.code, each.start_us, each.end_us))


@pytest.mark.parametrize("far", [False, True], ids=["of one day", "of ten thousand years"])
@pytest.mark.parametrize("seed", range(4))
def test_fold_of_many_equals_the_fold_of_each(seed: int, far: bool) -> None:
    rng = np.random.default_rng(seed)
    counters = [counter(rng, far=far) for _ in range(300)]
    together = folded_together(counters)
    boundary = 0
    for number, each in enumerate(counters):
        alone = fold(
            each.at_us, each.count, each.quality, each.segments, each.grid, gap_us=QUARTER_US
        )
        own = slice(boundary, boundary + len(each.grid))
        intervals = slice(boundary - number, boundary - number + len(each.grid) - 1)
        boundary += len(each.grid)
        assert together.usage[intervals].tolist() == alone.usage.tolist()
        assert together.quality[intervals].tolist() == alone.quality.tolist()
        assert together.known[own].tolist() == alone.known.tolist()
        assert together.value[own].tolist() == alone.value.tolist()
        breaks = [step for place, step in together.breaks if place == number]
        assert in_order(breaks) == in_order(alone.breaks)
