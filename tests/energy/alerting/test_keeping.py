"""What time changes by itself: shelves, spans of work, children of what is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from energy.alerting import keeping
from energy.alerting.alert import Alert
from energy.alerting.flood import MANY, SETTLE
from energy.alerting.keeping import Keeping
from energy.alerting.raising import Raising
from energy.alerting.signal import Signal, SignalState
from energy.alerting.suppression import Expected, Suppression, Why
from energy.base.ids import id_of
from tests.energy.alerting.test_raising import alert_of, signal
from tests.energy.alerting.test_views import folded
from tests.fixtures.postgres import NOON, TestSite, command
from tests.fixtures.supply import electricity, node

pytestmark = pytest.mark.servers
CLEARED = SignalState.CLEARED


@pytest.fixture
def site(new_site: Any) -> TestSite:
    """A site in which bus-a feeds the meter m1, and nothing the meter m2."""
    site: TestSite = new_site(at=NOON)
    site.counter("m1")
    site.counter("m2")
    nodes = (node("grid", kind="incomer"), node("bus-a", "grid"), node("f1", "bus-a", point="m1"))
    site.application("metering").store(electricity(site.site.key, *nodes))
    site.project()
    return site


def take(site: TestSite, *signals: Signal) -> None:
    Raising(site.writer, site.schema, site.clock).take(signals)
    folded(site)


def kept(site: TestSite, seconds: float = 0) -> int:
    site.tick(seconds)
    done = Keeping(site.writer, site.schema, site.clock).step()
    folded(site)
    return done


def find(site: TestSite, n: int) -> Alert:
    found = site.application("operations").find(alert_of(n))
    assert isinstance(found, Alert)
    return found


def parents(site: TestSite) -> dict[UUID, UUID | None]:
    return dict(site.rows("SELECT alert, parent FROM {s}.alert WHERE cleared_at IS NULL"))


def test_a_shelf_ends_by_itself_once(site: TestSite) -> None:
    take(site, signal(1))
    alert = find(site, 1)
    alert.shelve(
        until=NOON + timedelta(hours=1), reason="noise", by=uuid4(), now=NOON, command_id=uuid4()
    )
    site.application("operations").store(alert)
    folded(site)
    assert [kept(site, 3599), kept(site, 1), kept(site)] == [0, 1, 0]
    assert find(site, 1).wakes


def test_children_stand_on_their_own_when_their_parent_is_over(site: TestSite) -> None:
    dead = signal(1, about="node:electricity/bus-a", cuts=True)
    take(site, dead, signal(2, channel=1), signal(3, channel=2))
    assert parents(site) == {alert_of(1): None, alert_of(2): alert_of(1), alert_of(3): None}
    take(site, signal(1, CLEARED, at=NOON + SETTLE))
    assert [kept(site, 2 * SETTLE.total_seconds() - 1), kept(site, 1), kept(site)] == [0, 1, 0]
    assert parents(site) == {alert_of(2): None, alert_of(3): None}
    assert find(site, 2).wakes


def test_one_for_many_is_over_when_all_of_them_are(site: TestSite) -> None:
    rule = id_of("rule", "doors")
    doors = [signal(n, rule=rule) for n in range(MANY)]
    take(site, *doors)
    (group,) = {parent for parent in parents(site).values() if parent}
    take(site, *(signal(n, CLEARED, rule=rule) for n in range(MANY - 1)))
    assert kept(site, 600) == 0
    take(site, signal(MANY - 1, CLEARED, at=site.clock.now(), rule=rule))
    assert [kept(site), kept(site, SETTLE.total_seconds()), kept(site)] == [0, 1, 0]
    assert parents(site) == {}
    assert site.rows("SELECT cleared_at FROM {s}.alert WHERE alert = %s", group) != [(None,)]


def declared(site: TestSite, about: str, begins_h: int, ends_h: int) -> None:
    span = Suppression.declare(
        Expected(
            suppression=id_of("span"),
            why=Why.OUTAGE,
            about=about,
            begins_at=NOON + timedelta(hours=begins_h),
            ends_at=NOON + timedelta(hours=ends_h),
        ),
        reason="new breaker",
        by=uuid4(),
        now=NOON,
        command_id=command("declare"),
    )
    site.application("operations").store(span)
    folded(site)


def test_many_that_are_expected_wake_nobody_and_hide_nothing_else(site: TestSite) -> None:
    declared(site, "node:electricity/bus-a", 0, 1)
    rule = id_of("rule", "silent")
    take(site, *(signal(n, rule=rule, channel=1) for n in range(MANY)))
    (group,) = {parent for parent in parents(site).values() if parent}
    one = site.application("operations").find(group)
    assert isinstance(one, Alert)
    assert not one.wakes
    take(site, signal(MANY, rule=rule, channel=2))
    assert find(site, MANY).wakes, "nothing was planned for it"
    assert kept(site, 3600) == MANY + 1
    one = site.application("operations").find(group)
    assert isinstance(one, Alert)
    assert one.wakes, "they still stand"


@pytest.mark.parametrize("about", ["node:electricity/bus-a", "point:m1"])
def test_planned_work_suppresses_for_its_span_what_hangs_on_it(site: TestSite, about: str) -> None:
    take(site, signal(1, channel=1))
    declared(site, about, 1, 2)
    assert [kept(site, 3599), kept(site, 1), kept(site)] == [0, 1, 0]
    now = site.clock.now()
    take(site, signal(2, channel=1, at=now), signal(3, channel=2, at=now))
    assert [find(site, n).wakes for n in (1, 2, 3)] == [False, False, True]
    assert [kept(site, 3599), kept(site, 1), kept(site)] == [0, 2, 0]
    assert [find(site, n).wakes for n in (1, 2, 3)] == [True, True, True]


def test_every_alert_has_its_turn_though_the_tables_stand_still(
    site: TestSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    take(site, *(signal(n, rule=id_of("rule", str(n))) for n in range(5)))
    for n in range(5):
        alert = find(site, n)
        until = NOON + timedelta(minutes=5)
        alert.shelve(until=until, reason="noise", by=uuid4(), now=NOON, command_id=uuid4())
        site.application("operations").store(alert)
    folded(site)
    site.tick(600)
    mine = Keeping(site.writer, site.schema, site.clock)
    for _ in range(3):
        mine.step()  # what it did before is not folded: it is due again, and changes nothing
    assert [find(site, n).wakes for n in range(5)] == [True] * 5
