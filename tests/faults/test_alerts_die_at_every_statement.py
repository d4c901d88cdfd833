"""Evaluation and tick killed before every statement: each crossing is raised once, none is lost."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from energy.alerting.evaluator import EVALUATOR, Evaluator
from energy.alerting.facts import Ports, PrepaidBalance
from energy.alerting.ticker import Ticker
from processes.project import catch_up
from tests.energy.alerting.test_evaluator import folded
from tests.energy.alerting.test_rule_reads import define
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.dying import cutting, died_everywhere, killing
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
MONEY = Decimal("19.99")
MISSING: dict[str, Any] = {"kind": "missing", "subject": {"quantity": "*"}, "terms": {"for_s": 900}}


@pytest.fixture
def site(new_site: Any) -> TestSite:
    """A site with a counter and a gauge, and rules of readings and of the clock."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter(gauge=True)
    catch_up(site.writer, site.site, site.clock)
    define(site, "load", terms={"above": "100", "deadband": "10"})
    define(site, "high", terms={"above": "115"})
    define(site, "missing", **MISSING)
    define(site, "low", kind="prepaid_low", subject={}, terms={"below": "20"})
    return site


def alerts(site: TestSite) -> list[tuple[Any, ...]]:
    folded(site)
    return site.rows(
        "SELECT key, channel, about, raised_at, cleared_at FROM {s}.alert "
        "ORDER BY key, channel, raised_at"
    )


def killed_everywhere(
    site: TestSite, make: Callable[[], Any], follower: str, how: str
) -> tuple[int, Any]:
    """Do one step of what is made, dying before each of its statements; return how often."""
    worker = make()

    def turn() -> int:
        rows = site.rows("SELECT position FROM {s}.follower WHERE name = %s", follower)
        return int(rows[0][0]) if rows else 0

    before = turn()

    def done() -> bool:
        nonlocal worker
        if how == "process":
            worker = make()
        return turn() > before

    def step() -> object:
        return worker.step()  # by whichever process lives

    if how == "process":
        return died_everywhere(step, killing, done, first=1), worker
    with cutting(site) as cut:
        return died_everywhere(step, cut, done, first=2), worker


@pytest.mark.parametrize("how", ["process", "connection"])
def test_evaluation_that_dies_anywhere_raises_and_clears_each_alert_once(
    site: TestSite, how: str
) -> None:
    site.accept(*(reading(2, n, value) for n, value in enumerate([90, 120, 130, 80, 105])))
    site.clock.move_to(at(5))
    died, worker = killed_everywhere(
        site, lambda: Evaluator(site.writer, site.site, site.clock), EVALUATOR, how
    )
    while worker.step():
        pass
    assert died > 2, "a step is several statements"
    told = [(key, raised, cleared) for key, _, _, raised, cleared in alerts(site)]
    assert told == [
        ("high", at(1), at(3)),
        ("load", at(1), at(3)),
        ("load", at(4), None),
    ]
    stored = site.rows(
        "SELECT topic, count(*) FROM {s}.operations_events WHERE topic LIKE 'alert.%%' "
        "GROUP BY topic ORDER BY topic"
    )
    assert stored == [("alert.cleared", 2), ("alert.raised", 3)]


@pytest.mark.parametrize("how", ["process", "connection"])
def test_tick_that_dies_anywhere_raises_each_alert_once(site: TestSite, how: str) -> None:
    ports = Ports(prepaid=lambda: [PrepaidBalance(account="a", balance=MONEY)])
    site.accept(reading(1, 0, 1000), reading(2, 0, 50))
    site.clock.move_to(at(40))
    catch_up(site.writer, site.site, site.clock)
    died, worker = killed_everywhere(
        site, lambda: Ticker(site.writer, site.site, site.clock, ports), "alert-ticker", how
    )
    assert died > 2, "a step is several statements"
    for minute in (41, 42):
        site.clock.move_to(at(minute))
        worker.step()
    told = [(key, channel, raised) for key, channel, _, raised, _ in alerts(site)]
    assert told == [("low", 0, at(40)), ("missing", 1, at(15)), ("missing", 2, at(15))]
