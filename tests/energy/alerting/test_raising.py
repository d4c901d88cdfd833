"""Signals become facts: once each, many at once, whoever else raises the same."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from energy.alerting.alert import Alert
from energy.alerting.flood import Group
from energy.alerting.raising import AT_ONCE, Raising
from energy.alerting.signal import Signal, SignalState
from energy.base.ids import id_of
from tests.fixtures.postgres import NOON, TestSite

pytestmark = pytest.mark.servers
RAISED, CLEARED = SignalState.RAISED, SignalState.CLEARED


def signal(n: int, state: SignalState = RAISED, **facts: Any) -> Signal:
    """Return a signal of the alert n, said at noon unless told otherwise."""
    said: dict[str, Any] = {"at": NOON, "rule": id_of("rule", str(n)), "severity": "high"}
    return Signal(alert=alert_of(n), state=state, **{**said, "value": n, "limit": 5, **facts})


def alert_of(n: int) -> UUID:
    return id_of("alert", str(n))


def raising(site: TestSite) -> Raising:
    return Raising(site.writer, site.schema, site.clock)


def entries(site: TestSite) -> int:
    return int(site.rows("SELECT count(*) FROM {s}.operations_events")[0][0])


def test_what_is_told_again_changes_nothing(site_schema: TestSite) -> None:
    told = [signal(1), signal(2), signal(1, CLEARED), signal(3, CLEARED)]
    assert [raising(site_schema).take(told) for _ in range(3)] == [2, 0, 0]
    assert entries(site_schema) == 3


def test_more_than_fit_a_transaction_are_all_stored(site_schema: TestSite) -> None:
    many = AT_ONCE * 2 + 7
    told = [signal(n) for n in range(many)]
    cleared = [signal(n, CLEARED) for n in range(many)]
    assert raising(site_schema).take([*told, *cleared]) == many
    assert entries(site_schema) == 2 * many


def test_what_was_raised_long_ago_is_historic_by_its_own_limit(site_schema: TestSite) -> None:
    site_schema.clock.move_to(NOON + timedelta(seconds=601))
    told = [
        signal(1, fresh_s=600),
        signal(2, fresh_s=601),
        signal(3, fresh_s=600, newest=NOON + timedelta(seconds=1)),
    ]
    raising(site_schema).take(told)
    known = site_schema.application("operations").find_all(alert_of(n) for n in (1, 2, 3, 4))
    assert {n: known[alert_of(n)].historic for n in (1, 2, 3)} == {1: True, 2: False, 3: False}
    assert all(isinstance(alert, Alert) for alert in known.values())


def test_several_at_once_raise_each_alert_once(site_schema: TestSite) -> None:
    start = threading.Barrier(3)
    failed: list[BaseException] = []

    def raise_all() -> None:
        start.wait()
        try:
            raising(site_schema).take([signal(n) for n in range(40)])
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=raise_all) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert entries(site_schema) == 40


@pytest.mark.parametrize(
    ("causes", "each"), [(3, 60), pytest.param(20, 500, marks=pytest.mark.slow)]
)
def test_a_flood_within_a_minute_is_stored_whole_with_one_alert_a_cause(
    site_schema: TestSite, causes: int, each: int
) -> None:
    number = causes * each
    told = [
        signal(n, rule=id_of("rule", str(n % causes)), at=NOON + timedelta(seconds=60 * n / number))
        for n in range(number)
    ]
    mine = raising(site_schema)
    for first in range(0, number, 1000):  # as slices of the journal come
        mine.take(told[first : first + 1000])
    found = site_schema.application("operations")
    known = found.find_all(one.alert for one in told)
    assert len(known) == number
    parents = {alert.parent for alert in known.values()}
    assert None not in parents
    assert len(parents) == causes
    groups = found.find_all(parents)
    assert {group.code for group in groups.values()} == {Group.MANY}
    assert [group.wakes for group in groups.values()] == [True] * causes
