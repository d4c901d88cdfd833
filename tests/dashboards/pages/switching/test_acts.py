"""What is said of a switching order at a page reaches it once, or is refused."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from dashboards.components.act_form import Done
from dashboards.pages.acts import perform
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import UnknownSubjectError
from dashboards.security.scope import Role, Scope
from dashboards.switching_commands import SwitchingCommands
from dashboards.theme import Theme
from dashboards.viewer import Viewer
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.service.switching.errors import SwitchingError
from energy.service.switching.kinds import SwitchingState
from energy.service.switching.order import SwitchingOrder
from tests.dashboards.fake_switching import ADA, BEN, EVE, GRACE, MIA, FakeSwitchingDesk
from tests.dashboards.fakes import SITE, commands_with, service_with
from tests.dashboards.test_pages import parts

LENA = id_of("person", "lena")
ROLES = {
    GRACE: Role.TECHNICIAN,
    BEN: Role.TECHNICIAN,
    MIA: Role.TECHNICIAN,
    ADA: Role.ENERGY_MANAGER,
    EVE: Role.DESK,
    LENA: Role.ENERGY_MANAGER,
}
SAID = {
    "template": "feeder-off",
    "node": "electricity/f1",
    "first": "2026-08-01 06:00",
    "last": "2026-08-01 09:00",
    "reason": "new breaker",
    "operator": str(GRACE),
    "guardian": str(BEN),
    "request": "-",
}
PERMIT = {
    "what": "exchange the breaker",
    "where": "cubicle 4",
    "earthed": "E1",
    "holder": str(MIA),
    "until": "2026-08-01 08:00",
}


@dataclass
class Room:
    """A page of a site with real orders in memory."""

    desk: FakeSwitchingDesk
    given: Parts
    order: UUID = field(default_factory=lambda: UUID(int=0))

    def press(self, act: str, person: UUID, about: str = "", **typed: str) -> str:
        scope = Scope(
            person=person, name="X", roles=frozenset({ROLES[person]}), sites=frozenset({SITE})
        )
        viewer = Viewer(scope=scope, language="en", theme=Theme.LIGHT)
        pressed = {"act": act, "about": about or str(self.order)}
        said = perform(self.given, viewer, pressed, typed)
        return said.words if isinstance(said, Done) else said

    def write(self, seen: int = 0) -> None:
        self.press("write-switching", GRACE, str(seen), **SAID)
        (self.order,) = self.desk.orders

    def release(self) -> None:
        self.press("approve-switching", ADA)
        self.press("release-switching", EVE)

    def do(self, *steps: int) -> None:
        for step in steps:
            self.press("tell-step", BEN, f"{self.order}@{step}")
            self.press("read-back-step", GRACE, f"{self.order}@{step}")

    @property
    def known(self) -> SwitchingOrder:
        return self.desk.orders[self.order]


@pytest.fixture
def room() -> Room:
    given = parts()
    desk = FakeSwitchingDesk(given.clock.now)
    switching = SwitchingCommands(SITE, desk, given.clock)
    commands = commands_with(SITE, service=service_with(switching=switching))
    made = Room(desk, replace(given, commands=commands))
    made.write()
    return made


def test_an_order_is_approved_by_two_told_read_back_and_aborted(room: Room) -> None:
    room.press("approve-switching", ADA)
    with pytest.raises(SwitchingError, match="another person's"):
        room.press("release-switching", ADA)
    room.press("release-switching", EVE)
    assert room.press("tell-step", BEN, f"{room.order}@1") == (
        "Step 1 is told: the operator reads it back."
    )
    assert room.press("read-back-step", GRACE, f"{room.order}@1") == "Step 1 is read back."
    room.do(2)
    assert "stopped" in room.press("stop-switching", MIA, reason="smoke")
    assert "stays stopped" in room.press("resume-switching", BEN)
    assert "under way" in room.press("resume-switching", EVE)
    room.do(3)
    assert "Permit 1 is out" in room.press("give-permit", BEN, **PERMIT)
    assert "Permit 1 is handed back" in room.press("hand-back-permit", MIA)
    assert "aborted" in room.press("abort-switching", GRACE, reason="rain")
    assert (room.known.state, room.known.undo) == (SwitchingState.ABORTED, [3, 1])
    words = room.press("back-switching", GRACE, **{**SAID, "reason": "rain"})
    assert "S-2026-00002 is written" in words


def test_a_word_said_twice_is_one(room: Room) -> None:
    def twice(act: str, person: UUID, about: str = "", **typed: str) -> None:
        room.press(act, person, about, **typed)
        before = room.known.version
        room.press(act, person, about, **typed)
        assert room.known.version == before, act

    room.write()  # the same form again
    assert len(room.desk.orders) == 1
    twice("approve-switching", ADA)
    twice("release-switching", EVE)
    twice("tell-step", BEN, f"{room.order}@1")
    twice("read-back-step", GRACE, f"{room.order}@1")
    twice("skip-step", BEN, f"{room.order}@2", reason="dead already")
    twice("stop-switching", MIA, reason="smoke")
    twice("resume-switching", BEN)
    twice("resume-switching", EVE)
    twice("tell-step", BEN, f"{room.order}@3")
    twice("read-back-step", GRACE, f"{room.order}@3")
    twice("give-permit", BEN, **PERMIT)
    twice("hand-back-permit", MIA)
    room.do(4)
    twice("complete-switching", GRACE)
    assert room.known.state is SwitchingState.COMPLETED


def test_a_second_stop_for_the_same_reason_is_another_one(room: Room) -> None:
    room.release()
    for stops in (1, 2):
        room.press("stop-switching", MIA, reason="smoke")
        assert room.known.state is SwitchingState.STOPPED
        assert room.known.stops == stops
        room.press("resume-switching", BEN)
        room.press("resume-switching", EVE)


def test_what_became_of_a_told_step_is_said_by_who_aborts(room: Room) -> None:
    room.release()
    room.press("tell-step", BEN, f"{room.order}@1")
    with pytest.raises(SwitchingError, match="carried out"):
        room.press("abort-switching", GRACE, reason="rain", told="")
    room.press("abort-switching", GRACE, reason="rain", told="done")
    assert room.known.undo == [1]


def test_one_pin_at_a_desk_is_enough_for_one_act(room: Room) -> None:
    room.release()
    room.do(1, 2, 3)
    pins = [True]
    scope = Scope(
        person=BEN,
        name="X",
        roles=frozenset({Role.DESK}),
        sites=frozenset({SITE}),
        confirmed=lambda: bool(pins) and pins.pop(),
    )
    viewer = Viewer(scope=scope, language="en", theme=Theme.LIGHT)
    pressed = {"act": "give-permit", "about": str(room.order)}
    assert "out" in str(perform(room.given, viewer, pressed, PERMIT))
    with pytest.raises(NotPermittedError):
        perform(room.given, viewer, {"act": "stop-switching", "about": str(room.order)}, PERMIT)


def test_nothing_is_withdrawn_without_a_reason(room: Room) -> None:
    with pytest.raises(SwitchingError, match="in words"):
        room.press("withdraw-switching", GRACE)
    assert "withdrawn" in room.press("withdraw-switching", GRACE, reason="rain")


@pytest.mark.parametrize(
    ("act", "person"),
    [("approve-switching", GRACE), ("approve-switching", EVE), ("release-switching", GRACE)],
)
def test_each_level_is_said_by_its_role_alone(room: Room, act: str, person: UUID) -> None:
    with pytest.raises(NotPermittedError):
        room.press(act, person)
    assert room.known.version == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.KIOSK, Role.BILLING_CLERK, Role.TENANT])
def test_who_does_not_work_says_nothing(
    room: Room, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ROLES, MIA, role)
    for act in (
        *("write", "back", "approve", "release", "withdraw", "stop", "resume", "abort", "complete"),
    ):
        about = "0" if act == "write" else ""
        with pytest.raises(NotPermittedError):
            room.press(f"{act}-switching", MIA, about, **SAID)
    for act in ("tell-step", "read-back-step", "skip-step"):
        with pytest.raises(NotPermittedError):
            room.press(act, MIA, f"{room.order}@1", reason="x")
    for act in ("give-permit", "hand-back-permit"):
        with pytest.raises(NotPermittedError):
            room.press(act, MIA, **PERMIT)
    assert (room.known.version, len(room.desk.orders)) == (1, 1)


@pytest.mark.parametrize(
    ("act", "about", "typed"),
    [
        ("write-switching", "0", {**SAID, "node": "x/f1"}),
        ("write-switching", "0", {**SAID, "operator": str(UUID(int=7))}),
        ("write-switching", "none", SAID),
        ("tell-step", "none@1", {}),
        ("tell-step", f"{UUID(int=7)}@0", {}),
        ("stop-switching", "none", {"reason": "smoke"}),
    ],
)
def test_what_does_not_exist_is_refused(
    room: Room, act: str, about: str, typed: dict[str, str]
) -> None:
    with pytest.raises(UnknownSubjectError):
        room.press(act, GRACE, about, **typed)


def test_a_template_is_reviewed_by_another_than_its_author_and_once(room: Room) -> None:
    with pytest.raises(NotPermittedError):
        room.press("review-switching-template", GRACE, "feeder-earth@2")
    with pytest.raises(SwitchingError, match="somebody else reviews it"):
        room.press("review-switching-template", ADA, "feeder-earth@2")
    said = [room.press("review-switching-template", LENA, "feeder-earth@2") for _ in range(2)]
    assert said[0] == said[1]
    assert "orders are made from it from now on" in said[0]
    ((version, by, _),) = room.desk.reviewed.values()
    assert (version, by) == (2, LENA)
