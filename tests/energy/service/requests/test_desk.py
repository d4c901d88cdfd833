"""A request from first contact to its end: owner, clocks, every refusal, retries, erasure."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from energy.base.ids import id_of
from energy.service.requests.errors import RequestError
from energy.service.requests.kinds import CallOutcome, Category, Channel, Outcome, RequestKind
from energy.service.requests.reads import (
    read_calls,
    read_made,
    read_request_history,
    read_requests,
)
from energy.service.requests.request import TenantRequest
from energy.service.work.errors import WorkError
from energy.service.work.heard import Spot
from energy.service.work.job import Job
from energy.service.work.kinds import OrderKind, Urgency
from energy.service.work.levels import ServiceLevelError
from tests.energy.service.requests.counter import ANNA, BEN, CLARA, TENANT, Counter
from tests.energy.service.work.shop import fold
from tests.fixtures.postgres import NOON, TestSite, command

pytestmark = pytest.mark.servers
SECRET = "Mr Brown of 07700 900123 says the bill is wrong"


@pytest.fixture
def counter(site_schema: TestSite) -> Counter:
    made = Counter(site_schema)
    made.publish()
    return made


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def test_one_answer_ends_an_enquiry_and_its_clocks_say_how_long(counter: Counter) -> None:
    request = counter.open(heard_at=NOON - minutes(5))
    assert counter.open(heard_at=NOON - minutes(5)) == request, "the command again"
    row = counter.row(request)
    assert (row.number, row.state, row.owner, row.level) == (
        *("R-2019-00001", "open", ANNA, "enquiry"),
    )
    counter.site.tick(5 * 60)
    counter.answer(request)
    clocks = counter.clocks(request)
    assert (clocks.response.used, clocks.response.stopped) == (minutes(10), True)
    counter.resolve(request)
    counter.do(request, "rate", 5, "")
    counter.do(request, "close")
    row = counter.row(request)
    assert (row.state, row.outcome, row.first_contact, row.score, row.answers) == (
        *("closed", "explained", True, 5, 1),
    )
    with counter.site.writer.connection() as connection:
        assert read_requests(connection, counter.site.schema) == []
        history = read_request_history(connection, counter.site.schema, request)
    assert [fact.act.removeprefix("tenant_request.") for fact in history] == [
        *("opened", "answered", "resolved", "rated", "closed"),
    ]


def test_the_clock_stands_still_while_it_waits_for_the_tenant_and_while_it_was_over(
    counter: Counter,
) -> None:
    request = counter.open()
    counter.site.tick(10 * 60)
    counter.answer(request, "which meter?")
    counter.do(request, "pause")
    counter.site.tick(500 * 60)
    clocks = counter.clocks(request)
    assert (clocks.resolution.used, clocks.resolution.paused) == (minutes(10), True)
    counter.do(request, "resume")
    counter.site.tick(10 * 60)
    counter.do(request, "pause")
    counter.site.tick(60)
    counter.resolve(request, Outcome.SILENT)
    assert counter.row(request).first_contact is False
    counter.site.tick(86400)
    counter.do(request, "reopen", "", now=counter.site.clock.now())
    counter.site.tick(10 * 60)
    assert counter.clocks(request).resolution.used == minutes(30)
    row = counter.row(request)
    assert (row.reopened, row.first_contact, row.outcome) == (1, None, "")
    counter.resolve(request)
    counter.site.tick(14 * 86400 + 1)
    with pytest.raises(RequestError, match="14 days"):
        counter.do(request, "reopen", "", now=counter.site.clock.now())


def test_what_does_not_fit_its_state_is_refused(counter: Counter) -> None:
    request = counter.open()
    refused: tuple[tuple[str, tuple[Any, ...], dict[str, Any], str], ...] = (
        ("pause", (), {}, "is open"),
        ("resume", (), {}, "is open"),
        ("reopen", ("x",), {"now": NOON}, "is open"),
        ("close", (), {}, "is open"),
        ("rate", (3, ""), {}, "is open"),
        ("resolve", (Outcome.DONE, ""), {}, "Nobody has answered"),
        ("hand_over", (), {"to": ANNA}, "already"),
        ("take", (), {"by": BEN}, "not offered"),
        ("classify", ("late", 4), {}, "no complaint"),
        ("judge", ("meters",), {"justified": True}, "no complaint"),
        ("called", (request, CallOutcome.REACHED, ""), {}, "No such call-back"),
    )
    for act, given, more, why in refused:
        with pytest.raises(RequestError, match=why):
            counter.do(request, act, *given, **more)
    with pytest.raises(RequestError, match="in words"):
        counter.answer(request, "  ")
    with pytest.raises(RequestError, match="2000"):
        counter.answer(request, "x" * 2001)
    for at in (NOON - minutes(1), NOON + minutes(1)):
        with pytest.raises(RequestError, match="before it was heard"):
            counter.answer(request, at=at)
    counter.answer(request)
    counter.resolve(request)
    with pytest.raises(RequestError, match="1 to 5"):
        counter.do(request, "rate", 6, "")
    counter.do(request, "rate", 2, "")
    with pytest.raises(RequestError, match="has rated"):
        counter.do(request, "rate", 5, "")
    with pytest.raises(RequestError, match="is resolved"):
        counter.answer(request, "late")
    counter.do(request, "close")
    with pytest.raises(RequestError, match="is closed"):
        counter.do(request, "note", "x")
    with pytest.raises(RequestError, match="no such request"):
        counter.do(id_of("nothing"), "close")


def test_a_first_contact_that_cannot_be_is_refused_and_takes_no_number(counter: Counter) -> None:
    refused: tuple[tuple[dict[str, Any], type[Exception], str], ...] = (
        ({"heard_at": NOON + minutes(1)}, RequestError, "future"),
        ({"words": " "}, RequestError, "in words"),
        ({"tenant": "party/nobody"}, RequestError, "no tenant"),
        ({"invoice": "9"}, RequestError, "no bill"),
        ({"kind": RequestKind.BILL_DISPUTE}, ServiceLevelError, "bill-dispute"),
        ({"spot": Spot(point="none")}, WorkError, "no metering point"),
        ({"heard_at": NOON - timedelta(days=1)}, ServiceLevelError, "2018-12-31"),
    )
    for number, (changed, error, why) in enumerate(refused):
        with pytest.raises(error, match=why):
            counter.open(number, **changed)
    dispute = counter.asked(kind=RequestKind.BILL_DISPUTE)
    with pytest.raises(RequestError, match="which bill"):
        counter.desk.open(dispute, "x", "enquiry", by=ANNA, command_id=command("bill"))
    named = counter.asked(kind=RequestKind.BILL_DISPUTE, invoice="2019-0001")
    request = counter.desk.open(named, "x", "enquiry", by=ANNA, command_id=command("b"))
    row = counter.row(request)
    assert (row.number, row.invoice, row.kind) == ("R-2019-00001", "2019-0001", "bill_dispute")


def test_there_is_never_no_owner_and_who_is_higher_takes_what_is_escalated(
    counter: Counter,
) -> None:
    request = counter.open()
    counter.do(request, "hand_over", to=BEN)
    row = counter.row(request)
    assert (row.owner, row.offered) == (ANNA, BEN)
    with pytest.raises(RequestError, match="not offered"):
        counter.do(request, "take", by=CLARA)
    counter.do(request, "escalate", "angry", to=CLARA, by=BEN)
    counter.do(request, "take", by=CLARA)
    row = counter.row(request)
    assert (row.owner, row.offered, row.escalations) == (CLARA, None, 1)
    counter.answer(request, by=CLARA)
    counter.resolve(request, by=CLARA)
    assert counter.row(request).first_contact is False


def test_a_complaint_is_classed_and_judged_and_its_points_are_of_its_levels(
    counter: Counter,
) -> None:
    request = counter.open(kind=RequestKind.COMPLAINT, category=Category.CONDUCT)
    desk = counter.desk
    counter.answer(request, "sorry")
    with pytest.raises(RequestError, match="is justified"):
        counter.resolve(request)
    with pytest.raises(RequestError, match="of what class"):
        desk.judge(request, "meters", justified=True, by=ANNA, command_id=command("j0"))
    with pytest.raises(RequestError, match="late, rude"):
        desk.classify(request, "slow", by=ANNA, command_id=command("c0"))
    desk.classify(request, "late", by=ANNA, command_id=command("c1"))
    with pytest.raises(RequestError, match="meters"):
        desk.judge(request, "nobody", justified=True, by=ANNA, command_id=command("j1"))
    desk.judge(request, "meters", justified=True, by=ANNA, command_id=command("j2"))
    row = counter.row(request)
    assert (row.complaint, row.justified, row.unit, row.points) == ("late", True, "meters", 4)
    desk.classify(request, "rude", by=ANNA, command_id=command("c2"))
    assert counter.row(request).justified is None, "another class is judged anew"
    with pytest.raises(RequestError, match="is justified"):
        counter.resolve(request)
    desk.judge(request, "meters", justified=False, by=ANNA, command_id=command("j3"))
    assert counter.row(request).points == 0
    counter.resolve(request)
    with pytest.raises(RequestError, match="another person"):
        counter.do(request, "close")
    counter.do(request, "close", by=BEN)


def test_a_missed_call_back_is_seen_and_keeps_a_request_open(counter: Counter) -> None:
    request, call = counter.open(), id_of("call", "1")
    due = NOON + minutes(30)
    with pytest.raises(RequestError, match="not in the future"):
        counter.do(request, "call_back", call, due_at=NOON, person=BEN, now=NOON)
    counter.do(request, "call_back", call, due_at=due, person=BEN, now=NOON)
    counter.answer(request)
    with pytest.raises(RequestError, match="call-back"):
        counter.resolve(request)
    counter.site.tick(31 * 60)
    fold(counter.site)
    schema = counter.site.schema
    with counter.site.writer.connection() as connection:
        (row,) = read_calls(connection, schema, person=BEN)
        assert read_calls(connection, schema, person=ANNA) == []
    assert (row.number, row.missed(counter.site.clock.now()), row.missed(due)) == (
        *("R-2019-00001", True, False),
    )
    counter.do(request, "called", call, CallOutcome.NOT_REACHED, "", by=BEN)
    counter.resolve(request)
    fold(counter.site)
    with counter.site.writer.connection() as connection:
        assert read_calls(connection, schema) == []
        (row,) = read_calls(connection, schema, request=request, done=True)
    assert (row.outcome, row.missed(NOON + timedelta(days=9))) == ("not_reached", True)


def make_order(counter: Counter, request: UUID, name: str = "order") -> UUID:
    job = Job(
        kind=OrderKind.CORRECTIVE,
        what="test the meter",
        spot=Spot(),
        since=counter.site.clock.now(),
    )
    return counter.desk.make_order(
        request, job, "", checklist="", by=ANNA, command_id=command(name)
    )


def test_work_made_from_a_request_is_stored_with_it(counter: Counter) -> None:
    channel = counter.site.counter("m1")
    assert channel
    counter.site.project()
    request = counter.open(spot=Spot(point="m1"))
    with ThreadPoolExecutor(max_workers=4) as pool:
        orders = set(pool.map(lambda _: make_order(counter, request), range(4)))
    assert len(orders) == 1, "one command, told by four at once"
    made = counter.desk.make_incident(
        request, "sparks", "", Urgency.DANGER, by=ANNA, command_id=command("incident")
    )
    again = counter.desk.make_incident(
        request, "sparks", "", Urgency.DANGER, by=ANNA, command_id=command("incident")
    )
    assert made == again
    fold(counter.site)
    with counter.site.writer.connection() as connection:
        found = read_made(connection, counter.site.schema, request)
    assert [(row.kind, row.number, row.state) for row in found] == [
        ("work_order", "W-2019-00001", "open"),
        ("incident", "I-2019-00001", "open"),
    ]
    assert counter.site.rows("SELECT point, level FROM {s}.work_order") == [("m1", "enquiry")]
    assert counter.site.rows("SELECT point, origin, about FROM {s}.incident") == [
        ("m1", "request", "R-2019-00001")
    ]
    counter.answer(request)
    counter.resolve(request)
    before = counter.site.rows("SELECT count(*) FROM {s}.operations_events")
    with pytest.raises(RequestError, match="is resolved"):
        make_order(counter, request, "late")
    assert counter.site.rows("SELECT count(*) FROM {s}.operations_events") == before
    assert make_order(counter, request) in orders, "the command again finds its order"


def test_an_enquiry_of_the_portal_is_one_request_that_whoever_answers_owns(
    counter: Counter,
) -> None:
    enquiry = id_of("enquiry", "1")
    asked = counter.asked(channel=Channel.PORTAL, enquiry=enquiry)

    def brought(number: int) -> UUID:
        return counter.desk.open_from_portal(
            asked, person=TENANT, serving=[ANNA, CLARA], command_id=command("bring", number)
        )

    with ThreadPoolExecutor(max_workers=4) as pool:
        (request,) = set(pool.map(brought, range(4)))
    row = counter.row(request)
    assert (row.owner, row.claimed, row.enquiry_words) == (CLARA, False, 1)
    counter.site.tick(20 * 60)
    now = counter.site.clock.now()
    counter.do(request, "answer", Channel.PORTAL, "", at=NOON + minutes(7), now=now, word=2, by=BEN)
    row = counter.row(request)
    assert (row.owner, row.claimed, row.enquiry_words) == (BEN, True, 2)
    assert counter.clocks(request).response.used == minutes(7), "not when it was brought"
    counter.do(request, "pause", by=BEN)
    counter.do(request, "go_on", "", at=NOON + minutes(9), word=3, by=TENANT)
    assert counter.row(request).state == "under_way", "a word said before the pause ends it"
    counter.resolve(request, by=BEN)
    counter.site.tick(60)
    counter.do(request, "go_on", "", at=counter.site.clock.now(), word=4, by=TENANT)
    row = counter.row(request)
    assert (row.state, row.reopened, row.enquiry_words) == ("under_way", 1, 4)
    counter.do(request, "go_on", "", at=counter.site.clock.now(), word=5, by=TENANT)
    assert counter.row(request).reopened == 1


def test_what_came_by_itself_anybody_takes_once(counter: Counter) -> None:
    asked = counter.asked(channel=Channel.PORTAL, enquiry=id_of("enquiry", "2"))
    request = counter.desk.open_from_portal(
        asked, person=TENANT, serving=[CLARA], command_id=command("bring")
    )
    counter.do(request, "take", by=BEN)
    assert counter.row(request).owner == BEN
    with pytest.raises(RequestError, match="not offered"):
        counter.do(request, "take", by=ANNA)


def test_words_are_sealed_and_gone_with_the_key(counter: Counter) -> None:
    request = counter.open(words=SECRET)
    counter.answer(request, SECRET)
    fold(counter.site)
    schema = counter.site.schema
    plain = "900123"
    for table in ("operations_events", "tenant_request", "tenant_request_fact"):
        (said,) = counter.site.rows(f"SELECT string_agg(t::text, '') FROM {{s}}.{table} AS t")
        assert plain not in said[0], table
    for (state,) in counter.site.rows("SELECT state FROM {s}.operations_events"):
        assert plain.encode() not in bytes(state)
    row = counter.row(request)
    assert counter.vault.open(row.person, row.words_sealed) == SECRET
    with counter.site.writer.connection() as connection:
        history = read_request_history(connection, schema, request)
    assert counter.vault.open(row.person, history[1].words_sealed) == SECRET
    del counter.keys.kept[TENANT]
    assert counter.vault.open(row.person, row.words_sealed) == "?"


def test_a_command_repeated_after_it_was_stored_changes_nothing(counter: Counter) -> None:
    request, call = counter.open(kind=RequestKind.COMPLAINT), id_of("call", "1")
    acts: tuple[tuple[str, tuple[Any, ...], dict[str, Any]], ...] = (
        ("answer", (Channel.MAIL, "s"), {"at": NOON, "now": NOON}),
        ("note", ("s",), {}),
        ("pause", (), {}),
        ("resume", (), {}),
        ("hand_over", (), {"to": BEN}),
        ("escalate", ("s",), {"to": CLARA}),
        ("take", (), {"by": CLARA}),
        ("classify", ("late", 4), {}),
        ("judge", ("meters",), {"justified": True}),
        ("call_back", (call,), {"due_at": NOON + minutes(1), "person": BEN, "now": NOON}),
        ("called", (call, CallOutcome.NEEDLESS, ""), {}),
        ("go_on", ("s",), {"at": NOON, "word": 2}),
        ("resolve", (Outcome.DONE, ""), {}),
        ("rate", (4, ""), {}),
        ("reopen", ("s",), {"now": NOON}),
        ("resolve", (Outcome.REFUSED, ""), {}),
        ("close", (), {"by": BEN}),
    )
    for act, given, more in acts:
        counter.do(request, act, *given, **more)
        before = counter.site.rows("SELECT count(*) FROM {s}.operations_events")
        counter.do(request, act, *given, **more)
        assert counter.site.rows("SELECT count(*) FROM {s}.operations_events") == before, act
    found = counter.desk.request(request)
    assert isinstance(found, TenantRequest)
    row = counter.row(request)
    assert (found.owner, found.state, found.answers, found.claimed) == (
        *(row.owner, row.state, row.answers, row.claimed),
    )
