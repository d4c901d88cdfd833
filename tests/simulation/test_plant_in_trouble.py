"""Gaps, repeats, late readings, rollovers, swaps and crashes: usage to the last unit."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest

from energy.base.period import Period
from energy.base.quality import Quality
from energy.journal.ingest import Ingest
from energy.metering.reading import SpooledBatch
from energy.metering.usage import CounterSegment
from energy.metering.usage_fold import fold
from energy.views.usage import read_spans
from energy.views.worker import metering_follower
from tests.fixtures.batches import MIDNIGHT, Spooler, at, reading
from tests.fixtures.meters import commission, counter_facts, find_meter, plan_counter, replace
from tests.fixtures.postgres import TestSite
from tests.simulation.plant import (
    DAYS,
    MODULUS,
    MOST_PER_MINUTE,
    QUARTER,
    Device,
    Plant,
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


class Story:
    """A plant told to a site's journal, with crashes and events at any moment."""

    def __init__(self, site: TestSite, seed: int) -> None:
        self.site = site
        site.clock.move_to(MIDNIGHT + timedelta(days=DAYS + 1))
        self.plant: Plant = build(seed)
        self.rng = np.random.default_rng(seed + 10_000)
        self.channels = [self._planned(n, p) for n, p in enumerate(self.plant.points)]
        self.swaps = [
            (device.end, n, m)
            for n, point in enumerate(self.plant.points)
            for m, device in enumerate(point.devices)
            if device.end is not None
        ]
        self.spools = [Spooler("one"), Spooler("two")]

    def _planned(self, number: int, point: Point) -> int:
        """Plan a point whose counts are of its first device's size; others by multiplier."""
        base = point.devices[0].base_per_count
        metering = self.site.application("metering")
        channel = plan_counter(
            metering,
            self.site.site.key,
            f"p{number}",
            commissioned=False,
            facts=counter_facts(
                resolution=base / 1000, modulus=MODULUS, max_per_hour=60 * MOST_PER_MINUTE
            ),
        )
        meter = find_meter(metering, self.site.site.key, f"p{number}")
        commission(meter, since=MIDNIGHT - timedelta(days=30))
        metering.store(meter)
        return channel

    def run(self) -> None:
        """Tell everything; sometimes fold, sometimes mark, sometimes crash."""
        for n, batch in enumerate(self.plant.messages):
            rows = [reading(self.channels[p], minute, count) for p, minute, count in batch]
            sealed = self.spools[int(self.rng.integers(0, 2))].batch(rows)
            self.bring(sealed)
            if self.rng.random() < 0.15 and self.swaps:
                self.swap()
            if self.rng.random() < 0.15:
                self.site.mark(f"mark {n}", at(n))
            if self.rng.random() < 0.5:
                self.fold_a_little()
            self.site.tick()
        while self.swaps:
            self.swap()
        self.site.project(rollups=True)

    def bring(self, sealed: SpooledBatch) -> None:
        """Bring a batch into the journal; after a crash it comes again."""
        ingest = Ingest(self.site.writer, self.site.schema, self.site.clock)
        ingest.accept([sealed])
        if self.rng.random() < 0.3:
            assert ingest.accept([sealed]).stored == 0

    def fold_a_little(self) -> None:
        follower = metering_follower(
            self.site.writer, self.site.schema, self.site.site.zone, self.site.clock
        )
        for _ in range(int(self.rng.integers(1, 3))):
            follower.step()

    def swap(self) -> None:
        """Tell of a replacement, early or late, but those of one point in their order."""
        _, number, index = self.swaps.pop(0)
        point = self.plant.points[number]
        old, new = point.devices[index], point.devices[index + 1]
        assert old.end is not None
        metering = self.site.application("metering")
        meter = find_meter(metering, self.site.site.key, f"p{number}")
        channel = self.channels[number]
        replace(
            meter,
            when=at(old.end),
            final={channel: (old.first_count + old.true[old.end - old.start]) % MODULUS},
            start={channel: new.first_count % MODULUS},
            serial=f"S-{index + 2}",
            multiplier=Fraction(new.base_per_count, point.devices[0].base_per_count),
        )
        metering.store(meter)


@pytest.mark.servers
@pytest.mark.parametrize("seed", SEEDS)
def test_plant_in_trouble_agrees_with_the_auditor(site_schema: TestSite, seed: int) -> None:
    story = Story(site_schema, seed)
    story.run()
    period = Period(start=MIDNIGHT, end=MIDNIGHT + timedelta(days=DAYS))
    with site_schema.writer.connection() as connection:
        spans = read_spans(connection, site_schema.schema, story.channels, period)
    for number, point in enumerate(story.plant.points):
        span = spans[story.channels[number]]
        expect_audited(point, span.usage.tolist(), span.quality.tolist(), seed=seed, number=number)
    assert (
        site_schema.rows(
            "SELECT code, start_at, proof FROM {s}.finding WHERE explained_position IS NULL"
        )
        == []
    )
    assert site_schema.rows("SELECT * FROM {s}.parked") == []
    daily = site_schema.rows(
        "SELECT sum(usage) FROM {s}.usage_day WHERE day BETWEEN '2019-01-01' AND '2019-01-03'"
    )
    assert daily == [(sum(int(spans[c].usage.sum()) for c in story.channels),)]
