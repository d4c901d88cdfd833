"""Rules as the tables have them: of classes of equipment, switched off, unreadable, dated."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from energy.alerting.notices.reads import read_facts
from energy.alerting.rule import Rule
from energy.alerting.rule_reads import read_channels, read_rules
from energy.alerting.rules.spec import RuleSpec
from energy.alerting.rules.threshold import Threshold
from processes.project import catch_up
from tests.energy.alerting.test_evaluator import evaluated, folded
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.meters import change_ratio, find_meter, gauge_facts
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers


@pytest.fixture
def site(new_site: Any) -> TestSite:
    """A site with a gauge of channel 2."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter(gauge=True)
    catch_up(site.writer, site.site, site.clock)
    return site


def define(site: TestSite, key: str, version: int = 1, **facts: Any) -> None:
    spec = {
        "key": key,
        "version": version,
        "name": key,
        "severity": "high",
        "kind": "threshold",
        "channel": 0,
        "subject": {"quantity": "active_power"},
        "terms": {"above": "100"},
    }
    made = Rule(
        site=site.site.key,
        key=key,
        version=version,
        spec=spec | facts,
        command_id=command(f"rule {key} {version}"),
    )
    site.application("operations").store(made)
    folded(site)


def rules(site: TestSite) -> list[RuleSpec]:
    with site.writer.connection() as connection:
        return read_rules(connection, site.schema, site.site.zone)


def test_rule_of_a_class_is_about_each_of_its_channels(site: TestSite) -> None:
    define(site, "load")
    define(site, "elsewhere", subject={"quantity": "active_power", "place": "nowhere"})
    with site.writer.connection() as connection:
        channel = read_channels(connection, site.schema)[2]
    (spec,) = rules(site)
    assert spec.subject.channel == 2
    assert spec.terms == Threshold(above=int(100 / channel.per_count))
    assert channel.places


def test_rule_that_cannot_be_read_leaves_the_others_alone(site: TestSite) -> None:
    define(site, "bad", terms={"above": "a lot"})
    define(site, "too much", terms={"above": "10000000000000000000000"})
    define(site, "none at all", terms={})
    define(site, "bad hours", calendar={"hours": ["always"]})
    define(site, "off", enabled=False)
    define(site, "load")
    assert [spec.key for spec in rules(site)] == ["load"]


def test_alert_of_a_version_clears_where_the_next_one_begins(site: TestSite) -> None:
    define(site, "load", channel=2, subject=None, terms={"above": 100})
    site.accept(reading(2, 0, 120))
    evaluated(site)
    begins = (MIDNIGHT + timedelta(minutes=10)).isoformat()
    facts: dict[str, Any] = {"channel": 2, "subject": None, "terms": {"above": 110}}
    define(site, "load", 2, valid_from=begins, **facts)
    site.accept(reading(2, 5, 120), reading(2, 10, 115), reading(2, 15, 115))
    evaluated(site)
    told = site.rows("SELECT raised_at, limit_value, cleared_at FROM {s}.alert ORDER BY raised_at")
    assert told == [(at(0), 100, at(10)), (at(10), 110, None)]


@pytest.mark.parametrize(
    ("quantity", "unit", "below", "counts"),
    [("power_factor", "1", "0.9", 900), ("active_power", "W", "800", 10_000)],
)
def test_a_limit_is_of_the_primary_side_where_a_transformer_changes_it(
    new_site: Any, quantity: str, unit: str, below: str, counts: int
) -> None:
    site: TestSite = new_site(at=MIDNIGHT)
    facts = replace(gauge_facts(quantity), unit=unit, resolution=Fraction(1, 1000))
    site.counter(facts=facts, multiplier=Fraction(80))
    catch_up(site.writer, site.site, site.clock)
    define(site, "low", subject={"quantity": quantity}, terms={"below": below})
    (rule,) = rules(site)
    assert isinstance(rule.terms, Threshold)
    assert rule.terms.below == counts


def test_readings_of_before_other_transformers_are_judged_and_told_by_the_former_ones(
    site: TestSite,
) -> None:
    metering = site.application("metering")
    meter = find_meter(metering, site.site.key)
    change_ratio(meter, when=at(30), counts={1: 5}, multiplier=Fraction(20))
    metering.store(meter)
    site.project()
    define(site, "load", fresh_s=86_400)  # 100 W
    site.clock.move_to(at(90))
    # They come when the transformers are long changed: 90 W, 120 W, then 80 W and 140 W.
    site.accept(*(reading(2, 15 * n, count) for n, count in enumerate([90, 120, 4, 7])))
    evaluated(site)
    found = site.rows("SELECT raised_at, value, cleared_at FROM {s}.alert ORDER BY raised_at")
    assert found == [(at(15), 120, at(30)), (at(45), 7, None)]
    alerts = site.rows("SELECT alert FROM {s}.alert ORDER BY raised_at")
    with site.writer.connection() as connection:
        told = read_facts(connection, site.schema, [alert for (alert,) in alerts])
    values = [(told[alert].facts["value"], told[alert].facts["limit"]) for (alert,) in alerts]
    assert values == [("120 W", "100 W"), ("140 W", "100 W")]


def test_the_same_ratio_told_again_is_no_change_of_transformers(site: TestSite) -> None:
    metering = site.application("metering")
    meter = find_meter(metering, site.site.key)
    change_ratio(meter, when=at(30), counts={1: 5}, multiplier=Fraction(1))
    metering.store(meter)
    site.project()
    with site.writer.connection() as connection:
        assert read_channels(connection, site.schema)[2].former == ()
