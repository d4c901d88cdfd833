"""Rows of alerts say what their facts say, and a rebuild says the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from energy.alerting.alert import Alert
from energy.alerting.causes import AlertCause
from energy.alerting.raising import Raising
from energy.alerting.signal import SignalState
from energy.alerting.suppression import Expected, Suppression, Why
from energy.alerting.views import OPERATIONS_VIEWS, AlertView
from energy.journal.follower import Follower, event_fold
from tests.energy.alerting.test_raising import alert_of, signal
from tests.fixtures.postgres import NOON, TestSite, command
from tests.fixtures.rebuild import rebuilt

pytestmark = pytest.mark.servers
ADA, BEN, PARENT = UUID(int=1), UUID(int=2), UUID(int=3)
HOUR = timedelta(hours=1)


def folded(site: TestSite) -> None:
    fold = event_fold(site.schema, [AlertView()])
    follower = Follower(site.writer, site.schema, "operations", OPERATIONS_VIEWS, fold, site.clock)
    while follower.step():
        pass
    assert site.rows("SELECT position, error FROM {s}.parked") == []


def row(site: TestSite, n: int) -> dict[str, Any]:
    """Return what is set in the row of the alert n."""
    found = site.rows("SELECT to_jsonb(a) FROM {s}.alert AS a WHERE alert = %s", alert_of(n))
    return {name: value for name, value in found[0][0].items() if value not in (None, "", {}, 0)}


def act(site: TestSite, n: int, name: str, **facts: Any) -> None:
    operations = site.application("operations")
    alert = operations.find(alert_of(n))
    assert isinstance(alert, Alert)
    getattr(alert, name)(**facts, command_id=uuid4())
    operations.store(alert)


def test_every_fact_of_an_alert_has_its_place(site_schema: TestSite) -> None:
    site, at = site_schema, NOON.isoformat()
    told: dict[str, Any] = {"name": "Load", "key": "load", "about": "node:gas/a", "cuts": True}
    Raising(site.writer, site.schema, site.clock).take(
        [signal(1, **told), signal(1, SignalState.UNKNOWN)]
    )
    act(site, 1, "acknowledge", by=ADA)
    act(site, 1, "assign", to=BEN, by=ADA)
    act(site, 1, "shelve", until=NOON + HOUR, reason="noise", by=ADA, now=NOON)
    act(site, 1, "suppress", why="outage", reference="x")
    act(site, 1, "attach", parent=PARENT)
    act(site, 1, "escalate", level=2)
    folded(site)
    full = row(site, 1)
    assert {key: full[key] for key in told} == told
    assert (full["lost_at"], full["assigned_to"]) == (at, str(BEN))
    assert (full["shelved_until"], full["shelf_reason"]) == ((NOON + HOUR).isoformat(), "noise")
    assert (full["suppressed"], full["parent"], full["level"]) == ({"x": "outage"}, str(PARENT), 2)
    act(site, 1, "know", at=NOON, value=7)
    act(site, 1, "unshelve", by=ADA)
    act(site, 1, "unsuppress", reference="x")
    act(site, 1, "attach", parent=None)
    act(site, 1, "clear", at=NOON + HOUR, value=4)
    act(site, 1, "close", by=BEN, cause=AlertCause.OTHER, words="a bird")
    folded(site)
    full = row(site, 1)
    gone = {"lost_at", "shelved_until", "shelved_by", "shelf_reason", "suppressed", "parent"}
    assert gone & set(full) == set()
    assert (full["closed_by"], full["cause"], full["words"]) == (str(BEN), "other", "a bird")


def test_spans_are_listed_and_a_rebuild_says_the_same(site_schema: TestSite) -> None:
    site = site_schema
    operations = site.application("operations")
    for n in (1, 2):
        span = Suppression.declare(
            Expected(
                suppression=command("span", n),
                why=Why.OUTAGE,
                about="node:electricity/bus-a",
                begins_at=NOON,
                ends_at=NOON + HOUR,
            ),
            reason="new breaker",
            by=ADA,
            now=NOON,
            command_id=command("declare", n),
        )
        span.move(
            begins_at=NOON, ends_at=NOON + n * HOUR, by=ADA, now=NOON, command_id=command("move", n)
        )
        if n == 2:
            span.end(by=BEN, command_id=command("end"))
        operations.store(span)
    Raising(site.writer, site.schema, site.clock).take([signal(1), signal(1, SignalState.CLEARED)])
    folded(site)
    asked = "SELECT why, about, ends_at, ended_at IS NOT NULL FROM {s}.suppression ORDER BY ends_at"
    before = site.rows(asked), row(site, 1)
    assert before[0] == [
        ("outage", "node:electricity/bus-a", NOON + HOUR, False),
        ("outage", "node:electricity/bus-a", NOON + 2 * HOUR, True),
    ]
    rebuilt(site, "alerts")
    assert (site.rows(asked), row(site, 1)) == before
