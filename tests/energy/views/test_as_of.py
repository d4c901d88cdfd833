"""Usage as known at any position: the lookup at a mark and the fold in memory agree."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest

from energy.base.period import Period
from energy.base.quality import Quality
from energy.metering.reading import Reading
from energy.views.as_of import NotFoldedError, folded_as_of, usage_as_of
from energy.views.registry import load_registry
from energy.views.usage import read_spans
from tests.fixtures.batches import MIDNIGHT, at
from tests.fixtures.meters import change_ratio, counter_facts, find_meter, replace
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
SEEDS = [*range(3), *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 40))]
DAYS = 4
PERIOD = Period(start=MIDNIGHT, end=MIDNIGHT + timedelta(days=DAYS))


def eventful(site: TestSite, seed: int) -> tuple[list[int], dict[int, object]]:
    """Live through readings, corrections, estimates, meter events; note usage at every position."""
    rng = np.random.default_rng(seed)
    facts = counter_facts(modulus=100_000)
    channels = [site.counter(f"m{n}", facts=facts) for n in range(2)]
    then: dict[int, object] = {}
    multipliers = iter(range(2, 40))
    since = MIDNIGHT
    for _ in range(40):
        chance = float(rng.random())
        if chance < 0.12:
            site.mark(f"mark {rng.integers(10**9)}", MIDNIGHT)
        elif chance < 0.22:
            metering = site.application("metering")
            meter = find_meter(metering, site.site.key, "m0")
            since += timedelta(minutes=int(rng.integers(60, 900)))
            counts = {channels[0]: int(rng.integers(0, 90_000))}
            if rng.random() < 0.5:
                ratio = Fraction(next(multipliers))
                change_ratio(meter, when=since, counts=counts, multiplier=ratio)
            else:
                replace(
                    meter, when=since, final=counts, start={channels[0]: 7}, serial=f"R-{since}"
                )
            metering.store(meter)
        else:
            start = int(rng.integers(0, DAYS * 96))
            batch = []
            for n in range(int(rng.integers(1, 30))):
                quarter = min(start + 2 * n, DAYS * 96)
                quality = list(Quality)[int(rng.choice([0, 0, 0, 1, 2, 3, 5]))]
                batch.append(
                    Reading(
                        channel=channels[int(rng.integers(0, 2))],
                        at=at(15 * quarter + int(rng.integers(0, 2))),
                        count=20 * quarter + int(rng.integers(0, 20)),
                        quality=quality,
                    )
                )
            site.accept(*batch)
        site.tick()
        site.project()
        position = site.application("metering").position()
        then[position] = shown(site, channels)
    return channels, then


def shown(site: TestSite, channels: list[int], position: int | None = None) -> object:
    """Return usage as the blocks have it now, or folded in memory as of a position."""
    with site.writer.connection() as connection:
        if position is None:
            spans = read_spans(connection, site.schema, channels, PERIOD)
        else:
            spans = folded_as_of(
                connection, site.schema, site.site.zone, channels, PERIOD, position
            )
    return [(spans[n].usage.tolist(), spans[n].quality.tolist()) for n in channels]


@pytest.mark.parametrize("seed", SEEDS)
def test_usage_folded_as_of_a_position_is_what_the_views_showed_there(
    site_schema: TestSite, seed: int
) -> None:
    channels, then = eventful(site_schema, seed)
    for position, figures in then.items():
        assert shown(site_schema, channels, position) == figures, position


def test_usage_at_a_mark_is_looked_up_and_between_marks_folded(site_schema: TestSite) -> None:
    channels, then = eventful(site_schema, 11)
    marks = {row[0] for row in site_schema.rows("SELECT position FROM {s}.mark")}
    assert marks & set(then)
    with site_schema.writer.connection() as connection:
        for position, figures in then.items():
            spans = usage_as_of(
                connection, site_schema.schema, site_schema.site.zone, channels, PERIOD, position
            )
            assert [(spans[n].usage.tolist(), spans[n].quality.tolist()) for n in channels] == (
                figures
            )


def test_nothing_is_told_of_a_position_that_the_views_have_not_passed(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter()
    position = site_schema.mark("mark")
    with site_schema.writer.connection() as connection, pytest.raises(NotFoldedError):
        usage_as_of(
            connection, site_schema.schema, site_schema.site.zone, [channel], PERIOD, position
        )


def test_segments_are_those_known_at_the_position(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    metering = site_schema.application("metering")
    before = metering.position()
    meter = find_meter(metering, site_schema.site.key)
    change_ratio(meter, when=at(60), counts={channel: 5}, multiplier=Fraction(2))
    after = metering.store(meter)
    site_schema.project()
    with site_schema.writer.connection() as connection:
        old = load_registry(connection, site_schema.schema, as_of=before).segments[channel]
        new = load_registry(connection, site_schema.schema, as_of=after).segments[channel]
        now = load_registry(connection, site_schema.schema).segments[channel]
    assert [(s.end_us is None, s.base_per_count) for s in old] == [(True, 10)]
    assert [(s.end_us is None, s.base_per_count) for s in new] == [(False, 10), (True, 20)]
    assert new == now
