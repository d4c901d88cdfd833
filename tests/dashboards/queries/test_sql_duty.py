"""Duty asked of a real database in the role of the web: who is there, who is called, the week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from dashboards.queries.sql_duty import SqlDuty
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.alerting.notices.desk import NoticeDesk
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.service.duty.calling import posts_known
from energy.service.duty.standing import Kind, Why
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from tests.energy.alerting.notices import book
from tests.energy.service.duty.offices import Office, slot
from tests.energy.service.duty.rota import ADA, BEN, BOSS, CY, DEE, EVE, MONDAY, named, on
from tests.fixtures.postgres import TestSite, command, database_server, new_site, site_schema

__all__ = ["database_server", "new_site", "site_schema"]
pytestmark = pytest.mark.servers


@dataclass
class Desk:
    """An office and the questions of the screens about it."""

    office: Office
    queries: SqlDuty

    def scope(self, role: Role = Role.DESK, site: str | None = None) -> Scope:
        sites = frozenset({site or self.office.at.site.key})
        return Scope(person=id_of("person", "x"), name="X", roles=frozenset({role}), sites=sites)


@pytest.fixture
def desk(site_schema: TestSite) -> Iterator[Desk]:
    office = Office(site_schema)
    staff = Database(site_schema.server.dsn(WEB), scope=STAFF)
    at = SqlSite(database=staff, site=site_schema.site, clock=site_schema.clock, vault=book.vault())
    yield Desk(office, SqlDuty(at))
    staff.close()


def test_the_board_has_who_is_there_the_stand_in_and_the_gap(desk: Desk) -> None:
    office = desk.office
    leave = office.ask(ADA, 1, 1)
    office.leave.approve(leave, {}, by_rule=True, by=BOSS, command_id=command("approve"))
    gap = slot(2, "day", "first")
    office.rosters.change(gap, None, reason="course", by=BOSS, command_id=command("gap"))
    office.go_to(1, 12)
    office.settle()
    board = desk.queries.duty(desk.scope(), MONDAY, office.instant(2, 8)).rows
    now = {each.post: each for each in board.now.posts}
    assert (board.now.shift, now["desk"].who and now["desk"].who.person) == ("day", BEN)
    assert list(now) == ["desk", "first", "reserve"], "in the order of the plan"
    assert (now["reserve"].who, now["reserve"].why) == (None, Why.OPEN)
    assert board.following is not None
    night = {each.post: each for each in board.following.posts}["desk"]
    assert night.who is not None
    assert (night.who.person, night.cause) == (DEE, "leave")
    cells = board.week.cells
    assert {each.slot.day for each in cells.values()} == {on(day) for day in range(7)}
    stood_in = cells[slot(1, "night")]
    assert stood_in.who is not None
    assert (stood_in.who.person, stood_in.cause, stood_in.gap) == (DEE, "leave", False)
    assert (cells[gap].who, cells[gap].wrong) == (None, (Kind.ON_PURPOSE,))
    assert cells[slot(0, "night")].over
    assert not cells[slot(1, "day")].over
    open_ = [each.slot for each in board.week.gaps]
    assert [each for each in open_ if each.post != "reserve"] == [gap]
    assert slot(0, "day", "reserve") not in open_, "its shift is over"
    assert [(each.first, each.last) for each in board.week.away] == [(on(1), on(1))]
    assert board.week.shifts == ("day", "night")


def test_who_is_called_widens_to_whoever_can_be_told(desk: Desk) -> None:
    office = desk.office
    book.contact(office.at, book.vault(), "ben", user=BEN, sms=book.BEN_PHONE)
    office.settle()
    posts = posts_known(office.at.writer, office.at.site)
    notices = NoticeDesk(office.at.writer, office.at.site, book.vault(), office.at.clock, posts)
    notices.set_group("duty", ["post:desk"], by=BOSS, command_id=command("group"))
    office.settle()
    board = desk.queries.duty(desk.scope(), MONDAY, office.instant(1, 3)).rows
    called = {each.post: each for each in board.called.posts}
    assert board.called.shift.shift == "night"
    circles = [[who.person for who in circle] for circle in called["desk"].circles]
    assert circles[0] == [CY]
    assert BEN in circles[1]
    assert called["desk"].first == 1, "Cy has no contact: the next circle is called"
    assert (called["desk"].named, called["first"].named) == (True, False)
    assert [who.person for who in called["first"].circles[0]] == [EVE]
    people = [who for circle in circles for who in circle]
    assert len(people) == len(set(people)), "each person stands in one circle"


def test_a_site_without_a_plan_has_an_empty_board_and_others_are_refused(
    site_schema: TestSite, desk: Desk
) -> None:
    board = desk.queries.duty(desk.scope(), on(400), desk.office.instant(400, 3)).rows
    assert board.planned is False  # nothing was folded yet
    assert (board.now.posts, board.called.posts, board.week.cells) == ((), (), {})
    for who in (desk.scope(site="elsewhere"), desk.scope(Role.TENANT)):
        with pytest.raises(NotPermittedError):
            desk.queries.duty(who, MONDAY, site_schema.clock.now())


def test_names_are_those_of_the_plan_that_holds(desk: Desk) -> None:
    desk.office.settle()
    assert desk.queries.duty_names(desk.scope()).shift("night", "zh") == "night"
    desk.office.rosters.set_plan(named(), by=BOSS, command_id=command("named"))
    desk.office.settle()
    names = desk.queries.duty_names(desk.scope())
    assert (names.shift("night", "zh"), names.post("desk", "en")) == ("夜班", "Control room")
    with pytest.raises(NotPermittedError):
        desk.queries.duty_names(desk.scope(site="elsewhere"))
