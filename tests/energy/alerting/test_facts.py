"""What the views say to rules of the clock: balances of a whole day, a month and its plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from energy.alerting.facts import Facts, Ports
from energy.alerting.rules.kinds import specs_of
from energy.base.clock import to_us
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.metering.plans.plan import NodeKind, PlannedYear, PlanNode, PlanRevision
from tests.energy.views.test_balance import START, Station
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def station(site_schema: TestSite) -> Station:
    """A substation with three nodes that balance, read over a whole day."""
    made = Station(site_schema)
    made.define()
    made.read(range(25))
    return made


def told(
    station: Station, now: datetime, kind: str, subject: dict[str, str], **terms: Any
) -> Iterator[tuple[str, datetime, int]]:
    """Yield subject, instant and value of what there is to judge at an instant."""
    stored = {
        "kind": kind,
        "key": "k",
        "version": 1,
        "name": "K",
        "severity": "low",
        "channel": 0,
        "subject": subject,
        "terms": terms,
    }
    (spec,) = specs_of(id_of("rule"), stored, UTC_ZONE, {})
    with station.site.writer.connection() as connection:
        facts = Facts(
            connection=connection,
            schema=station.site.schema,
            zone=UTC_ZONE,
            ports=Ports(),
            now=now,
            seen_us=lambda _: None,
        )
        for about, (at_us, _, value) in facts.of(spec):
            yield about.subject.name, START + timedelta(microseconds=at_us - to_us(START)), value
        again = replace(facts, seen_us=lambda _: to_us(now))
        assert list(again.of(spec)) == [], "what was seen is not told again"


def test_balance_is_told_of_each_node_for_the_last_whole_day(station: Station) -> None:
    end = START + timedelta(days=1)
    found = list(told(station, end + timedelta(hours=3), "balance_loss", {}, above="1"))
    assert found == [
        ("electricity/f1", end, 0),
        ("electricity/grid-a", end, 200),
        ("electricity/grid-b", end, 200),
    ]
    one = {"node": "grid-a", "utility": "electricity"}
    assert [name for name, *_ in told(station, end, "balance_loss", one, above="1")] == [
        "electricity/grid-a"
    ]
    assert list(told(station, end, "balance_loss", {"utility": "water"}, above="1")) == []
    unknown = end + timedelta(days=1)
    assert list(told(station, unknown, "balance_loss", {}, above="1")) == []


def test_budget_is_what_the_month_will_come_to_of_its_plan(station: Station) -> None:
    plan = PlanRevision(
        year=START.year,
        rows=[
            PlannedYear(
                node=PlanNode(kind=NodeKind.SUPPLY, key="grid-b"),
                utility=Utility.ELECTRICITY,
                unit="kWh",
                quantities=(Decimal(1000),) * 12,
            ).as_json()
        ],
        currency="GBP",
        reason="budget",
        file="plan.xlsx",
        proposed_by=uuid4(),
        command_id=uuid4(),
        withdrawn=None,
    )
    plan.approve(by=uuid4(), command_id=uuid4())
    station.site.application("metering").store(plan)
    station.site.project()
    later = START + timedelta(days=3)
    ((name, at, value),) = told(station, later, "budget", {}, above="105", least_days=1)
    assert (name, at) == ("electricity/supply:grid-b", later)
    a_day_kwh = 48
    days = 31
    assert value == a_day_kwh * days * 10_000 // 1000, "0.01 % of 1,000 kWh"
    assert list(told(station, later, "budget", {}, above="105", least_days=28)) == []
