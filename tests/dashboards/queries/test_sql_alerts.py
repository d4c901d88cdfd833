"""Alerts over time and one alert's story, asked of a real database in the role of the web."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

import pytest

from dashboards.queries.alert_rows import AlertBoard, AlertTab
from dashboards.security.scope import Role, Scope
from dashboards.selection import selection_of
from energy.alerting.alert import Alert
from energy.alerting.causes import AlertCause
from energy.alerting.rule import Rule
from energy.alerting.views import OPERATIONS_VIEWS, AlertView
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.follower import Follower, event_fold
from energy.store.embedded import EmbeddedPostgres
from tests.billing.conftest import new_town, server
from tests.billing.town import Town
from tests.dashboards.queries.conftest import NOW, WebTown, shown
from tests.fixtures.meters import change_ratio, find_meter

__all__ = ["server"]
pytestmark = pytest.mark.servers
TODAY = NOW.date()
CLOSED, SEEN, OPEN, HISTORIC, FOUND = (id_of("alert", str(n)) for n in range(5))
RULE = id_of("rule", "load")
SEEN_BY = UUID(int=7)


def scope(web: WebTown, role: Role = Role.KIOSK, site: str | None = None) -> Scope:
    return Scope(
        person=id_of("person", "x"),
        name="X",
        roles=frozenset({role}),
        sites=frozenset({site or web.town.site.key}),
    )


def alert(which: UUID, at: datetime, *, code: str = "", historic: bool = False) -> Alert:
    return Alert(
        alert=which,
        rule=RULE,
        channel=1,
        severity="high" if which == OPEN else "medium",
        at=at,
        value=1500,
        limit_value=1200,
        historic=historic,
        command_id=uuid4(),
        code=code,
        about="",
    )


@pytest.fixture(scope="module")
def alarmed(server: EmbeddedPostgres) -> Iterator[WebTown]:
    """A town where five alerts were raised: two within one span of 10 minutes."""
    with new_town(server) as town, shown(server, town) as web:
        early = datetime(2019, 1, 3, 6, 0, tzinfo=UTC)
        closed, seen = alert(CLOSED, early), alert(SEEN, early + timedelta(minutes=9, seconds=59))
        closed.clear(at=early + timedelta(hours=1), value=1100, command_id=uuid4())
        seen.acknowledge(by=SEEN_BY, command_id=uuid4())
        found = alert(FOUND, early - timedelta(days=1), code="usage.frozen")
        old = alert(HISTORIC, early, historic=True)
        later = alert(OPEN, early + timedelta(minutes=10))
        application = JournalApplication(town.database, town.site.schema, "operations", town.clock)
        application.store(closed, seen, found, old, later)
        folded(town)
        yield web


def folded(town: Town) -> None:
    """Let the tables of alerts tell what the journal holds."""
    views = event_fold(town.site.schema, [AlertView()])
    schema = town.site.schema
    follower = Follower(town.database, schema, "operations", OPERATIONS_VIEWS, views, town.clock)
    while follower.step():
        pass


def board(web: WebTown, tab: AlertTab, search: str = "") -> AlertBoard:
    return web.queries.alert_board(scope(web), tab, selection_of(search, TODAY)).rows


def test_each_tab_holds_its_own_and_tells_the_others_counts(alarmed: WebTown) -> None:
    found = {tab: board(alarmed, tab) for tab in AlertTab}
    names = {tab: [row.alert for row in found[tab].rows] for tab in AlertTab}
    assert names[AlertTab.OPEN][0] == OPEN
    assert set(names[AlertTab.OPEN]) == {OPEN, HISTORIC, FOUND, SEEN}
    assert names[AlertTab.SHELVED] == names[AlertTab.SUPPRESSED] == []
    assert names[AlertTab.CLOSED] == [CLOSED]
    for each in found.values():
        assert each.counts == {tab: len(names[tab]) for tab in AlertTab}
        assert each.severities == (("high", 1), ("medium", 3))


def test_closed_ones_are_those_closed_in_the_selected_time(alarmed: WebTown) -> None:
    assert board(alarmed, AlertTab.CLOSED, "?at=2019-01-02").rows == ()
    assert board(alarmed, AlertTab.OPEN, "?at=2019-01-02").counts[AlertTab.OPEN] == 4


def test_the_rate_counts_what_was_raised_by_spans_of_ten_minutes(alarmed: WebTown) -> None:
    today = board(alarmed, AlertTab.OPEN)
    assert (today.raised, today.busiest) == (3, 2)
    assert today.busiest_at == datetime(2019, 1, 3, 6, 0, tzinfo=UTC)
    assert today.tens == 61  # 10 h 7 min have begun 61 spans
    before = board(alarmed, AlertTab.OPEN, "?at=2019-01-02")
    assert (before.raised, before.busiest, before.tens) == (1, 1, 144)
    assert board(alarmed, AlertTab.OPEN, "?at=2019-02-01").tens == 0


def test_bad_actors_are_told_by_rule_and_meter(alarmed: WebTown) -> None:
    today, week = board(alarmed, AlertTab.OPEN), board(alarmed, AlertTab.OPEN, "?span=week")
    assert [(actor.point, actor.code, actor.raised) for actor in today.actors] == [
        ("b1-elec", "", 3)
    ]
    assert [(actor.code, actor.raised) for actor in week.actors] == [("", 3), ("usage.frozen", 1)]


def test_a_story_has_its_journal_and_the_readings_around(alarmed: WebTown) -> None:
    answer = alarmed.queries.alert(scope(alarmed), SEEN)
    assert answer is not None
    told = answer.rows
    assert [(event.what, event.person) for event in told.events] == [
        ("raised", None),
        ("acknowledged", "?"),
    ]
    assert told.events[0].position < told.events[1].position
    assert told.row.value == told.events[0].value
    assert told.row.value > told.row.limit
    count = alarmed.town.one(
        f"SELECT count(*) FROM {alarmed.town.site.schema}.reading WHERE channel = 1 "
        f"AND at BETWEEN '{told.first.isoformat()}' AND '{told.last.isoformat()}'"
    )
    assert 0 < len(told.readings) == count, "readings of the town are minutes apart"
    assert all(isinstance(each.greatest, Decimal) for each in told.readings)
    assert told.last == NOW, "nothing is drawn of the future"
    assert told.node is None, "the town has no supply graph"


def test_a_finding_has_no_value_and_an_unknown_alert_no_story(alarmed: WebTown) -> None:
    answer = alarmed.queries.alert(scope(alarmed), FOUND)
    assert answer is not None
    assert (answer.rows.readings, answer.rows.events[0].value) == ((), None)
    assert alarmed.queries.alert(scope(alarmed), uuid4()) is None


def test_another_site_and_a_tenant_are_refused(alarmed: WebTown) -> None:
    for who in (scope(alarmed, site="elsewhere"), scope(alarmed, Role.TENANT)):
        with pytest.raises(NotPermittedError):
            alarmed.queries.alert_board(who, AlertTab.OPEN, selection_of("", TODAY))
        with pytest.raises(NotPermittedError):
            alarmed.queries.alert(who, SEEN)


def test_what_is_shelved_expected_or_told_on_another_stands_elsewhere(
    server: EmbeddedPostgres,
) -> None:
    with new_town(server) as town, shown(server, town) as web:
        at = datetime(2019, 1, 3, 6, 0, tzinfo=UTC)
        shelved, expected, child, parent, done = (alert(id_of("b", str(n)), at) for n in range(5))
        shelved.shelve(
            until=at + timedelta(hours=2), reason="fan", by=SEEN_BY, now=at, command_id=uuid4()
        )
        shelved.assign(to=SEEN_BY, by=SEEN_BY, command_id=uuid4())
        expected.suppress(why="outage", reference="x", command_id=uuid4())
        child.attach(parent=parent.id, command_id=uuid4())
        child.lose(at=at, command_id=uuid4())
        done.clear(at=at, value=1, command_id=uuid4())
        done.close(by=SEEN_BY, cause=AlertCause.OTHER, words="a bird", command_id=uuid4())
        application = JournalApplication(town.database, town.site.schema, "operations", town.clock)
        application.store(shelved, expected, child, parent, done)
        folded(town)
        tabs = {tab: board(web, tab) for tab in AlertTab}
        held = {tab: [row.alert for row in each.rows] for tab, each in tabs.items()}
        assert held == {
            AlertTab.OPEN: [parent.id],
            AlertTab.SHELVED: [shelved.id],
            AlertTab.SUPPRESSED: [expected.id],
            AlertTab.CLOSED: [],  # today in this world; it was closed by the machine's clock
        }
        assert [row.alert for row in web.queries.open_alerts(scope(web)).rows] == [parent.id]
        answer = web.queries.alert(scope(web, Role.DESK), parent.id)
        assert answer is not None
        (told,) = answer.rows.children
        assert (told.alert, told.parent, told.lost_at) == (child.id, parent.id, at)
        assert answer.rows.row.children == 1
        assert answer.rows.row.now_value is not None
        assert web.queries.alerts_beginning(scope(web), str(child.id)[:9]) == (child.id,)
        story = web.queries.alert(scope(web), done.id)
        assert story is not None
        last = story.rows.events[-1]
        assert (last.what, last.said, last.code) == ("closed", "a bird", "alert_cause.other")
        assert story.rows.people == (), "who may not act chooses nobody"


def test_a_contact_without_a_sign_in_that_replied_is_told_by_its_name(alarmed: WebTown) -> None:
    town, who = alarmed.town, uuid4()
    contact = f"{town.site.schema}.contact"
    with town.database.connection() as connection:
        connection.execute(
            f"INSERT INTO {contact} (contact, key, person, name_sealed, addresses, digests, "
            "language, acknowledges, changed_at, position) "
            "VALUES (%s, 'ada', %s, %s, '{}', '{}', 'en', true, now(), 1)".encode(),
            (SEEN_BY, who, town.vault.seal(who, "Ada Bright")),
        )
    try:
        answer = alarmed.queries.alert(scope(alarmed), SEEN)
    finally:
        with town.database.connection() as connection:
            connection.execute(f"DELETE FROM {contact}".encode())
    assert answer is not None
    assert answer.rows.row.acknowledged_by == "Ada Bright"
    assert answer.rows.events[-1].person == "Ada Bright"


def test_what_is_judged_in_a_unit_of_the_rule_is_told_in_it(server: EmbeddedPostgres) -> None:
    with new_town(server) as town, shown(server, town) as web:
        spec = {
            "key": "stuck",
            "version": 1,
            "name": "Stands still",
            "severity": "medium",
            "kind": "stuck",
            "channel": 0,
            "subject": {"quantity": "active_energy_import"},
            "terms": {"for_s": 2700},
        }
        told: dict[str, Any] = {"site": town.site.key, "key": "stuck", "version": 1}
        rule = Rule(**told, spec=spec, command_id=uuid4())
        raised = Alert(
            alert=OPEN,
            rule=rule.id,
            channel=1,
            severity="medium",
            at=datetime(2019, 1, 3, 6, 0, tzinfo=UTC),
            value=50,
            limit_value=45,
            historic=False,
            command_id=uuid4(),
        )
        application = JournalApplication(town.database, town.site.schema, "operations", town.clock)
        application.store(rule, raised)
        folded(town)
        (row,) = board(web, AlertTab.OPEN).rows
        assert (row.value, row.limit, row.unit, row.now_value) == (50, 45, "min", None)
        answer = web.queries.alert(scope(web), OPEN)
        assert answer is not None
        assert [event.value for event in answer.rows.events] == [50]
        assert answer.rows.readings == (), "what the register shows has another unit"


def test_an_alert_tells_its_value_by_the_transformers_of_its_time(
    server: EmbeddedPostgres,
) -> None:
    with new_town(server) as town, shown(server, town) as web:
        who = scope(web, Role.DESK)
        early = datetime(2019, 1, 3, 6, 0, tzinfo=UTC)
        JournalApplication(town.database, town.site.schema, "operations", town.clock).store(
            alert(SEEN, early)
        )
        folded(town)
        before = web.queries.alert(who, SEEN)
        metering = JournalApplication(town.database, town.site.schema, "metering", town.clock)
        meter = find_meter(metering, town.site.key, "b1-elec")
        ratio = 40 * Fraction(meter.multiplier)
        change_ratio(meter, when=early + timedelta(hours=1), counts={1: 9}, multiplier=ratio)
        metering.store(meter)
        town.catch_up()
        after = web.queries.alert(who, SEEN)
        assert before is not None
        assert after is not None
        assert (after.rows.row.value, after.rows.row.limit) == (
            before.rows.row.value,
            before.rows.row.limit,
        )
        assert after.rows.row.now_value == 40 * (before.rows.row.now_value or 0)
        readings = [[each.greatest for each in found.rows.readings] for found in (before, after)]
        assert readings[0] == readings[1]
