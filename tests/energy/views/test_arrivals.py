"""What arrived between two positions explains the difference of two figures to the base unit."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest

from energy.base.period import Period, span_of_days
from energy.metering.reading import Reading
from energy.views.arrivals import Arrivals, ArrivalsError, usage_arrived
from energy.views.as_of import usage_as_of
from tests.fixtures.batches import MIDNIGHT, Spooler, at, reading
from tests.fixtures.meters import change_ratio, counter_facts, find_meter, interval_facts
from tests.fixtures.postgres import TestSite
from tests.fixtures.statements import CLERK, MANAGER, channel_of, correct, enter, estimate

pytestmark = pytest.mark.servers
SEEDS = [*range(3), *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 40))]
DAY = timedelta(days=1)


def arrived(site: TestSite, channel: int, since: int, until: int, period: Period) -> Arrivals:
    with site.writer.connection() as connection:
        return usage_arrived(
            connection,
            site.schema,
            site.site.zone,
            channel,
            period,
            since=since,
            until=until,
        )


def figure(site: TestSite, channel: int, position: int, period: Period) -> int:
    with site.writer.connection() as connection:
        span = usage_as_of(connection, site.schema, site.site.zone, [channel], period, position)[
            channel
        ]
    return int(span.usage.sum())


def eventful(site: TestSite, seed: int) -> list[int]:
    """Live through six days of one meter in trouble; return the channels.

    Of odd seeds the meters deliver intervals, some of them beside the grid.
    """
    rng = np.random.default_rng(seed)
    delivers = interval_facts(resolution=Fraction(1, 3000), interval_s=1800)
    facts_of_all = delivers if seed % 2 else counter_facts(modulus=None)
    channels = [site.counter(f"m{n}", facts=facts_of_all) for n in range(2)]
    site.project()
    facts = channel_of(site, channels[0])
    site.clock.move_to(MIDNIGHT + 7 * DAY)
    other = Spooler("other spool")
    since = MIDNIGHT
    for n in range(45):
        chance, quarter = float(rng.random()), int(rng.integers(0, 6 * 96))
        stated: tuple[datetime, int] = (
            at(15 * quarter + int(rng.integers(0, 2))),
            10 * quarter + int(rng.integers(0, 9)),
        )
        if chance < 0.1:
            site.mark(f"mark {n}", MIDNIGHT)
        elif chance < 0.2:
            correct(site, facts, stated)
        elif chance < 0.3:
            estimate(site, facts, stated)
        elif chance < 0.4:
            enter(site, facts, stated)
        elif chance < 0.45:
            metering = site.application("metering")
            meter = find_meter(metering, site.site.key, "m0")
            since += timedelta(minutes=int(rng.integers(60, 900)))
            counts = {channels[0]: int(rng.integers(0, 6000))}
            change_ratio(meter, when=since, counts=counts, multiplier=Fraction(n + 2))
            metering.store(meter)
        else:
            batch = [
                Reading(
                    channel=channels[int(rng.integers(0, 2))],
                    at=at(15 * min(quarter + step, 600)),
                    count=10 * (quarter + step),
                )
                for step in range(int(rng.integers(1, 20)))
            ]
            if chance < 0.7:
                site.accept(*batch)
            else:
                site.ingest.accept([other.batch(batch, source="mqtt-1")])
        site.tick()
    site.project()
    return channels


@pytest.mark.parametrize("seed", SEEDS)
def test_the_lots_add_up_to_the_difference_of_the_figures(site_schema: TestSite, seed: int) -> None:
    channel = eventful(site_schema, seed)[0]
    head = site_schema.application("metering").position()
    rng = np.random.default_rng(seed)
    changed = 0
    for _ in range(8):
        since, until = sorted(int(p) for p in rng.integers(0, head + 1, 2))
        first = MIDNIGHT.date() + timedelta(days=int(rng.integers(0, 5)))
        last = first + timedelta(days=int(rng.integers(0, 2)))
        period = span_of_days(first, last, site_schema.site.zone)
        found = arrived(site_schema, channel, since, until, period)
        before = figure(site_schema, channel, since, period)
        after = figure(site_schema, channel, until, period)
        assert (found.before, found.after) == (before, after)
        assert sum(lot.difference for lot in found.lots) == after - before
        for lot in found.lots:
            assert sum(d.after - d.before for d in lot.days) == lot.difference
            assert since < lot.first_position <= lot.last_position <= until
        changed += sum(bool(lot.days) for lot in found.lots)
    assert changed


def test_each_lot_says_who_brought_it_and_when(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 100), reading(channel, 1440, 200))
    site_schema.project()
    facts = channel_of(site_schema, channel)
    since = site_schema.mark("bill run")
    site_schema.clock.move_to(MIDNIGHT + 3 * DAY)
    for minutes in (360, 720):
        site_schema.accept(reading(channel, minutes, 100 + minutes // 30))
        site_schema.tick()
    until = correct(site_schema, facts, (at(1440), 260))
    site_schema.project()
    found = arrived(site_schema, channel, since, until, Period(start=MIDNIGHT, end=MIDNIGHT + DAY))
    batches, correction = found.lots
    assert (batches.kind, batches.source, batches.entries, batches.readings) == (
        "batch",
        "modbus-1",
        2,
        2,
    )
    assert batches.difference == 0
    assert batches.days[0].before == batches.days[0].after == 1000
    assert batches.days[0].intervals == 96
    assert (correction.kind, correction.by, correction.proposed_by) == (
        "correction",
        MANAGER,
        CLERK,
    )
    assert correction.reason == "digits swapped"
    assert (correction.difference, found.before, found.after) == (600, 1000, 1600)
    assert correction.learned_from is not None
    assert correction.learned_from >= MIDNIGHT + 3 * DAY


def test_readings_beyond_the_neighbours_are_no_part_of_the_story(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 100), reading(channel, 1440, 200))
    site_schema.project()
    since = site_schema.mark("mark")
    for day in range(2, 6):
        site_schema.accept(reading(channel, 1440 * day, 100 * day))
    site_schema.project()
    until = site_schema.application("metering").position()
    found = arrived(site_schema, channel, since, until, Period(start=MIDNIGHT, end=MIDNIGHT + DAY))
    assert found.lots == ()


def test_the_second_position_does_not_come_first(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.project()
    with pytest.raises(ArrivalsError, match="--since before --until"):
        arrived(site_schema, channel, 2, 1, Period(start=MIDNIGHT, end=MIDNIGHT + DAY))
