"""Findings become alerts: one for a code at a channel, cleared when nothing waits any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from energy.alerting.evaluator import Evaluator
from energy.alerting.finding_alarms import FindingAlarms
from energy.alerting.views import OPERATIONS_VIEWS, AlertView
from energy.base.finding import Severity
from energy.journal.decisions import Decisions, FindingKey
from energy.journal.follower import Follower, event_fold
from energy.journal.noted import Notes
from energy.metering.note import note
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.rebuild import rebuilt

pytestmark = pytest.mark.servers


@pytest.fixture
def site(new_site: Any) -> TestSite:
    """A site with a counter of channel 1; its clock stands at midnight."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter()
    return site


def looked(site: TestSite) -> None:
    """Fold, raise and clear, and fold what came of it."""
    site.project()
    FindingAlarms(site.writer, site.schema, site.clock).step()
    fold = event_fold(site.schema, [AlertView()])
    follower = Follower(site.writer, site.schema, "operations", OPERATIONS_VIEWS, fold, site.clock)
    while follower.step():
        pass


def alerts(site: TestSite) -> list[tuple[Any, ...]]:
    return site.rows(
        "SELECT f.code, f.channel, f.about, a.severity, a.historic, a.cleared_at IS NULL "
        "FROM {s}.alert AS a JOIN {s}.alert_finding AS f USING (alert) ORDER BY a.raised_at"
    )


def test_a_register_that_falls_is_one_alert_however_often_it_falls(site: TestSite) -> None:
    site.accept(*(reading(1, 15 * n, count) for n, count in enumerate([900, 10, 800, 20])))
    site.tick(45 * 60)
    looked(site)
    looked(site)
    assert site.rows("SELECT count(*) FROM {s}.finding") == [(2,)]
    assert alerts(site) == [("register.negative_step", 1, "m1", "medium", False, True)]


def test_an_alert_is_cleared_when_every_finding_is_resolved_and_not_before(site: TestSite) -> None:
    site.accept(*(reading(1, 15 * n, count) for n, count in enumerate([900, 10, 800, 20])))
    looked(site)
    decisions = Decisions(site.writer, site.schema, site.clock)
    rows = site.rows("SELECT code, channel, start_at, position FROM {s}.finding ORDER BY start_at")
    opened = []
    for n, (code, channel, start, position) in enumerate(rows):
        key = FindingKey(code=code, channel=channel, start=start, position=position)
        decisions.resolve(
            key, reason="seen", by=command("person"), command_id=command("resolve", n)
        )
        looked(site)
        opened.append(alerts(site)[0][-1])
    assert opened == [True, False]


def test_a_finding_that_comes_again_after_its_alert_was_over_is_a_new_alert(
    site: TestSite,
) -> None:
    site.accept(reading(1, 0, 900), reading(1, 15, 10))
    site.tick(15 * 60)
    looked(site)
    for again in range(3):
        for explained, standing in (("0", 0), ("NULL", 1)):
            with site.writer.connection() as connection:
                connection.execute(
                    f"UPDATE {site.schema}.finding SET explained_position = {explained}".encode()
                )
            looked(site)
            looked(site)
            assert [row[-1] for row in alerts(site)].count(True) == standing
        assert len(alerts(site)) == again + 2


def test_what_ended_long_ago_is_shown_and_wakes_nobody(site: TestSite) -> None:
    site.accept(reading(1, 0, 900), reading(1, 15, 10))
    site.tick(timedelta(hours=3).total_seconds())
    looked(site)
    assert [row[4] for row in alerts(site)] == [True]


def test_a_finding_of_a_whole_source_is_told_with_the_source(site: TestSite) -> None:
    told = note("entry.lost", at(0), at(1), source="bus-1", severity=Severity.DO_NOT_BILL)
    Notes(site.writer, site.schema, site.clock).take([told])
    looked(site)
    assert alerts(site) == [("entry.lost", 0, "bus-1", "medium", False, True)]


def test_what_bars_no_bill_is_no_alert_unless_a_technician_must_look(site: TestSite) -> None:
    codes = ("spool.thinned", "modbus.ratio_changed")
    notes = [note(code, at(0), at(1), source="bus-1", channel=1) for code in codes]
    Notes(site.writer, site.schema, site.clock).take(notes)
    looked(site)
    assert [(row[0], row[3]) for row in alerts(site)] == [("modbus.ratio_changed", "high")]


def test_views_built_anew_raise_nothing_twice(site: TestSite) -> None:
    site.accept(reading(1, 0, 900), reading(1, 15, 10))
    looked(site)
    with site.writer.connection() as connection:
        connection.execute(f"DELETE FROM {site.schema}.alert_finding".encode())
    looked(site)
    assert site.rows("SELECT count(*) FROM {s}.operations_events") == [(1,)]


def test_the_evaluator_of_rules_leaves_such_alerts_alone(site: TestSite) -> None:
    site.accept(reading(1, 0, 900), reading(1, 15, 10))
    looked(site)
    Evaluator(site.writer, site.site, site.clock).step()
    looked(site)
    assert [row[-1] for row in alerts(site)] == [True]


def test_alerts_folded_anew_still_tell_of_their_findings(site: TestSite) -> None:
    site.accept(reading(1, 0, 900), reading(1, 15, 10))
    looked(site)
    before = alerts(site)
    rebuilt(site, "alerts")
    assert alerts(site) == before == [("register.negative_step", 1, "m1", "medium", False, True)]
