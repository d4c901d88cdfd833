"""Views folded anew in other slices equal the live ones, row by row, epochs and findings too."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from energy.base.quality import Quality
from energy.metering.reading import Reading
from tests.fixtures.batches import MIDNIGHT
from tests.fixtures.meters import (
    change_ratio,
    commission,
    counter_facts,
    find_meter,
    replace,
    retire,
)
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import copied_journal, folded_live, view_rows

pytestmark = pytest.mark.servers

DAYS = 4


class Plant:
    """A plant in trouble, written into a site's journal step by step."""

    def __init__(self, site: TestSite, seed: int) -> None:
        self.site = site
        self.rng = np.random.default_rng(seed)
        facts = counter_facts(modulus=1000, max_per_hour=None if seed % 2 else 200)
        self.channels = [site.counter(f"m{n}", facts=facts) for n in range(3)]
        self.waiting: list[Reading] = []
        for channel in self.channels:
            total = int(self.rng.integers(0, 1000))
            for quarter in range(0, DAYS * 96, 2):
                total += int(self.rng.integers(0, 60))
                self.waiting.append(
                    Reading(
                        channel=channel,
                        at=MIDNIGHT + timedelta(minutes=15 * quarter),
                        count=total % 1000,
                    )
                )
        self.waiting.sort(key=lambda r: r.at)
        self.marks = 0

    def go_on(self) -> None:
        """Do one thing, by chance."""
        chance = float(self.rng.random())
        if chance < 0.62:
            self.send(late=chance < 0.15)
        elif chance < 0.72:
            self.marks += 1
            self.site.mark(f"mark {self.marks}", MIDNIGHT + timedelta(days=self.marks))
        elif chance < 0.80:
            self.contradict()
        elif chance < 0.90:
            self.wild()
        else:
            self.meter_event()
        self.site.tick()

    def send(self, *, late: bool) -> None:
        many = int(self.rng.integers(1, 40))
        if late:
            picked = sorted(
                self.rng.choice(len(self.waiting), min(many, len(self.waiting)), replace=False)
            )
        else:
            picked = list(range(min(many, len(self.waiting))))
        batch = [self.waiting[n] for n in picked]
        for n in reversed(picked):
            del self.waiting[int(n)]
        if batch:
            self.site.accept(*batch)

    def some_reading(self, quality: Quality) -> Reading:
        channel = self.channels[int(self.rng.integers(0, 3))]
        minute = 30 * int(self.rng.integers(0, DAYS * 48))
        return Reading(
            channel=channel,
            at=MIDNIGHT + timedelta(minutes=minute),
            count=int(self.rng.integers(0, 1000)),
            quality=quality,
        )

    def contradict(self) -> None:
        quality = list(Quality)[int(self.rng.integers(0, 4))]
        self.site.accept(self.some_reading(quality))

    def wild(self) -> None:
        self.site.accept(self.some_reading(Quality.SUSPECT), self.some_reading(Quality.ESTIMATED))

    def meter_event(self) -> None:
        """Replace, re-ratio or retire a meter at an instant after its last event."""
        point = f"m{int(self.rng.integers(0, 3))}"
        metering = self.site.application("metering")
        meter = find_meter(metering, self.site.site.key, point)
        (number,) = [c["number"] for c in meter.channels]
        since = max(meter.since or MIDNIGHT, MIDNIGHT)
        when = since + timedelta(minutes=int(self.rng.integers(1, 900)))
        counts = {number: int(self.rng.integers(0, 1000))}
        chance = float(self.rng.random())
        if meter.serial is None:
            commission(meter, since=when, serial=f"N-{self.marks}", start_counts=counts)
        elif chance < 0.45:
            replace(meter, when=when, final=counts, start={number: 3}, serial=f"R-{when:%d%H%M}")
        elif chance < 0.85:
            ratio = Fraction(int(self.rng.integers(1, 9)))
            change_ratio(meter, when=when, counts=counts, multiplier=ratio)
        else:
            retire(meter, when=when, final=counts if chance < 0.95 else {})
        metering.store(meter)


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 20))]
)
def test_rebuild_in_other_slices_equals_the_live_views(new_site: Any, seed: int) -> None:
    live: TestSite = new_site()
    plant = Plant(live, seed)
    for _ in range(45):
        plant.go_on()
        if plant.rng.random() < 0.5:
            folded_live(live, int(plant.rng.integers(1, 9)))
    folded_live(live, 64)
    expected = view_rows(live)
    assert expected["usage_block"]
    assert expected["parked"] == []
    for every in (1, 3, 1000):
        again: TestSite = new_site()
        copied_journal(live, again)
        folded_live(again, every)
        found = view_rows(again)
        for view, rows in expected.items():
            assert found[view] == rows, f"{view} in slices of {every}"
