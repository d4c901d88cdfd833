"""A counter read for ten weeks: what its baseline says by the tick, and of the past."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from energy.alerting.backtest import BackTester
from energy.alerting.baseline_facts import Warmth, baseline_samples
from energy.alerting.rule_reads import read_rules
from energy.alerting.rules.baseline import Baseline
from energy.alerting.ticker import Ticker
from energy.base.clock import to_us
from energy.base.period import Period
from processes.project import catch_up
from tests.energy.alerting.test_evaluator import folded
from tests.energy.alerting.test_rule_reads import define
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.meters import gauge_facts
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
DAYS = 70
HOURS = 24 * DAYS
SPIKED = HOURS + 3
"""Hour of the 71st day in which five times as much is used."""
CALM_H = 36 + 3
"""From the raising: three hours later the block of six is still far above. [h]"""
RULE: dict[str, Any] = {
    "kind": "performance_baseline",
    "subject": {"quantity": "active_energy_import"},
    "terms": {"above": "30", "below": "40"},
}


@pytest.fixture(scope="module")
def counts() -> list[int]:
    """Register at each hour of 74 days: busy by day, idle by night."""
    generator = np.random.default_rng(8)
    clock = np.arange(HOURS + 96) % 24
    used = np.where((clock > 6) & (clock < 20), 400, 100) * generator.normal(1, 0.04, len(clock))
    used[SPIKED] *= 5
    return [1000, *(1000 + np.cumsum(np.rint(used).astype(np.int64))).tolist()]


@pytest.fixture
def site(new_site: Any, counts: list[int]) -> TestSite:
    """A site whose counter was read each hour for ten weeks."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter()
    site.accept(*(reading(1, 60 * n, counts[n]) for n in range(HOURS + 1)))
    site.clock.move_to(at(60 * HOURS))
    catch_up(site.writer, site.site, site.clock)
    return site


def ticked(site: TestSite, hour: int, counts: list[int]) -> int:
    """Read the hour's register, and tick five minutes later."""
    site.accept(reading(1, 60 * hour, counts[hour]))
    site.clock.move_to(at(60 * hour + 5))
    catch_up(site.writer, site.site, site.clock)
    changed = Ticker(site.writer, site.site, site.clock).step()
    folded(site)
    return changed


def test_a_spike_is_raised_at_the_end_of_its_hour_and_cleared_when_calm(
    site: TestSite, counts: list[int]
) -> None:
    define(site, "baseline", **RULE)
    changed = [ticked(site, hour, counts) for hour in range(HOURS + 1, SPIKED + 45)]
    raised = SPIKED - HOURS
    assert [n for n, each in enumerate(changed) if each] == [raised, raised + CALM_H]
    ((raised_at, value, limit, cleared_at, historic),) = site.rows(
        "SELECT raised_at, value, limit_value, cleared_at, historic FROM {s}.alert"
    )
    assert (raised_at, limit, historic) == (at(60 * (SPIKED + 1)), 3000, False)
    assert 35_000 < value < 45_000, "about + 400 % in 0.01 %"
    assert cleared_at == at(60 * (SPIKED + 1 + CALM_H))


def test_the_past_says_what_the_ticks_said(site: TestSite, counts: list[int]) -> None:
    site.accept(*(reading(1, 60 * n, counts[n]) for n in range(HOURS + 1, HOURS + 60)))
    site.clock.move_to(at(60 * (HOURS + 60)))
    catch_up(site.writer, site.site, site.clock)
    period = Period(start=at(60 * HOURS), end=at(60 * (HOURS + 60)))
    with site.writer.connection() as connection:
        warmth = Warmth(connection=connection, schema=site.schema, zone=ZoneInfo("UTC"))
        found = baseline_samples(warmth, (1, Baseline(above=3000, below=4000)), period)
        beside = baseline_samples(warmth, (2, Baseline(above=3000)), period)
    told = [(at_us, value > 0) for at_us, _, value in found]
    newest = at(60 * (HOURS + 59))
    assert told == [
        (to_us(at(60 * (SPIKED + 1))), True),
        (to_us(at(60 * (SPIKED + 1)) + timedelta(hours=CALM_H)), False),
        (to_us(newest), False),
    ]
    assert beside == [], "a channel without usage says nothing"
    define(site, "baseline", **RULE)
    days = tuple(at(60 * (HOURS + n)).date() for n in (-30 * 24, 59))
    with site.writer.connection() as connection:
        specs = read_rules(connection, site.schema, ZoneInfo("UTC"))
        tester = BackTester(connection=connection, schema=site.schema, zone=ZoneInfo("UTC"))
        (case,) = tester.run(specs, (days[0], days[1]), lambda *_: None).cases
    assert (case.raised_at, case.cleared_at) == (
        at(60 * (SPIKED + 1)),
        at(60 * (SPIKED + 1 + CALM_H)),
    )


def test_a_total_spread_over_hours_is_not_learnt_but_nothing_used_is(
    site: TestSite, counts: list[int]
) -> None:
    """Ten hours without a reading, then a register that stands for ten."""
    after = HOURS + 10
    stood = [reading(1, 60 * n, counts[after]) for n in range(after, after + 11)]
    site.accept(*stood)
    site.clock.move_to(at(60 * (after + 10)))
    catch_up(site.writer, site.site, site.clock)
    period = Period(start=at(60 * HOURS), end=at(60 * (after + 10)))
    terms = Baseline(below=4000)
    with site.writer.connection() as connection:
        warmth = Warmth(connection=connection, schema=site.schema, zone=ZoneInfo("UTC"))
        found = baseline_samples(warmth, (1, terms), period)
    assert found[0][0] > to_us(at(60 * after)), "the spread hours say nothing"
    assert found[-1][2] < 0, "a register that stands is told"


@pytest.mark.parametrize("known", [True, False])
def test_a_cold_snap_is_no_alarm_where_the_temperature_is_known(new_site: Any, known: bool) -> None:
    """Twelve weeks in which a degree less is worth 3.5 %, then a day of 13 degrees less."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter()
    facts = replace(gauge_facts("outdoor_temperature"), unit="degC", resolution=Fraction(1, 10))
    site.counter("outdoor", facts=facts)
    generator = np.random.default_rng(8)
    days = 84
    degrees = np.rint(10 + generator.normal(0, 3, days)).astype(int)
    degrees[-3:] = [12, 12, -3]
    hourly, clock = np.repeat(degrees, 24), np.arange(24 * days) % 24
    used = np.where((clock > 6) & (clock < 20), 400, 100) * (1 - 0.035 * (hourly - 10))
    used = np.rint(used * generator.normal(1, 0.02, len(used))).astype(int)
    counts = [1000, *(1000 + np.cumsum(used)).tolist()]
    told = [reading(1, 60 * n, count) for n, count in enumerate(counts)]
    warm = [reading(2, 60 * n + 30, 10 * int(degree)) for n, degree in enumerate(hourly)]
    site.accept(*told, *(warm if known else ()))
    site.clock.move_to(at(1440 * days))
    catch_up(site.writer, site.site, site.clock)
    define(site, "baseline", **RULE)
    site.clock.move_to(at(1440 * days + 5))
    raised = Ticker(site.writer, site.site, site.clock).step()
    with site.writer.connection() as connection:
        specs = read_rules(connection, site.schema, ZoneInfo("UTC"))
        tester = BackTester(connection=connection, schema=site.schema, zone=ZoneInfo("UTC"))
        last = at(1440 * days - 60).date()
        cases = tester.run(specs, (last, last), lambda *_: None).cases
    assert (raised, len(cases)) == ((0, 0) if known else (1, 1))
