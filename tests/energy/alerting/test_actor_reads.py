"""Who could be heard: no historic alerts, each named by rule and what it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from energy.alerting.actor_reads import read_raised
from energy.base.period import Period
from tests.energy.alerting.test_backtest import site
from tests.energy.alerting.test_evaluator import evaluated
from tests.energy.alerting.test_rule_reads import define
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.postgres import TestSite

__all__ = ["site"]
pytestmark = pytest.mark.servers


def test_alerts_of_a_time_that_could_be_heard(site: TestSite) -> None:
    define(site, "load", terms={"above": "100"})
    site.accept(reading(2, 0, 120), reading(2, 10, 50))
    evaluated(site)
    site.clock.move_to(at(600))
    site.accept(reading(2, 60, 120), reading(2, 61, 50), reading(2, 599, 120))
    evaluated(site)
    with site.writer.connection() as connection:
        day = Period(start=MIDNIGHT, end=MIDNIGHT + timedelta(days=1))
        found = read_raised(connection, site.schema, day)
        early = read_raised(connection, site.schema, Period(start=at(30), end=at(500)))
    told = sorted((each.at, each.cleared_at, each.what) for each in found)
    what = "load m1/active_power"
    assert told == [(at(0), at(10), what), (at(599), None, what)]
    assert early == []
