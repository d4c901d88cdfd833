"""Leave, slots and handovers asked of a real database in the role of the web."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from dashboards.queries.sql_duty import SqlDuty
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.alerting.notices.posts import nobody
from energy.base.ids import id_of
from energy.service.duty.errors import DutyError
from energy.service.duty.handover import HandoverState
from energy.service.duty.leave import LeaveState
from energy.service.reports.desk import ReportDesk
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from tests.energy.alerting.notices import book
from tests.energy.service.duty.offices import Office, hours, slot
from tests.energy.service.duty.rota import ADA, BEN, BOSS, CY, DEE, EVE, FAY, on
from tests.energy.service.reports.test_desk import contents
from tests.energy.service.requests.counter import Counter
from tests.energy.service.switching.board import GUARDIAN, HOLDER, OPERATOR, Board, permit
from tests.fixtures.postgres import TestSite, command, database_server, new_site, site_schema
from tests.fixtures.supply import STATION, electricity

__all__ = ["database_server", "new_site", "site_schema"]
pytestmark = pytest.mark.servers


class Desk:
    """An office and the questions of the screens about it."""

    def __init__(self, office: Office, queries: SqlDuty) -> None:
        self.office, self.queries = office, queries

    def scope(self, person: UUID, role: Role = Role.TECHNICIAN) -> Scope:
        sites = frozenset({self.office.at.site.key})
        return Scope(person=person, name="X", roles=frozenset({role}), sites=sites)


@pytest.fixture
def desk(site_schema: TestSite) -> Iterator[Desk]:
    office = Office(site_schema)
    staff = Database(site_schema.server.dsn(WEB), scope=STAFF)
    at = SqlSite(database=staff, site=site_schema.site, clock=site_schema.clock, vault=book.vault())
    yield Desk(office, SqlDuty(at))
    staff.close()


def test_what_leave_does_is_shown_before_anybody_decides(desk: Desk) -> None:
    office, queries = desk.office, desk.queries
    leave = office.ask(ADA, 1, 1)
    office.settle()
    boss = desk.scope(BOSS, Role.ENERGY_MANAGER)
    found = queries.duty_request(boss, leave)
    assert found is not None
    page = found.rows
    (effect,) = page.effects
    assert (page.line.who.person, page.line.state) == (ADA, LeaveState.ASKED)
    assert effect.slot == slot(1, "night")
    assert effect.period.start == office.instant(1, 19)
    assert effect.proposed is not None
    assert effect.proposed.person == DEE, "she stands ready that night"
    assert {who.person for who in effect.fit} == {DEE, FAY}, "Ben and Cy lack the rest"
    before, after = (
        [[who.person for who in circle] for circle in circles]
        for circles in (effect.calls_before, effect.calls_after)
    )
    assert before[0] == [ADA]
    assert after[0] == [DEE]
    assert ADA not in {who for circle in after[:-1] for who in circle}, "away: called last of all"
    given = {effect.slot: effect.proposed.person}
    office.leave.approve(leave, given, by_rule=False, by=BOSS, command_id=command("approve"))
    office.settle()
    decided = queries.duty_request(boss, leave)
    assert decided is not None
    assert (decided.rows.line.state, decided.rows.effects) == (LeaveState.APPROVED, ())
    assert office.on_duty(1, 20).posts["desk"] == DEE, "as the page proposed"


def test_others_see_their_own_leave_and_swaps_alone(desk: Desk) -> None:
    office, queries = desk.office, desk.queries
    first, later = office.ask(ADA, 4, 5), office.ask(BEN, 2, 2)
    office.leave.offer_swap(slot(10, "day"), FAY, None, by=BEN, command_id=command("swap"))
    office.leave.refuse(office.ask(CY, 6, 6), by=BOSS, command_id=command("refuse"))
    office.settle()
    board = queries.duty_leave(desk.scope(BOSS, Role.ENERGY_MANAGER)).rows
    assert [each.leave for each in board.waiting] == [later, first], "the earliest day first"
    assert [each.who.person for each in board.others] == [CY]
    assert [(each.gives.person, each.takes.person) for each in board.swaps] == [(BEN, FAY)]
    own = queries.duty_leave(desk.scope(ADA)).rows
    assert ([each.leave for each in own.waiting], own.others) == ([first], ())
    assert own.swaps == ()
    assert len(queries.duty_leave(desk.scope(FAY)).rows.swaps) == 1
    cy = queries.duty_leave(desk.scope(CY)).rows
    assert (cy.waiting, [each.state for each in cy.others]) == ((), [LeaveState.REFUSED])
    assert queries.duty_request(desk.scope(CY), first) is None
    assert queries.duty_request(desk.scope(BOSS, Role.ADMIN), office.roster) is None


def test_a_slot_has_who_may_stand_in_what_may_be_taken_back_and_how_it_came_so(
    desk: Desk,
) -> None:
    office, queries = desk.office, desk.queries
    office.go_to(1, 12)
    ours = slot(2, "night")
    office.rosters.change(ours, FAY, reason="course", by=BOSS, command_id=command("change"))
    office.settle()
    scope = desk.scope(FAY)
    found = queries.duty_slot(scope, str(ours))
    assert found is not None
    page = found.rows
    assert page.cell.who is not None
    assert (page.cell.who.person, page.cell.cause) == (FAY, "change")
    assert page.period.start == office.instant(2, 19)
    (change,) = page.changes
    assert (change.cause, change.reason) == ("change", "course")
    assert page.fit, "somebody may stand in"
    assert FAY not in {who.person for who in page.fit}
    slots = [key for key, _ in page.backs]
    assert slots == sorted(slots)
    assert slots[0] == slot(1, "day"), "the shift that runs may be taken, none that is over"
    assert all(key.post == "desk" and who.person != FAY for key, who in page.backs)
    over = queries.duty_slot(scope, str(slot(0, "day")))
    assert over is not None
    assert (over.rows.cell.over, over.rows.fit) == (True, ())
    assert queries.duty_slot(scope, str(slot(2, "noon"))) is None
    with pytest.raises(DutyError):
        queries.duty_slot(scope, "tomorrow")


def test_a_desk_passes_and_its_sheet_has_what_is_open(desk: Desk) -> None:
    office, queries = desk.office, desk.queries
    office.go_to(0, 18)
    point = office.log.tell("pump 2", stays_open=True, by=ADA, command_id=command("point"))
    office.settle()
    offered = office.log.offer("desk", by=ADA, command_id=command("offer"))
    office.settle()
    scope = desk.scope(CY)
    (standing,) = queries.handovers(scope).rows.desks
    assert (standing.post, standing.holder, standing.there) == ("desk", None, ADA)
    assert standing.offered is not None
    assert (standing.offered.handover, standing.offered.points) == (offered, 1)
    assert list(standing.fit) == [ADA, BEN, CY, DEE, FAY]
    assert standing.may_sign(BEN)
    assert not standing.may_sign(ADA), "she offered it"
    assert not standing.may_sign(EVE), "no controller"
    facts = queries.handover_facts(scope, timedelta(hours=12))
    assert [shift.shift for shift in facts.shifts] == ["day", "night"]
    assert [each.entry for each in facts.points] == [point]
    office.go_to(0, 19)
    office.log.sign(offered, by=CY, command_id=command("sign"))
    office.log.close(point, "bearing changed", by=CY, command_id=command("close"))
    office.settle()
    page = queries.handovers(scope).rows
    (standing,) = page.desks
    assert (standing.holder, standing.since) == (CY, office.instant(0, 19))
    assert (standing.offered, standing.newest) == (None, str(offered))
    assert standing.may_offer(CY)
    assert not standing.may_offer(EVE)
    assert not standing.may_offer(BEN), "Cy has it, and is there by the roster"
    assert [each.state for each in page.past] == [HandoverState.SIGNED]
    log = queries.shift_log(scope).rows
    assert (log.points, [each.entry for each in log.entries]) == ((), [point])
    office.go_to(9, 8)
    assert queries.shift_log(scope).rows.entries == (), "a week is shown"


def test_the_sheet_has_where_people_work_what_is_switched_and_what_is_owed(desk: Desk) -> None:
    office, at = desk.office, desk.office.at
    office.go_to(0, 9)
    now = at.clock.now()
    at.application("metering").store(electricity(at.site.key, *STATION))
    at.project()
    board = Board(at)
    board.publish()
    span = {"begins_at": now + timedelta(minutes=1), "ends_at": now + timedelta(hours=4)}
    order, later = board.write(**span), board.write("not released", **span)
    office.go_to(0, 10)
    board.release(order)
    board.do(order, 1, 2, 3)
    valid = now + timedelta(hours=3)
    given = permit(valid_until=valid)
    board.act(order, "give_permit", GUARDIAN, given, now=at.clock.now())
    counter = Counter(at)
    counter.publish()
    request, due = counter.open(), at.clock.now() + timedelta(minutes=30)
    call = {"due_at": due, "person": CY, "now": at.clock.now()}
    counter.do(request, "call_back", id_of("call", "1"), **call)
    counter.do(request, "call_back", id_of("call", "2"), **{**call, "due_at": due + hours(24)})
    reports = ReportDesk(at.writer, at.site, at.clock, nobody)
    spec = {"to": ["management"], "deadline": {"day": "11:30"}}
    reports.set_plan(spec, by=BOSS, command_id=command("reports"))
    day = replace(contents(5), span="2019-01-06", begin="2019-01-06", end="2019-01-07T00:00Z")
    reports.keep(day, {"metering": 1})
    office.settle()
    facts = desk.queries.handover_facts(desk.scope(CY), timedelta(hours=12))
    (out,) = facts.permits
    assert (out.number, out.node, out.until) == ("S-2019-00001/1", "electricity/f1", valid)
    assert (out.place, out.earthed_at, out.late) == ("cubicle 4", "E1, padlock 7", False)
    (switching,) = facts.switching
    assert (switching.number, switching.state) == ("S-2019-00001", "under_way"), "none else"
    assert [(each.due_at, each.late) for each in facts.calls] == [(due, False)]
    (report,) = facts.reports
    assert (report.kind, report.span, report.late) == ("day", "2019-01-06", False)
    office.go_to(0, 14)
    facts = desk.queries.handover_facts(desk.scope(CY), timedelta(hours=12))
    assert [each.late for each in (*facts.permits, *facts.calls, *facts.reports)] == [True] * 3
    board.act(order, "return_permit", HOLDER)
    board.act(later, "withdraw", OPERATOR, "rain")
    office.settle()
    facts = desk.queries.handover_facts(desk.scope(CY), timedelta(hours=12))
    assert (facts.permits, len(facts.switching)) == ((), 1)


def test_a_day_without_a_roster_has_no_slot(desk: Desk) -> None:
    desk.office.settle()
    assert desk.queries.duty_slot(desk.scope(ADA), f"{on(60)}/day/desk") is None
