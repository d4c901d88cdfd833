"""Assured events on a real database: their life, their limits, what they forbid, folded anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from energy.alerting.notices.errors import NoticeError
from energy.alerting.outages.desk import OutageDesk
from energy.alerting.rule_reads import list_rules
from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.period import Period
from energy.service.assurance.errors import AssuranceError
from energy.service.assurance.guard import EventGuard
from energy.service.assurance.kinds import EventState
from energy.service.assurance.plan import Staff
from energy.service.assurance.reads import (
    read_allowed,
    read_answers,
    read_editions,
    read_events,
    read_running,
)
from energy.service.assurance.views import ASSURANCE_TABLES
from energy.service.switching.errors import SwitchingError
from energy.service.work.errors import WorkError
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import OWNER, WEB
from processes.view_rebuild import verify_views
from tests.energy.alerting.notices import book
from tests.energy.service.assurance.hall import BEGIN, END, Hall, a_plan
from tests.energy.service.switching.board import permit, planned
from tests.energy.service.work.shop import ANNA, BEN, CLARA, fold
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
HALF = timedelta(minutes=30)


@pytest.fixture
def hall(site_schema: TestSite) -> Hall:
    return Hall(site_schema)


def test_limits_hold_in_the_time_of_the_event_alone_and_its_alert_names_it(hall: Hall) -> None:
    event = hall.approved(name="plan", nodes=("electricity/m1",))
    number = hall.event(event).number
    with hall.at.writer.connection() as connection:
        rules = list_rules(connection, hall.at.schema, hall.at.site.zone)
    assert [(row.key, row.subjects) for row in rules] == [(f"{number}-1-load", 1), ("load", 1)]
    told = [(BEGIN - HALF, 90), (BEGIN, 90), (BEGIN + HALF, 70), (END - HALF, 90), (END, 90)]
    for at, value in told:
        hall.at.clock.move_to(at)
        hall.measured((at, value))
    mine = (f"{number}-1-load", f"Load ({number})", "high", 90, 80)
    assert hall.alerts() == [
        (*mine, BEGIN, BEGIN + HALF),
        (*mine, END - HALF, END),
    ]


def test_life_from_plan_to_signed_report(hall: Hall) -> None:
    event = hall.plan()
    number = hall.event(event).number
    assert number == "V-2019-00001"
    assert hall.row(event).at(hall.at.clock.now()) is EventState.PLANNED
    assert hall.approve(event) == 1
    hall.check(event, "ups", "no")
    hall.check(event, "ups", "yes")
    hall.at.clock.move_to(BEGIN)
    with hall.at.writer.connection() as connection:
        assert [r.number for r in read_running(connection, hall.at.schema, BEGIN)] == [number]
    hall.measured((BEGIN, 90))
    hall.check(event, "volts", "230.50", BEN)
    hall.at.clock.move_to(END)
    hall.check(event, "remark", "all quiet")
    assert hall.row(event).at(END) is EventState.OVER
    hall.desk.sign(event, "went well", by=BEN, command_id=command("sign"))
    before = hall.entries()
    hall.desk.sign(event, "went well", by=BEN, command_id=command("sign"))
    assert hall.entries() == before
    row = hall.row(event)
    assert (row.state, row.words, row.signed_by) == ("signed", "went well", BEN)
    report = hall.desk.report(event)
    assert report.text() == row.report
    tables = {each.key: each.dicts() for each in report.tables}
    (alert,) = tables["event_alerts"]
    assert (alert["value"], alert["limit"], alert["of_event"]) == ("90 W", "80 W", "yes")
    assert [each["answer"] for each in tables["event_checks"]] == ["yes", "230.50", "all quiet"]
    assert [each["gap"] for each in tables["event_staff"]] == ["no_roster"]
    assert EventGuard(hall.at.writer, hall.at.site, hall.at.clock).spared() == []
    with hall.at.writer.connection() as connection:
        assert [row.key for row in list_rules(connection, hall.at.schema, hall.at.site.zone)] == [
            "load"
        ]
        answers = read_answers(connection, hall.at.schema, event)
    assert [(each.item, each.value) for each in answers] == [
        *[("ups", "no"), ("ups", "yes"), ("volts", "230.50"), ("remark", "all quiet")],
    ]


def test_every_act_out_of_its_time_or_by_the_wrong_person_is_refused(hall: Hall) -> None:
    def refused(act: Callable[[], Any], why: str) -> None:
        before = hall.entries()
        with pytest.raises(RefusedError, match=why):
            act()
        assert hall.entries() == before

    desk = hall.desk
    said: dict[str, Any] = {"by": BEN, "command_id": command("x")}
    past = Period(start=BEGIN - timedelta(days=1), end=END)
    refused(lambda: hall.plan(period=past), "begins now or later")
    refused(lambda: hall.plan(period=Period(start=BEGIN, end=BEGIN)), "ends after it begins")
    long = Period(start=BEGIN, end=BEGIN + timedelta(days=32))
    refused(lambda: hall.plan(period=long), "at most 31 days")
    with pytest.raises(WorkError, match="nowhere"):
        hall.plan(places=("nowhere",))
    with pytest.raises(WorkError, match="electricity/zz"):
        hall.plan(nodes=("electricity/zz",))
    (limit,) = a_plan().limits
    refused(lambda: hall.plan(limits=(replace(limit, rule="none"),)), "no rule none")
    refused(lambda: hall.plan(places=(), nodes=("electricity/f2",)), "watches nothing")
    event = hall.plan()
    refused(lambda: desk.approve(event, by=ANNA, command_id=command("x")), "Ask another person")
    refused(lambda: desk.approve(event, seen=2, **said), "newer edition")
    refused(lambda: desk.check(event, "ups", "yes", **said), "is planned")
    hall.approve(event)
    refused(lambda: desk.approve(event, **said), "holds already")
    refused(lambda: desk.check(event, "nothing", "yes", **said), "has no question nothing")
    refused(lambda: desk.check(event, "volts", "230", **said), "has begun")
    refused(lambda: desk.check(event, "remark", "x", **said), "when .* is over")
    refused(lambda: desk.check(event, "ups", "perhaps", **said), "perhaps")
    refused(lambda: desk.sign(event, "x", **said), "is approved")
    refused(lambda: desk.allow(event, "S-2019-00009", "must be", **said), "begins no id")
    refused(lambda: desk.call_off(event, " ", **said), "in words")
    hall.at.clock.move_to(END)
    refused(lambda: desk.change(event, a_plan(), "later", **said), "is over")
    refused(lambda: desk.call_off(event, "late", **said), "is over")
    refused(lambda: desk.sign(event, "x", by=ANNA, command_id=command("x")), "does not sign")
    refused(lambda: desk.sign(event, "x", **said), "not finished: ups, volts")
    hall.answer(event)
    refused(lambda: desk.sign(event, " ", **said), "in words")
    refused(lambda: desk.event(id_of("no", "event")), "no such assured event")


def test_changed_event_holds_as_before_until_the_change_is_approved(hall: Hall) -> None:
    event = hall.approved()
    later = Period(start=BEGIN, end=END + HALF)
    hall.at.clock.move_to(BEGIN)
    change = {"by": ANNA, "command_id": command("change")}
    assert [hall.desk.change(event, a_plan(period=later), "late", **change) for _ in "12"] == [2, 2]
    row = hall.row(event)
    assert (row.edition, row.holds, row.ends_at) == (2, 1, END)
    hall.measured((BEGIN, 90))
    hall.approve(event, name="again")
    row = hall.row(event)
    assert (row.holds, row.ends_at, row.rules) == (2, END + HALF, [f"{row.number}-2-load"])
    hall.measured((BEGIN + HALF, 90))
    assert [(key[-6:], cleared is None) for key, *_, cleared in hall.alerts()] == [
        *[("1-load", False), ("2-load", True)],
    ], "the rule of the edition before ends with it"
    with hall.at.writer.connection() as connection:
        editions = read_editions(connection, hall.at.schema, event)
    assert [(each.edition, each.reason, each.approved_by) for each in editions] == [
        *[(1, "", CLARA), (2, "late", CLARA)],
    ]


def test_called_off_its_limits_and_what_it_forbids_end_and_what_ran_is_still_signed(
    hall: Hall,
) -> None:
    event = hall.approved()
    hall.at.clock.move_to(BEGIN)
    hall.measured((BEGIN, 90))
    off = {"by": CLARA, "command_id": command("off")}
    for _ in range(2):
        hall.desk.call_off(event, "guest left", **off)
    fold(hall.at)
    hall.measured((BEGIN + HALF, 95))
    ((*_, cleared),) = hall.alerts()
    assert cleared is not None
    assert EventGuard(hall.at.writer, hall.at.site, hall.at.clock).spared() == []
    hall.desk.sign(event, "short", by=BEN, command_id=command("sign"))
    report = hall.desk.report(event)
    assert (report.begin, report.end) == ("2019-01-01T13:00:00+00:00",) * 2
    never = hall.approved("second", period=Period(start=BEGIN + HALF, end=END))
    hall.desk.call_off(never, "rain", by=CLARA, command_id=command("off", 2))
    with pytest.raises(AssuranceError, match="called off"):
        hall.desk.sign(never, "x", by=BEN, command_id=command("sign", 2))


def test_who_is_on_leave_is_refused_for_a_post(hall: Hall) -> None:
    from energy.service.duty.leave_desk import LeaveDesk

    leave = LeaveDesk(hall.at.writer, hall.at.site, hall.at.clock)
    day = BEGIN.date()
    asked = leave.ask(BEN, day, day, by=BEN, command_id=command("ask"))
    leave.approve(asked, {}, by_rule=False, by=CLARA, command_id=command("grant"))
    fold(hall.at)
    staff = (Staff(post="gate", person=BEN, period=Period(start=BEGIN, end=END)),)
    with pytest.raises(AssuranceError, match="post gate is on leave"):
        hall.plan(staff=staff)


def test_nothing_is_switched_or_permitted_there_meanwhile_unless_it_is_allowed(hall: Hall) -> None:
    board, at = hall.board, hall.at
    board.publish()
    order = board.write(begins_at=BEGIN, ends_at=END)
    elsewhere = board.write("elsewhere", about="node:electricity/f2", begins_at=BEGIN, ends_at=END)
    for each in (order, elsewhere):
        board.release(each)
    event = hall.plan()
    with pytest.raises(AssuranceError, match=r"S-2019-00001.* `event allow"):
        hall.approve(event)
    board.act(order, "withdraw", id_of("person", "operator"), "not then")
    fold(at)
    hall.approve(event)
    second = board.write("second", begins_at=BEGIN, ends_at=END)
    board.release(second)
    fold(at)
    at.clock.move_to(BEGIN)
    with pytest.raises(AssuranceError, match="V-2019-00001 is assured there until"):
        board.tell(second, 1)
    board.tell(elsewhere, 1)
    allow = {"by": CLARA, "command_id": command("allow")}
    for _ in range(2):
        assert hall.desk.allow(event, "s-2019-00003", "leak", **allow) == "S-2019-00003"
    board.tell(second, 1)
    fold(at)
    with at.writer.connection() as connection:
        ((called, reason),) = [
            (each.called, each.reason) for each in read_allowed(connection, at.schema, event)
        ]
    assert (called, reason) == ("S-2019-00003", "leak")


def test_permit_that_would_reach_into_the_event_is_refused(hall: Hall) -> None:
    board = hall.board
    board.publish()
    order = board.write(begins_at=BEGIN - HALF, ends_at=BEGIN)
    board.release(order)
    hall.approved()
    hall.at.clock.move_to(BEGIN - HALF)
    board.do(order, 1, 2, 3)
    given = permit(valid_until=BEGIN + HALF)
    with pytest.raises(AssuranceError, match="V-2019-00001"):
        board.desk.give_permit(order, given, by=board_operator(), command_id=command("permit"))
    given = permit(valid_until=BEGIN)
    board.desk.give_permit(order, given, by=board_operator(), command_id=command("permit", 2))


def test_what_was_begun_is_finished_and_taken_back_in_the_event_nothing_else_begins(
    hall: Hall,
) -> None:
    board, at = hall.board, hall.at
    board.publish()
    late, aborted, waiting = (
        board.write(name, begins_at=BEGIN - HALF, ends_at=BEGIN)
        for name in ("late", "aborted", "waiting")
    )
    for each in (late, aborted, waiting):
        board.release(each)
    hall.approved()
    at.clock.move_to(BEGIN - HALF)
    board.do(late, 1)
    board.do(aborted, 1)
    at.clock.move_to(BEGIN)
    board.do(late, 2, 3)
    board.act(aborted, "abort", board_operator(), "the guest is here")
    back = board.desk.write_back(
        aborted,
        planned(begins_at=BEGIN, ends_at=END),
        by=board_operator(),
        command_id=command("back"),
    )
    board.release(back)
    board.do(back, 1)
    fresh = board.write("fresh", begins_at=BEGIN, ends_at=END)
    board.release(fresh)
    with pytest.raises(AssuranceError, match="V-2019-00001"):
        board.tell(fresh, 1)
    with pytest.raises(SwitchingError, match="S-2019-00003"):
        board.tell(waiting, 1)


def board_operator() -> Any:
    return id_of("person", "operator")


def test_planned_outage_is_not_reviewed_into_the_event_unless_it_is_allowed(hall: Hall) -> None:
    at = hall.at
    guard = EventGuard(at.writer, at.site, at.clock)
    desk = OutageDesk(at.writer, at.site, at.clock, lambda _points, _day: [], guard.outage)
    event = hall.approved()
    outage = desk.plan(
        "node:electricity/f1",
        begins_at=END - HALF,
        ends_at=END + HALF,
        reason="breaker",
        by=ANNA,
        command_id=command("outage"),
    )
    fold(at)
    with pytest.raises(AssuranceError, match="V-2019-00001"):
        desk.review(outage, by=BEN, command_id=command("review"))
    hall.desk.allow(event, outage.hex[:8], "it leaks", by=CLARA, command_id=command("allow"))
    with pytest.raises(NoticeError):  # past the event: only the plan of notices is missing here
        desk.review(outage, by=BEN, command_id=command("review"))


def an_outage(hall: Hall, begins_at: datetime = END - HALF) -> UUID:
    """Plan an outage of the node that feeds the place, which can be told."""
    book.texts(hall.at)
    book.plan(hall.at)
    return outages(hall).plan(
        "node:electricity/f1",
        begins_at=begins_at,
        ends_at=END + HALF,
        reason="breaker",
        by=ANNA,
        command_id=command("outage"),
    )


def outages(hall: Hall, meanwhile: Callable[[], object] = lambda: None) -> OutageDesk:
    """Return a desk of outages; something happens once between what it asks and what it stores."""
    at, waits = hall.at, [meanwhile]
    guard = EventGuard(at.writer, at.site, at.clock)

    def forbid(*asked: Any) -> Sequence[JournalAggregate]:
        stored = guard.outage(*asked)
        while waits:
            waits.pop()()
        return stored

    return OutageDesk(at.writer, at.site, at.clock, lambda _points, _day: [], forbid)


def test_of_an_event_and_an_outage_approved_at_once_only_the_first_holds(hall: Hall) -> None:
    event, outage = hall.plan(), an_outage(hall)
    fold(hall.at)
    said: dict[str, Any] = {"by": BEN, "command_id": command("review")}
    with pytest.raises(AssuranceError, match="V-2019-00001"):
        outages(hall, lambda: hall.approve(event)).review(outage, **said)
    assert hall.row(event).holds == 1


def test_an_event_is_not_approved_before_the_tables_tell_the_outage_of_a_moment_ago(
    hall: Hall,
) -> None:
    event, outage = hall.plan(), an_outage(hall)
    fold(hall.at)
    assert outages(hall).review(outage, by=BEN, command_id=command("review")) == 0
    for why in ("in a moment", outage.hex[:8]):
        with pytest.raises(AssuranceError, match=why):
            hall.desk.approve(event, by=CLARA, command_id=command("approve"))
        fold(hall.at)
    hall.desk.allow(event, outage.hex[:8], "leak", by=CLARA, command_id=command("allow"))
    assert hall.approve(event) == 1


def test_events_read_by_staff_alone_and_folded_anew_are_the_same(hall: Hall) -> None:
    at = hall.at
    event = hall.approved()
    hall.check(event, "ups", "yes")
    hall.desk.change(event, a_plan(), "again", by=BEN, command_id=command("change"))
    hall.approve(event, name="again")
    hall.plan("other")
    hall.board.publish()
    hall.board.write()
    fold(at)
    hall.desk.allow(event, "S-2019-00001", "leak", by=CLARA, command_id=command("allow"))
    fold(at)
    owner = Database(at.server.dsn(OWNER), max_size=2)
    try:
        (found,) = verify_views(owner, at.site, "assurance", at.clock, tell=print)
    finally:
        owner.close()
    rows = {each.table: each.live_rows for each in found.tables if each.table in ASSURANCE_TABLES}
    assert all(rows[table] for table in ASSURANCE_TABLES), rows
    assert [each.table for each in found.tables if not each.equal] == []
    for scope, seen in ((STAFF, 1), ("tenant", 0)):
        pool = Database(at.server.dsn(WEB), max_size=2, scope=scope)
        try:
            with pool.connection() as connection:
                now = at.clock.now()
                assert len(read_events(connection, at.schema, since=now)) == 2 * seen
                assert len(read_editions(connection, at.schema, event)) == 2 * seen
                assert len(read_answers(connection, at.schema, event)) == seen
                assert len(read_allowed(connection, at.schema, event)) == seen
        finally:
            pool.close()
