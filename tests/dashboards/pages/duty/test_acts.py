"""What is said of duty at a page reaches the journal once, by whoever may say it. Real desks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from dashboards.components.act_form import Done
from dashboards.pages.duty.acts import ACTS
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import UnknownSubjectError
from dashboards.queries.sql_duty import SqlDuty
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from dashboards.theme import Theme
from dashboards.viewer import Viewer
from energy.base.errors import NotPermittedError
from energy.service.duty.errors import DutyError
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from processes.web import duty_of
from tests.dashboards.fakes import commands_with
from tests.dashboards.test_pages import parts
from tests.energy.alerting.notices import book
from tests.energy.service.duty.offices import Office, slot
from tests.energy.service.duty.rota import ADA, BEN, BOSS, CY, DEE, FAY, named, on
from tests.energy.service.work.shop import Shop
from tests.fixtures.postgres import TestSite, command, database_server, new_site, site_schema

__all__ = ["database_server", "new_site", "site_schema"]
pytestmark = pytest.mark.servers


class Room:
    """The pages of duty over the desks of a real site."""

    def __init__(self, office: Office, given: Parts, queries: SqlDuty) -> None:
        self.office, self.given, self.queries = office, given, queries

    def scope(self, person: UUID, role: Role | None = None) -> Scope:
        role = role or (Role.ENERGY_MANAGER if person == BOSS else Role.TECHNICIAN)
        sites = frozenset({self.office.at.site.key})
        return Scope(person=person, name="X", roles=frozenset({role}), sites=sites)

    def press(
        self, act: str, person: UUID, about: object, role: Role | None = None, **typed: str
    ) -> str:
        viewer = Viewer(scope=self.scope(person, role), language="en", theme=Theme.LIGHT)
        said = ACTS[act](self.given, viewer, str(about), typed)
        self.office.settle()
        return said.words if isinstance(said, Done) else said

    def told(self) -> int:
        """Return how many facts the journal has."""
        ((count,),) = self.office.at.rows("SELECT count(*) FROM {s}.operations_events")
        return int(count)

    def twice(self, act: str, person: UUID, about: object, **typed: str) -> str:
        """Press a button, and again as the same form: the second press is no fact."""
        before = self.told()
        said = self.press(act, person, about, **typed)
        after = self.told()
        assert after > before, act
        self.press(act, person, about, **typed)
        assert self.told() == after, act
        return said


@pytest.fixture
def room(site_schema: TestSite) -> Iterator[Room]:
    office, given = Office(site_schema), parts()
    staff = Database(site_schema.server.dsn(WEB), scope=STAFF)
    at = SqlSite(database=staff, site=site_schema.site, clock=site_schema.clock, vault=book.vault())
    duty = duty_of(staff, site_schema.site, site_schema.clock)
    commands = commands_with(site_schema.site.key, duty=duty)
    office.settle()
    queries: Any = SqlDuty(at)
    yield Room(office, replace(given, commands=commands, queries=queries), queries)
    staff.close()


def test_leave_asked_twice_is_one_and_approved_with_who_was_chosen(room: Room) -> None:
    days = {"first": str(on(1)), "last": str(on(1))}
    assert "Asked" in room.twice("ask-leave", ADA, "7", **days)
    (line,) = room.queries.duty_leave(room.scope(ADA)).rows.waiting
    for who, why in ((ADA, NotPermittedError), (BEN, NotPermittedError)):
        with pytest.raises(why):
            room.press("approve-leave", who, line.leave, **{str(slot(1, "night")): str(DEE)})
    with pytest.raises(DutyError, match="Nobody would be at"):
        room.press("approve-leave", BOSS, line.leave)
    chosen = {str(slot(1, "night")): str(DEE)}
    assert "Approved" in room.twice("approve-leave", BOSS, line.leave, **chosen)
    assert room.office.on_duty(1, 20).posts["desk"] == DEE
    assert "Withdrawn" in room.twice("withdraw-leave", ADA, line.leave)
    assert room.office.on_duty(1, 20).posts["desk"] == ADA
    room.press("ask-leave", ADA, "8", **days)
    (line,) = room.queries.duty_leave(room.scope(ADA)).rows.waiting
    room.twice("refuse-leave", BOSS, line.leave)


def test_whoever_plans_decides_about_others_alone(room: Room) -> None:
    room.press("ask-leave", BOSS, "7", first=str(on(1)), last=str(on(2)))
    (line,) = room.queries.duty_leave(room.scope(BOSS)).rows.waiting
    for act in ("approve-leave", "refuse-leave"):
        with pytest.raises(DutyError):
            room.press(act, BOSS, line.leave)
    with pytest.raises(DutyError, match="first and the last day"):
        room.press("ask-leave", ADA, "7", first="", last="soon")


def test_a_swap_and_a_change_are_one_each(room: Room) -> None:
    mine, back = slot(9, "day"), slot(11, "day")
    for where, who in ((mine, DEE), (back, FAY)):
        room.press("change-slot", BOSS, f"{where}@0", who=str(who), reason="x")
    offer = {"with": f"{FAY}@{back}"}
    assert "Offered" in room.twice("offer-swap", DEE, f"{mine}@7", **offer)
    (swap,) = room.queries.duty_leave(room.scope(FAY)).rows.swaps
    with pytest.raises(DutyError):
        room.press("take-swap", CY, swap.swap)
    room.twice("take-swap", FAY, swap.swap)
    assert [room.office.on_duty(day, 8).posts["desk"] for day in (9, 11)] == [FAY, DEE]
    room.office.go_to(0, 1)
    room.press("offer-swap", FAY, f"{mine}@9", **{"with": str(DEE)})
    offered = room.queries.duty_leave(room.scope(FAY)).rows.swaps[0]
    room.twice("withdraw-swap", DEE, offered.swap)
    gap = slot(2, "day", "first")
    assert "Changed" in room.twice("change-slot", BOSS, f"{gap}@0", who="-", reason="course")
    assert "first" in room.office.on_duty(2, 8).gaps
    with pytest.raises(NotPermittedError):
        room.press("change-slot", ADA, f"{gap}@1", who=str(ADA), reason="x")


def test_the_log_and_a_desk_passed_by_two_are_said_once_each(room: Room) -> None:
    room.office.go_to(0, 18)
    assert "open point" in room.twice("tell-log", ADA, "7", text="pump 2\nhums", stays="open")
    (point,) = room.queries.shift_log(room.scope(ADA)).rows.points
    room.twice("offer-desk", ADA, "desk@")
    (desk,) = room.queries.handovers(room.scope(CY)).rows.desks
    assert desk.offered is not None
    with pytest.raises(DutyError, match="You offered it yourself"):
        room.press("sign-desk", ADA, desk.offered.handover)
    room.twice("stay-desk", ADA, desk.offered.handover)
    room.twice("offer-desk", ADA, f"desk@{desk.offered.handover}")
    (desk,) = room.queries.handovers(room.scope(CY)).rows.desks
    assert desk.offered is not None
    assert "you have the desk" in room.twice("sign-desk", CY, desk.offered.handover)
    room.twice("close-point", CY, point.entry, text="bearing changed")
    with pytest.raises(DutyError):
        room.press("offer-desk", BEN, f"desk@{desk.offered.handover}")


def test_a_desk_passes_with_what_one_owns_to_who_may_own_it(room: Room) -> None:
    office = room.office
    office.go_to(0, 18)
    shop = Shop(office.at)
    shop.publish()
    said = command("pump")
    pump = shop.incidents.open(shop.heard(), "critical", by=ADA, command_id=said)
    office.settle()
    assert room.queries.handovers(room.scope(ADA)).rows.own_work == 1
    with pytest.raises(NotPermittedError):
        room.press("offer-desk", ADA, "desk@", Role.BILLING_CLERK, passes="work")
    room.twice("offer-desk", ADA, "desk@", passes="work")
    (desk,) = room.queries.handovers(room.scope(CY)).rows.desks
    assert desk.offered is not None
    assert desk.offered.work == 1
    with pytest.raises(DutyError, match="may not own"):
        room.press("sign-desk", DEE, desk.offered.handover, Role.BILLING_CLERK)
    room.twice("sign-desk", CY, desk.offered.handover)
    assert shop.incidents.incident(pump).owner == CY
    assert room.queries.handovers(room.scope(ADA)).rows.own_work == 0


def test_whoever_works_at_the_site_asks_for_leave_and_swaps_whatever_the_role(room: Room) -> None:
    days = {"first": str(on(2)), "last": str(on(2))}
    for person, role in (
        *((ADA, Role.BILLING_CLERK), (BEN, Role.BILLING_APPROVER)),
        *((CY, Role.VIEWER), (DEE, Role.DESK)),
    ):
        assert "Asked" in room.press("ask-leave", person, "7", role, **days)
        assert "log" in room.press("tell-log", person, "7", role, text="x", stays="told")
    waiting = room.queries.duty_leave(room.scope(BOSS)).rows.waiting
    assert {line.who.person for line in waiting} == {ADA, BEN, CY, DEE}
    with pytest.raises(NotPermittedError):
        room.press("approve-leave", ADA, waiting[0].leave, Role.BILLING_APPROVER)


@pytest.mark.parametrize("role", [Role.KIOSK, Role.TENANT])
def test_who_does_not_work_at_the_site_says_nothing(room: Room, role: Role) -> None:
    before = room.told()
    for act, about in (
        *(("ask-leave", "7"), ("withdraw-leave", room.office.roster), ("tell-log", "7")),
        *(("offer-desk", "desk@"), ("sign-desk", room.office.roster)),
        *(("offer-swap", f"{slot(3, 'day')}@7"), ("take-swap", room.office.roster)),
    ):
        said = {"first": str(on(1)), "last": str(on(1)), "text": "x", "with": str(BEN)}
        with pytest.raises(NotPermittedError):
            room.press(act, ADA, about, role, **said)
    assert room.told() == before


@pytest.mark.parametrize("act", ["approve-leave", "take-swap", "close-point", "sign-desk"])
def test_what_is_no_id_is_refused(room: Room, act: str) -> None:
    with pytest.raises(UnknownSubjectError):
        room.press(act, BOSS, "none")


def test_a_refusal_of_the_desks_names_the_post_as_the_plan_does(room: Room) -> None:
    room.office.rosters.set_plan(named(), by=BOSS, command_id=command("named"))
    room.office.settle()
    room.press("ask-leave", ADA, "7", first=str(on(1)), last=str(on(1)))
    (line,) = room.queries.duty_leave(room.scope(BOSS)).rows.waiting
    with pytest.raises(DutyError, match=f"Nobody would be at {on(1)} Night · Control room"):
        room.press("approve-leave", BOSS, line.leave)
    assert "Control room is offered" in room.press("offer-desk", ADA, "desk@")
    with pytest.raises(DutyError, match="Control room is offered already"):
        room.press("offer-desk", ADA, "desk@again")
