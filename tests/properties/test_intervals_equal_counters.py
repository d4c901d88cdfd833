"""Intervals made of a counter's differences give the counter's usage blocks, to the base unit.

Whatever the order of arrival, late or corrected readings, slices and marks; as known at each mark,
and folded anew. A failure names its seed.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from energy.base.quality import Quality
from energy.metering.interval_fold import IntervalWindows, fold_intervals
from energy.metering.reading import Reading
from energy.metering.usage import CounterSegment
from energy.metering.usage_fold import fold
from energy.metering.usage_segments import SegmentColumns
from energy.metering.usage_strips import SeriesColumns
from tests.fixtures.batches import MIDNIGHT
from tests.fixtures.meters import counter_facts, interval_facts
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import copied_journal, folded_live, slices_of, view_rows
from tests.fixtures.statements import channel_of, correct, estimate

MINUTE_US = 60_000_000
DAY_US = 1440 * MINUTE_US
WIDTHS = (300, 900, 1800, 3600)


@pytest.mark.parametrize("seed", range(60))
def test_a_day_of_intervals_is_the_day_of_their_counter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    width = int(rng.choice(WIDTHS)) * 1_000_000
    hours = int(rng.choice([23, 24, 25]))
    many = hours * 3_600_000_000 // width
    count = rng.integers(0, 5000, many)
    factor = Fraction(int(rng.integers(1, 400)), int(rng.choice([1, 1, 3, 8])))
    # At midnight the counter stands at whole base units: the day's sum begins there.
    register = np.concatenate([[0], np.cumsum(count)]) + 24 * int(rng.integers(0, 10_000))
    segment = CounterSegment(
        start_us=-DAY_US, end_us=None, base_per_count=factor, modulus=None, max_per_hour=None
    )
    at_us = np.arange(many + 1, dtype=np.int64) * width
    high_us = int(at_us[-1])
    grid = np.arange(0, high_us + 1, 15 * MINUTE_US, dtype=np.int64)
    counter = fold(
        at_us, register, np.zeros(many + 1, dtype=np.uint8), [segment], grid, gap_us=900_000_000
    )
    one = np.zeros(1, dtype=np.int64)
    intervals = fold_intervals(
        SeriesColumns(
            offsets=np.array([0, many]),
            at_us=at_us[1:],
            count=count,
            quality=np.zeros(many, dtype=np.uint8),
            position=np.ones(many, dtype=np.int64),
        ),
        IntervalWindows(
            place=one,
            day_us=one,
            low_us=one,
            high_us=one + high_us,
            step_us=one + 900_000_000,
            length_us=one + width,
        ),
        SegmentColumns.of([[segment]]),
    )
    assert intervals.usage.tolist() == counter.usage.tolist()
    assert intervals.quality.tolist() == counter.quality.tolist()
    assert intervals.odd == []


class Pair:
    """A counter and the intervals of its differences, told to one journal in any order."""

    def __init__(self, site: TestSite, seed: int) -> None:
        self.site, self.rng = site, np.random.default_rng(seed)
        self.width = int(self.rng.choice(WIDTHS))
        self.counter = site.counter("register", facts=counter_facts(modulus=None))
        self.intervals = site.counter("intervals", facts=interval_facts(interval_s=self.width))
        site.clock.move_to(MIDNIGHT + timedelta(days=4))
        many = 3 * 86_400 // self.width
        self.counts = self.rng.integers(0, 900, many).tolist()
        register = np.cumsum([500, *self.counts]).tolist()
        self.waiting = [
            Reading(channel=self.counter, at=self.end(n), count=register[n])
            for n in range(many + 1)
        ] + [
            Reading(channel=self.intervals, at=self.end(n + 1), count=self.counts[n])
            for n in range(many)
        ]
        self.rng.shuffle(self.waiting)  # type: ignore[arg-type]
        site.project()

    def end(self, number: int) -> Any:
        return MIDNIGHT + timedelta(seconds=self.width * number)

    def tell_all(self) -> None:
        """Tell everything, wrong counts among it; every wrong one is put right."""
        facts = channel_of(self.site, self.intervals)
        wrong = {0}
        while self.waiting:
            many = int(self.rng.integers(1, 90))
            lot, self.waiting = self.waiting[:many], self.waiting[many:]
            self.site.accept(*lot)
            chance = float(self.rng.random())
            number = int(self.rng.integers(0, len(self.counts)))
            at = self.end(number + 1)
            if chance < 0.15:
                estimate(self.site, facts, (at, 77))
                wrong.add(number)
            elif chance < 0.3:
                correct(self.site, facts, (at, int(self.rng.integers(0, 900))))
                wrong.add(number)
            elif chance < 0.4:
                self.site.mark(f"mark {len(self.waiting)}")
            self.site.tick()
            if self.rng.random() < 0.4:
                with slices_of(int(self.rng.integers(1, 6))):
                    self.site.project()
        for number in sorted(wrong):
            correct(self.site, facts, (self.end(number + 1), self.counts[number]))
        self.site.project(rollups=True)

    def blocks(self, channel: int) -> list[tuple[Any, ...]]:
        """Return the newest usage of the three days as the blocks have it, and its hours."""
        return self.site.rows(
            "SELECT DISTINCT ON (day) day, start_at, step_s, intervals, usage, total "
            "FROM {s}.usage_block WHERE channel = %s AND day < '2019-01-04' "
            "ORDER BY day, epoch DESC",
            channel,
        ) + self.site.rows(
            "SELECT start_at, usage FROM {s}.usage_hour WHERE channel = %s ORDER BY 1", channel
        )


@pytest.mark.servers
@pytest.mark.parametrize(
    "seed", [*range(2), *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 60))]
)
def test_intervals_told_in_any_order_give_the_blocks_of_their_counter(
    new_site: Any, seed: int
) -> None:
    site, again = new_site(), new_site()
    pair = Pair(site, seed)
    pair.tell_all()
    assert pair.blocks(pair.intervals) == pair.blocks(pair.counter)
    told = site.rows("SELECT quality FROM {s}.reading WHERE channel = %s", pair.intervals)
    assert {Quality.MEASURED, Quality.CORRECTED} == {quality for (quality,) in told}
    copied_journal(site, again)
    folded_live(again, 7)
    live, anew = view_rows(site), view_rows(again)
    for view in live:
        assert live[view] == anew[view], f"seed {seed}: {view}"
