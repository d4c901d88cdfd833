"""Rules, back-tests, spans and loudness, asked of a real database in the role of the web."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from dashboards.rule_commands import RuleCommands
from dashboards.security.scope import Role
from dashboards.selection import selection_of
from energy.alerting.rule_desk import RuleDesk
from energy.alerting.suppression_desk import SuppressionDesk
from energy.base.errors import NotPermittedError, RefusedError
from energy.base.ids import id_of
from energy.store.embedded import EmbeddedPostgres
from tests.billing.conftest import new_town, server
from tests.dashboards.queries.conftest import NOW, WebTown, shown
from tests.dashboards.queries.test_sql_alerts import folded, scope

__all__ = ["server"]
pytestmark = pytest.mark.servers
DAYS = selection_of("?span=free&at=2019-01-01&until=2019-01-02", NOW.date())
SPEC = {
    "kind": "stuck",
    "key": "still",
    "name": "Still",
    "severity": "high",
    "channel": 0,
    "subject": {"quantity": "*"},
    "terms": {"for_s": "60"},
    "enabled": False,
}


@pytest.fixture(scope="module")
def ruled(server: EmbeddedPostgres) -> Iterator[WebTown]:
    """A town with one rule that waits."""
    with new_town(server) as town, shown(server, town) as web:
        RuleDesk(town.database, town.site, town.clock).define(SPEC, id_of("person", "x"))
        folded(town)
        yield web


def commands(web: WebTown) -> RuleCommands:
    site, clock = web.town.site, web.town.clock
    spans = SuppressionDesk(web.staff, site.schema, clock)
    return RuleCommands(site.key, RuleDesk(web.staff, site, clock), spans)


def test_a_back_test_tells_its_cases_and_stores_nothing(ruled: WebTown) -> None:
    schema = ruled.town.site.schema
    before = ruled.town.rows(f"SELECT count(*) FROM {schema}.operations_events")
    who = scope(ruled, Role.ENERGY_MANAGER)
    trial = ruled.queries.rule_trial(who, "still", DAYS)
    assert (trial.first, trial.last, trial.start.date()) == (
        DAYS.first,
        DAYS.last,
        trial.start.date(),
    )
    assert trial.subjects >= 1
    assert trial.readings > 0
    assert ruled.town.rows(f"SELECT count(*) FROM {schema}.operations_events") == before
    with pytest.raises(RefusedError, match="There is no rule"):
        ruled.queries.rule_trial(who, "none", DAYS)
    with pytest.raises(RefusedError, match="31 days at most"):
        ruled.queries.rule_trial(who, "still", selection_of("?span=year", NOW.date()))
    with pytest.raises(NotPermittedError):
        ruled.queries.rule_trial(scope(ruled, Role.DESK), "still", DAYS)


def test_a_rule_is_switched_on_as_it_was_seen_by_who_decides(ruled: WebTown) -> None:
    does = commands(ruled)
    with pytest.raises(NotPermittedError):
        does.enable(scope(ruled, Role.TECHNICIAN), "still", seen=1)
    manager = scope(ruled, Role.ENERGY_MANAGER)
    with pytest.raises(RefusedError, match="newer version"):
        does.enable(manager, "still", seen=2)
    does.enable(manager, "still", seen=1)
    folded(ruled.town)
    (row,) = ruled.queries.rules(scope(ruled, Role.VIEWER)).rows
    assert (row.key, row.version, row.enabled) == ("still", 1, True)


def test_a_span_is_declared_and_ended(ruled: WebTown) -> None:
    does, desk = commands(ruled), scope(ruled, Role.DESK)
    begins = datetime(2019, 2, 1, 9, tzinfo=UTC)
    span = (begins, begins + timedelta(hours=3))
    with pytest.raises(RefusedError, match="neither node"):
        does.expect(desk, "point:none", span, "Works")
    identity = does.expect(desk, "point:b1-elec", span, "Works")
    assert does.expect(desk, "point:b1-elec", span, "Works") == identity
    with pytest.raises(NotPermittedError):
        does.end(scope(ruled, Role.VIEWER), identity)
    does.end(desk, identity)
    folded(ruled.town)
    (row,) = ruled.queries.spans(desk).rows.rows
    assert (row.about, row.reason, row.ended_at is None) == ("point:b1-elec", "Works", False)


def test_a_silent_day_has_no_actors_and_a_stranger_reads_nothing(ruled: WebTown) -> None:
    found = ruled.queries.loudness(scope(ruled, Role.VIEWER), DAYS).rows
    assert (found.alarms, found.actors, found.beyond) == (0, (), ())
    stranger = scope(ruled, Role.ADMIN, "elsewhere")
    for ask in (ruled.queries.rules, ruled.queries.spans):
        with pytest.raises(NotPermittedError):
            ask(stranger)
    with pytest.raises(NotPermittedError):
        ruled.queries.loudness(stranger, DAYS)
