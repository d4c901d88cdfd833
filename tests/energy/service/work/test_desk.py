"""An incident from first contact to signature: one owner, two clocks, every refusal, retries."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from energy.alerting.alert import Alert
from energy.alerting.causes import AlertCause
from energy.base.ids import id_of
from energy.service.work.errors import WorkError
from energy.service.work.heard import Spot
from energy.service.work.kinds import IncidentState, Origin, Problem, Urgency, WaitsFor
from energy.service.work.levels import ServiceLevelError
from energy.service.work.reads import read_history, read_incidents
from tests.energy.service.work.shop import ANNA, BEN, CLARA, Shop, fold
from tests.fixtures.postgres import NOON, TestSite, command

pytestmark = pytest.mark.servers
CAUSE = (Problem.LEAK, AlertCause.FAULT, "a seal of the pump was worn")


@pytest.fixture
def shop(site_schema: TestSite) -> Shop:
    made = Shop(site_schema)
    made.publish()
    return made


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def resolved(shop: Shop, incident: UUID) -> None:
    shop.do(incident, "respond")
    shop.do(incident, "diagnose", *CAUSE)
    shop.do(incident, "resolve")


def test_an_incident_lives_to_its_signature_and_its_clocks_say_how_long(shop: Shop) -> None:
    incident = shop.open(heard_at=NOON - minutes(5))
    assert shop.open(heard_at=NOON - minutes(5)) == incident, "the command again"
    row = shop.incident_row(incident)
    assert (row.number, row.state, row.owner) == ("I-2019-00001", IncidentState.OPEN, ANNA)
    shop.site.tick(5 * 60)
    assert shop.clocks(incident).response.used == minutes(10)
    shop.do(incident, "respond")
    shop.site.tick(20 * 60)
    shop.do(incident, "pause", WaitsFor.PART)
    shop.site.tick(600 * 60)
    clocks = shop.clocks(incident)
    assert (clocks.response.used, clocks.response.broken) == (minutes(10), False)
    assert (clocks.resolution.used, clocks.resolution.paused) == (minutes(30), True)
    assert clocks.resolution.due_at is None
    shop.do(incident, "resume")
    shop.do(incident, "change", "new seal")
    shop.do(incident, "diagnose", *CAUSE)
    shop.site.tick(30 * 60)
    assert shop.clocks(incident).resolution.due_at == shop.now + minutes(240 - 60)
    shop.do(incident, "resolve")
    with pytest.raises(WorkError, match="another person"):
        shop.do(incident, "close")
    shop.do(incident, "close", by=CLARA)
    row = shop.incident_row(incident)
    assert (row.state, row.closed_by, row.problem, row.cause, row.changed) == (
        *(IncidentState.CLOSED, CLARA, "leak", "fault", "new seal"),
    )
    clocks = shop.clocks(incident)
    assert (clocks.resolution.used, clocks.resolution.stopped) == (minutes(60), True)
    with shop.site.writer.connection() as connection:
        assert read_incidents(connection, shop.site.schema) == []
        (every,) = read_incidents(connection, shop.site.schema, over=True)
        history = read_history(connection, shop.site.schema, incident)
    assert every == row
    assert [fact.act.removeprefix("incident.") for fact in history] == [
        *("opened", "responded", "paused", "resumed", "changed", "diagnosed"),
        *("resolved", "closed"),
    ]


def test_there_is_never_no_owner(shop: Shop) -> None:
    incident = shop.open()
    with pytest.raises(WorkError, match="already"):
        shop.do(incident, "hand_over", to=ANNA)
    with pytest.raises(WorkError, match="not offered"):
        shop.do(incident, "take", by=BEN)
    shop.do(incident, "hand_over", to=BEN)
    row = shop.incident_row(incident)
    assert (row.owner, row.offered) == (ANNA, BEN), "the first stays it until the other takes it"
    with pytest.raises(WorkError, match="not offered"):
        shop.do(incident, "take", by=CLARA)
    shop.do(incident, "take", by=BEN)
    row = shop.incident_row(incident)
    assert (row.owner, row.offered) == (BEN, None)
    with pytest.raises(WorkError, match="not offered"):
        shop.do(incident, "take", by=ANNA)


def test_what_does_not_fit_its_state_is_refused(shop: Shop) -> None:
    incident = shop.open()
    for act, said in (
        ("pause", [WaitsFor.PERMIT]),
        ("resume", []),
        ("diagnose", CAUSE),
        ("change", ["x"]),
        ("resolve", []),
        ("close", []),
    ):
        with pytest.raises(WorkError, match="I-2019-00001 is open"):
            shop.do(incident, act, *said)
    shop.do(incident, "respond")
    with pytest.raises(WorkError, match="under way"):
        shop.do(incident, "respond", by=BEN)
    with pytest.raises(WorkError, match="why"):
        shop.do(incident, "resolve")
    with pytest.raises(WorkError, match="in words"):
        shop.do(incident, "diagnose", Problem.OTHER, AlertCause.OTHER, "  ")
    with pytest.raises(WorkError, match="500"):
        shop.do(incident, "change", "x" * 501)
    shop.do(incident, "pause", WaitsFor.CUSTOMER)
    with pytest.raises(WorkError, match="paused"):
        shop.do(incident, "resolve")
    with pytest.raises(WorkError, match="no such incident"):
        shop.do(id_of("nothing"), "respond")


def test_a_first_contact_that_cannot_be_is_refused_and_takes_no_number(shop: Shop) -> None:
    refused: tuple[tuple[dict[str, Any], str], ...] = (
        ({"heard_at": NOON + minutes(1)}, "future"),
        ({"what": " "}, "what is wrong"),
        ({"spot": Spot(place="nowhere")}, "no place"),
        ({"spot": Spot(node="water/none")}, "of a node"),
        ({"spot": Spot(point="none")}, "no metering point"),
        ({"origin": Origin.ACCOUNT, "about": "A-2"}, "no account"),
        ({"origin": Origin.PLAN, "about": " "}, "Name the plan"),
    )
    for number, (changed, said) in enumerate(refused):
        with pytest.raises(WorkError, match=said):
            shop.open(number, **changed)
    with pytest.raises(ServiceLevelError, match="no class"):
        shop.open("class", level="gold")
    with pytest.raises(ServiceLevelError, match="2018-12-31"):
        shop.open("day", heard_at=NOON - timedelta(days=1))
    tenant = shop.open("tenant", origin=Origin.ACCOUNT, about="A-1")
    row = shop.incident_row(tenant)
    assert (row.number, row.origin, row.about) == ("I-2019-00001", "account", "A-1")


def an_alert(shop: Shop, about: str = "", channel: int = 0) -> UUID:
    alert = Alert(
        alert=id_of("alert", about, str(channel)),
        rule=id_of("rule"),
        channel=channel,
        severity="high",
        at=NOON,
        value=7,
        limit_value=5,
        historic=False,
        about=about,
        command_id=command("raise", about),
    )
    shop.site.application("operations").store(alert)
    return alert.id


def taken_up(shop: Shop, alert: UUID, by: UUID) -> UUID:
    return shop.incidents.open_from_alert(
        alert,
        "normal",
        what="too warm",
        urgency=Urgency.HIGH,
        by=by,
        command_id=command("take up", by),
    )


def test_one_alert_opens_one_incident_at_its_spot(shop: Shop) -> None:
    channel = shop.site.counter("m1")
    shop.site.project()
    alert = an_alert(shop, channel=channel)
    incident = taken_up(shop, alert, ANNA)
    assert taken_up(shop, alert, BEN) == incident, "told twice it finds the first"
    row = shop.incident_row(incident)
    assert (row.owner, row.about, row.point) == (ANNA, str(alert), "m1")
    of_node = taken_up(shop, an_alert(shop, "node:electricity/bus-a"), BEN)
    row = shop.incident_row(of_node)
    assert (row.number, row.node) == ("I-2019-00002", "electricity/bus-a")
    with pytest.raises(WorkError, match="no such alert"):
        taken_up(shop, incident, ANNA)


def test_what_was_over_goes_on_within_the_span_and_its_clock_with_it(shop: Shop) -> None:
    incident = shop.open(level="critical")
    shop.site.tick(60)
    resolved(shop, incident)
    shop.do(incident, "close", by=CLARA)
    shop.site.tick(13 * 86400)
    with pytest.raises(WorkError, match="Say why"):
        shop.do(incident, "reopen", " ", now=shop.now)
    shop.do(incident, "reopen", "drips again", by=BEN, now=shop.now)
    shop.site.tick(120)
    clocks = shop.clocks(incident)
    assert clocks.resolution.used == minutes(3), "the days between are not counted"
    row = shop.incident_row(incident)
    assert (row.state, row.closed_at, row.resolved_by, row.owner) == (
        *(IncidentState.UNDER_WAY, None, None, ANNA),
    )
    shop.do(incident, "resolve", by=BEN)
    shop.site.tick(14 * 86400 + 1)
    with pytest.raises(WorkError, match="14 days"):
        shop.do(incident, "reopen", "again", now=shop.now)


def test_a_class_without_a_second_person_is_closed_by_its_owner(shop: Shop) -> None:
    incident = shop.open(level="normal")
    resolved(shop, incident)
    shop.do(incident, "close")
    assert shop.incident_row(incident).state == IncidentState.CLOSED


def test_a_part_ends_with_the_cause_of_the_whole_and_has_no_parts(shop: Shop) -> None:
    whole, part, other = (shop.open(name) for name in "abc")
    desk = shop.incidents
    desk.join(part, whole, by=ANNA, command_id=command("join"))
    desk.join(part, whole, by=ANNA, command_id=command("join"))
    for child, parent in ((part, other), (other, part), (whole, other), (other, other)):
        with pytest.raises(WorkError, match="cannot be part"):
            desk.join(child, parent, by=ANNA, command_id=command("join", child, parent))
    assert shop.incident_row(part).parent == whole
    shop.do(part, "respond")
    shop.do(part, "resolve")
    assert shop.incident_row(part).state == IncidentState.RESOLVED


def test_who_owned_it_when_it_was_resolved_does_not_close_it_by_handing_it_over(
    shop: Shop,
) -> None:
    incident = shop.open()
    shop.do(incident, "respond")
    shop.do(incident, "diagnose", *CAUSE)
    shop.do(incident, "resolve", by=BEN)
    shop.do(incident, "hand_over", to=CLARA)
    shop.do(incident, "take", by=CLARA)
    for person in (ANNA, BEN, CLARA):
        with pytest.raises(WorkError, match="another person"):
            shop.do(incident, "close", by=person)
    shop.do(incident, "close", by=id_of("person", "dora"))


def test_nothing_becomes_part_of_what_is_closed(shop: Shop) -> None:
    whole, part = shop.open("whole"), shop.open("part")
    resolved(shop, whole)
    shop.do(whole, "close", by=CLARA)
    with pytest.raises(WorkError, match="is closed"):
        shop.incidents.join(part, whole, by=ANNA, command_id=command("late"))
    assert shop.incident_row(part).parent is None


def test_a_command_repeated_after_it_was_stored_changes_nothing(shop: Shop) -> None:
    incident = shop.open()
    acts: tuple[tuple[str, Sequence[Any], dict[str, Any]], ...] = (
        ("respond", [], {}),
        ("pause", [WaitsFor.PART], {}),
        ("resume", [], {}),
        ("diagnose", CAUSE, {}),
        ("change", ["seal"], {}),
        ("hand_over", [], {"to": BEN}),
        ("resolve", [], {}),
        ("reopen", ["drips"], {"now": NOON}),
    )
    for act, said, more in acts:
        shop.do(incident, act, *said, **more)
        before = shop.site.rows("SELECT count(*) FROM {s}.operations_events")
        shop.do(incident, act, *said, **more)
        assert shop.site.rows("SELECT count(*) FROM {s}.operations_events") == before, act
    fold(shop.site)


def test_many_who_hear_of_one_alert_at_once_open_one_incident(shop: Shop) -> None:
    alert = an_alert(shop, "node:electricity/bus-b")
    people = [id_of("person", str(number)) for number in range(6)]
    with ThreadPoolExecutor(max_workers=6) as pool:
        found = set(pool.map(lambda by: taken_up(shop, alert, by), people))
    assert len(found) == 1
    row = shop.incident_row(found.pop())
    assert (row.number, row.owner in people) == ("I-2019-00001", True)
    with shop.site.writer.connection() as connection:
        schema = shop.site.schema
        about = [len(read_incidents(connection, schema, about=a)) for a in (str(alert), "other")]
        own = [len(read_incidents(connection, schema, owner=who)) for who in (row.owner, CLARA)]
    assert (about, own) == ([1, 0], [1, 0])
    assert shop.incident_row(shop.open("next")).number == "I-2019-00002", "no number was lost"
