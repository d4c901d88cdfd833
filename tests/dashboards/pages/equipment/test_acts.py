"""What is said of equipment at a page reaches it once, by who may say it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dashboards.components.act_form import Done
from dashboards.equipment_commands import EquipmentCommands
from dashboards.pages.acts import perform
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import UnknownSubjectError
from dashboards.security.scope import Role, Scope
from dashboards.theme import Theme
from dashboards.told import refusal_text
from dashboards.viewer import Viewer
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.service.equipment.maintenance import Every
from energy.service.equipment.words import EquipmentError
from tests.dashboards.fake_equipment import GENSET, HOURS, OIL, PUMP, START
from tests.dashboards.fake_equipment_desk import FakeEquipmentDesk, FakePlanDesk
from tests.dashboards.fake_work_desk import FakeOrderDesk
from tests.dashboards.fakes import SITE, commands_with
from tests.dashboards.test_pages import parts

PIECE = f"{id_of('equipment', PUMP)}@7"
FACTS = {"kind": "pump", "name": "Pump 9", "place": "b1", "maker": "", "type": "", "serial": ""}
PLAN = {
    "name": "Wash",
    "kind": "maintenance",
    "whom": "class:pump",
    "every": "3",
    "unit": "months",
    "first": "2026-08-01",
    "rule": "-",
    "level": "critical",
    "checklist": "-",
    "owner": "-",
}


class Room:
    """A page of a site with real pieces and plans in memory."""

    def __init__(self) -> None:
        given = parts()
        self.pieces, self.plans = FakeEquipmentDesk(given.clock), FakePlanDesk(given.clock)
        orders = FakeOrderDesk(given.clock)
        made = EquipmentCommands(SITE, self.pieces, self.plans, orders)
        self.given: Parts = replace(given, commands=commands_with(SITE, equipment=made))

    def press(self, act: str, about: str, role: Role = Role.ENERGY_MANAGER, **typed: str) -> str:
        scope = Scope(
            person=id_of("person", "x"), name="X", roles=frozenset({role}), sites=frozenset({SITE})
        )
        viewer = Viewer(scope=scope, language="en", theme=Theme.LIGHT)
        said = perform(self.given, viewer, {"act": act, "about": about}, typed)
        return said.words if isinstance(said, Done) else said


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_piece_is_registered_once_however_often_the_button_is_pressed(room: Room) -> None:
    for _ in range(2):
        said = room.press("register-piece", "3", since="2026-07-01", **FACTS)
        assert said == "E-2026-00020 is in the register."
    assert len(room.pieces.pieces) == 1
    room.press("register-piece", "4", since="2026-07-01", **FACTS)
    assert len(room.pieces.pieces) == 2


def test_a_piece_is_changed_related_certified_and_taken_out(room: Room) -> None:
    day = "2026-07-10"
    room.press("change-piece", PIECE, day=day, **{**FACTS, "maker": "Wilo"})
    to = "feeds|node:electricity/f0"
    room.press("relate-piece", PIECE, to=to, day=day)
    paper: dict[str, str] = {"kind": "vessel", "number": "1", "issued": day, "until": ""}
    for _ in range(2):
        room.press("certify-piece", PIECE, Role.TECHNICIAN, **paper)
    (piece,) = room.pieces.pieces.values()
    assert piece.facts["maker"] == "Wilo"
    assert list(piece.open) == [("feeds", "node:electricity/f0")]
    assert [each["valid_until"] for each in piece.certificates] == [None]
    room.press("unrelate-piece", PIECE, to=to, day="2026-07-11")
    assert list(piece.open) == []
    room.press("take-out-piece", PIECE, day="2026-07-12", reason="worn")
    assert piece.out_on is not None


def test_maintenance_is_planned_changed_and_ended(room: Room) -> None:
    assert room.press("make-plan", "4", **PLAN) == "M-2026-00020 is planned."
    room.press("make-plan", "4", **PLAN)
    (plan,) = room.plans.plans.values()
    assert (plan.spec["of_class"], plan.spec["level"]) == ("pump", "critical")
    room.press("change-plan", f"{OIL}@9", **{**PLAN, "unit": "hours", "every": "500"})
    changed = room.plans.plans[id_of("plan", OIL)]
    assert (changed.spec["every"], changed.spec["first_on"]) == (Every.HOURS, None)
    room.press("end-plan", str(id_of("plan", OIL)))
    assert changed.ended_on is not None


def test_a_test_is_recorded_with_how_it_went_and_maintenance_without(room: Room) -> None:
    at = "2026-07-14 09:00"
    said = {"result": "failed", "minutes": "0"}
    about = f"{START}@{GENSET}"
    assert "stays due" in room.press("plan-done", about, Role.TECHNICIAN, at=at, **said)
    said = {"result": "started", "minutes": "15"}
    room.press("plan-done", about, Role.TECHNICIAN, at="2026-07-14 09:30", **said)
    assert "done" in room.press("plan-done", f"{HOURS}@{PUMP}", Role.TECHNICIAN, at=at)
    assert [number for number, _ in room.plans.done_to] == [GENSET, GENSET, PUMP]


def test_the_order_of_what_is_due_has_the_class_of_its_plan(room: Room) -> None:
    room.press("order-due", f"{OIL}@{PUMP}", Role.TECHNICIAN, level="other", checklist="-")
    room.press("order-due", f"{START}@{GENSET}", Role.TECHNICIAN, level="normal", checklist="c")
    assert room.plans.ordered == [(OIL, "critical", ""), (START, "normal", "c")]


@pytest.mark.parametrize(
    ("act", "about", "typed"),
    [
        ("register-piece", "3", {**FACTS, "since": ""}),
        ("register-piece", "3", {**FACTS, "since": "2026-08-01"}),
        ("make-plan", "4", {**PLAN, "every": "x"}),
        ("make-plan", "4", {**PLAN, "unit": "alert"}),
        ("make-plan", "4", {**PLAN, "level": "-", "checklist": "c"}),
        ("plan-done", f"{START}@{GENSET}", {"at": "2026-07-14 09:00"}),
        ("take-out-piece", PIECE, {"day": "2026-07-12", "reason": ""}),
    ],
)
def test_what_cannot_be_is_refused_in_words_of_the_page(
    room: Room, act: str, about: str, typed: dict[str, Any]
) -> None:
    with pytest.raises(EquipmentError) as refused:
        room.press(act, about, **typed)
    said = refusal_text("en", refused.value)
    assert "`" not in said
    assert "--" not in said


@pytest.mark.parametrize(
    ("act", "about", "typed"),
    [
        ("make-plan", "4", {**PLAN, "unit": "moons"}),
        ("make-plan", "4", {**PLAN, "whom": "class:piano"}),
        ("relate-piece", PIECE, {"to": "likes|node:x/y", "day": "2026-07-10"}),
        ("plan-done", f"{OIL}@{GENSET}", {}),
        ("change-plan", "M-2026-00099@1", PLAN),
        ("end-plan", "x", {}),
    ],
)
def test_what_no_page_of_ours_says_is_unknown(
    room: Room, act: str, about: str, typed: dict[str, Any]
) -> None:
    with pytest.raises(UnknownSubjectError):
        room.press(act, about, **typed)


def test_who_may_not_plan_plans_nothing_and_who_may_not_work_does_nothing(room: Room) -> None:
    for role in (Role.TECHNICIAN, Role.VIEWER, Role.BILLING_CLERK):
        for act, about, typed in (
            ("register-piece", "3", {**FACTS, "since": "2026-07-01"}),
            ("relate-piece", PIECE, {"to": "feeds|node:electricity/f0", "day": "2026-07-10"}),
            ("make-plan", "4", PLAN),
            ("end-plan", str(id_of("plan", OIL)), {}),
        ):
            with pytest.raises(NotPermittedError):
                room.press(act, about, role, **typed)
    with pytest.raises(NotPermittedError):
        room.press("order-due", f"{OIL}@{PUMP}", Role.VIEWER)
    assert (room.pieces.pieces, room.plans.ordered) == ({}, [])
