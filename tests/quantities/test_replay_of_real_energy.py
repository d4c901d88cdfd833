"""Real campuses told to a real site by a bad network: every count is there, every doubt is marked.

5 % of the messages are lost, 5 % arrive up to 20 days late, 2 % come twice; ten meters are
replaced, some of them recorded days afterwards; marks freeze what is known between. A failure names
its seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from energy.base.clock import from_us, to_us
from energy.base.period import Period
from energy.base.quality import Quality
from energy.metering.codec import MAX_READINGS
from energy.metering.reading import ReadingColumns
from energy.metering.usage import JUMP
from energy.views.findings import read_findings
from energy.views.usage import read_spans
from tests.fixtures.meters import commission, counter_facts, find_meter, replace
from tests.fixtures.postgres import TestSite
from tests.quantities.real_energy import RealEnergy, cambridge, research_building

pytestmark = pytest.mark.servers
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
MODULUS = 10_000_000
"""Registers of seven digits: the large ones turn over. [count]"""
BASE = 100
"""0.1 kWh. [Wh / count]"""
LOST, LATE, TWICE = 0.05, 0.05, 0.02
SWAPS = 10
MARK_EVERY = timedelta(days=10)


@dataclass
class Swap:
    """One meter that gives way to another."""

    meter: int
    at_us: int
    final: int
    start: int
    told_us: int


@dataclass
class BadNetwork:
    """What is told of real registers, and what can be known from it."""

    energy: RealEnergy
    seed: int
    swaps: list[Swap] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        hours, meters = self.energy.counts.shape
        self.begin_us = to_us(self.energy.begin)
        self.used = np.vstack([np.zeros((1, meters), dtype=np.int64), self.energy.counts])
        self.used = self.used.cumsum(axis=0)
        self.start = rng.integers(0, MODULUS, size=int(meters))
        self.shows = (self.used + self.start) % MODULUS
        self._swap(rng)
        self.told = rng.random((hours + 1, meters)) >= LOST
        self.told[0] = False  # commissioned there: its count is stated
        delay = rng.random((hours + 1, meters)) * 20 * DAY_US
        self.delay_us = np.where(rng.random(delay.shape) < LATE, delay, 0).astype(np.int64)
        self.twice = rng.random(delay.shape) < TWICE

    def _swap(self, rng: np.random.Generator) -> None:
        """Replace ten meters, 23 minutes past some hour."""
        hours, meters = self.energy.counts.shape
        chosen = rng.choice(meters, min(SWAPS, meters), replace=False)
        for number, meter in enumerate(chosen.tolist()):
            hour = int(rng.integers(24, hours - 24))
            before = int(self.energy.counts[hour, meter]) * 23 // 60
            final = (int(self.shows[hour, meter]) + before) % MODULUS
            start = int(rng.integers(0, 1000))
            after = self.used[hour + 1 :, meter] - self.used[hour, meter] - before
            self.shows[hour + 1 :, meter] = (start + after) % MODULUS
            at_us = self.begin_us + hour * HOUR_US + 23 * 60_000_000
            told_us = at_us + (number % 3) * 2 * DAY_US
            self.swaps.append(Swap(meter, at_us, final, start, told_us))

    def messages(self) -> Iterator[tuple[int, ReadingColumns]]:
        """Yield the readings by the day of their arrival, and when that is. [us]."""
        hour, meter = np.nonzero(self.told)
        arrives = self.begin_us + hour * HOUR_US + self.delay_us[hour, meter]
        again = self.twice[hour, meter]
        hour, meter = np.append(hour, hour[again]), np.append(meter, meter[again])
        arrives = np.append(arrives, arrives[again] + 3 * HOUR_US)
        order = np.argsort(arrives, kind="stable")
        days = (arrives[order] - self.begin_us) // (DAY_US // 2)
        for half_day in np.unique(days):
            which = order[days == half_day]
            for first in range(0, len(which), MAX_READINGS):
                part = which[first : first + MAX_READINGS]
                yield int(arrives[part].max()), self._columns(hour[part], meter[part])

    def _columns(self, hour: NDArray[np.int64], meter: NDArray[np.int64]) -> ReadingColumns:
        return ReadingColumns(
            channel=(meter + 1).astype(np.uint32),
            at_us=self.begin_us + hour * HOUR_US,
            count=self.shows[hour, meter],
            quality=np.zeros(len(hour), dtype=np.uint8),
        )

    def proved(self, meter: int) -> NDArray[np.bool_]:
        """Return which hours both of whose ends were read."""
        known = self.known(meter)
        both: NDArray[np.bool_] = known[:-1] & known[1:]
        return both

    def known(self, meter: int) -> NDArray[np.bool_]:
        """Return at which ends of hours the register is known."""
        known: NDArray[np.bool_] = self.told[:, meter].copy()
        known[0] = True
        return known


def told_to(site: TestSite, network: BadNetwork) -> None:
    """Tell everything in the order of its arrival."""
    facts = counter_facts(resolution=Fraction(1, 10), modulus=MODULUS, grid_s=3600)
    metering = site.application("metering")
    for number, name in enumerate(network.energy.meters):
        channel = site.counter(name, commissioned=False, facts=facts)
        assert channel == number + 1
        meter = find_meter(metering, site.site.key, name)
        start = {channel: int(network.start[number])}
        commission(meter, since=network.energy.begin, serial=f"S-{name}", start_counts=start)
        metering.store(meter)
    waiting = sorted(network.swaps, key=lambda each: each.told_us)
    marked = network.energy.begin
    for arrives_us, columns in network.messages():
        site.clock.move_to(max(site.clock.now(), from_us(arrives_us)))
        while waiting and waiting[0].told_us <= arrives_us:
            swapped(site, network, waiting.pop(0))
        site.ingest.accept([site.spooler.sealed(columns)])
        if site.clock.now() >= marked + MARK_EVERY:
            marked = site.clock.now()
            site.mark(f"mark {marked.isoformat()}", marked)
    for each in waiting:
        swapped(site, network, each)
    site.project(rollups=True)


def swapped(site: TestSite, network: BadNetwork, swap: Swap) -> None:
    metering = site.application("metering")
    meter = find_meter(metering, site.site.key, network.energy.meters[swap.meter])
    replace(
        meter,
        when=from_us(swap.at_us),
        final={swap.meter + 1: swap.final},
        start={swap.meter + 1: swap.start},
        serial=f"S-{swap.meter}-new",
    )
    metering.store(meter)


def judge(site: TestSite, network: BadNetwork) -> None:
    """Compare every meter with its register, and every mark with what was delivered."""
    hours, meters = network.energy.counts.shape
    period = Period(start=network.energy.begin, end=network.energy.begin + timedelta(hours=hours))
    with site.writer.connection() as connection:
        channels = list(range(1, meters + 1))
        spans = read_spans(connection, site.schema, channels, period)
    told = f"seed {network.seed}"
    for number, name in enumerate(network.energy.meters):
        span = spans[number + 1]
        known = np.flatnonzero(network.known(number))
        last = int(known[-1])
        register = int(network.used[last, number]) * BASE
        assert int(span.usage.sum()) == register, f"{told}, {name}: the register says {register}"
        proved = network.proved(number)
        true = network.energy.counts[:, number] * BASE
        measured = span.quality == Quality.MEASURED
        assert (measured == proved).all(), f"{told}, {name}: marks are not what was delivered"
        assert (span.usage[measured] == true[measured]).all(), f"{told}, {name}: an hour is wrong"
        missing = np.flatnonzero(span.quality == Quality.MISSING)
        assert missing.tolist() == list(range(last, hours)), f"{told}, {name}: missing"
    assert site.rows("SELECT * FROM {s}.parked") == []
    with site.writer.connection() as connection:
        waiting = read_findings(connection, site.schema)
    # What a late record explains is open no more; a huge hour is doubted.
    huge = set((np.flatnonzero((network.energy.counts > MODULUS // 100).any(axis=0)) + 1).tolist())
    assert {row.key.channel for row in waiting} <= huge, f"{told}: findings"
    assert {row.key.code for row in waiting} <= {JUMP}, f"{told}: findings"


def replayed(new_site: Callable[..., TestSite], energy: RealEnergy, seed: int) -> None:
    site = new_site("UTC", at=energy.begin)
    network = BadNetwork(energy, seed)
    told_to(site, network)
    judge(site, network)


def test_a_month_of_sixty_meters_of_the_campus_is_all_there(
    new_site: Callable[..., TestSite],
) -> None:
    replayed(new_site, cambridge(24 * 31, meters=60), seed=1)


def test_three_months_of_a_research_building_are_all_there(
    new_site: Callable[..., TestSite],
) -> None:
    replayed(new_site, research_building(24 * 90), seed=2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 8))
def test_two_years_of_the_campus_are_all_there(
    new_site: Callable[..., TestSite], seed: int
) -> None:
    replayed(new_site, cambridge(24 * 730), seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 8))
def test_a_year_of_the_research_building_is_all_there(
    new_site: Callable[..., TestSite], seed: int
) -> None:
    replayed(new_site, research_building(24 * 364), seed)
