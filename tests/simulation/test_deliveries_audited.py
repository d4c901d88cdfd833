"""Whole histories of delivered intervals told to a real site, with crashes, against an auditor.

A failure names its seed; `SIMULATION_SEEDS=17 scripts/test tests/simulation` tells it again.
"""

from __future__ import annotations

import pytest

from tests.fixtures.batches import MIDNIGHT, at
from tests.fixtures.meters import (
    change_ratio,
    commission,
    find_meter,
    interval_facts,
    plan_counter,
)
from tests.fixtures.postgres import TestSite
from tests.simulation.deliveries import DAY, DeliveryAuditor, deliveries
from tests.simulation.history import Telling
from tests.simulation.test_history_audited import CHOSEN, Telltale

pytestmark = pytest.mark.servers
SEEDS = CHOSEN or list(range(3))
MANY_SEEDS = range(3, 503)


class Deliverers(Telltale):
    """Tells what meters deliver instead of what registers show."""

    def made_up(self) -> None:
        made = deliveries(self.seed)
        self.deliverers, self.tellings = made.points, made.tellings
        self.points = [[] for _ in made.points]
        self.auditor = DeliveryAuditor(made.points)  # type: ignore[assignment]

    def planned(self, number: int) -> int:
        point = self.deliverers[number]
        metering = self.site.application("metering")
        channel = plan_counter(
            metering,
            self.site.site.key,
            f"p{number}",
            commissioned=False,
            facts=interval_facts(
                resolution=point.ratios[0][1] / 1000,
                interval_s=86_400 if point.width == DAY else 60 * point.width,
            ),
        )
        meter = find_meter(metering, self.site.site.key, f"p{number}")
        commission(meter, since=MIDNIGHT.replace(year=2018))
        metering.store(meter)
        return channel

    def swap(self, told: Telling) -> int:
        ratios = self.deliverers[told.point].ratios
        start, factor = ratios[told.swap + 1]
        metering = self.site.application("metering")
        meter = find_meter(metering, self.site.site.key, f"p{told.point}")
        change_ratio(meter, when=at(start), counts={}, multiplier=factor / ratios[0][1])
        return metering.store(meter)


def audited(site: TestSite, seed: int) -> None:
    told = Deliverers(site, seed)
    told.run()
    told.judge()


@pytest.mark.parametrize("seed", SEEDS)
def test_deliveries_told_with_crashes_agree_with_the_auditor(
    site_schema: TestSite, seed: int
) -> None:
    audited(site_schema, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MANY_SEEDS)
def test_five_hundred_deliveries_told_with_crashes_agree_with_the_auditor(
    site_schema: TestSite, seed: int
) -> None:
    audited(site_schema, seed)
