"""What is said of an inspection at a page reaches it once, or is refused; forms to who may."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from dashboards.components.act_form import ACT, Done
from dashboards.inspection_commands import InspectionCommands
from dashboards.pages.acts import perform
from dashboards.pages.inspections.acts import (
    APPROVE,
    DISMISS,
    EVIDENCE,
    FINDING,
    ORDER,
    PROPOSE,
    REFUSE,
    SEAL,
)
from dashboards.pages.parts import Parts
from dashboards.pages.router import page_for
from dashboards.pages.subjects import UnknownSubjectError
from dashboards.security.scope import Role, Scope
from dashboards.theme import Theme
from dashboards.told import refusal_text
from dashboards.viewer import Viewer
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.service.inspection.errors import InspectionError
from energy.service.inspection.kinds import InspectionState
from tests.dashboards.fake_inspections import IDS, INSPECTIONS, FakeInspectionDesk
from tests.dashboards.fake_switching import ADA, BEN, EVE, GRACE, MIA
from tests.dashboards.fakes import SITE, commands_with, service_with
from tests.dashboards.test_pages import nodes, parts

VIC = id_of("person", "vic")
ROLES = {
    GRACE: Role.TECHNICIAN,
    BEN: Role.TECHNICIAN,
    EVE: Role.DESK,
    ADA: Role.ENERGY_MANAGER,
    MIA: Role.BILLING_APPROVER,
    VIC: Role.VIEWER,
}
LOSS = f"{IDS['loss']}@0"
TWO = {"first": str(GRACE), "second": str(BEN), "level": "critical", "what": "look"}
SEEN = {"seals": "0815 broken\n", "readings": "active_energy_import=2.0kWh", "error": "-20 %"}
FOUND = {
    "finding": "meter_error",
    "error": "-20",
    "first": "2026-07-01",
    "last": "2026-07-03",
    "words": "one phase",
}


@dataclass
class Room:
    """Pages of a site with inspections in memory."""

    desk: FakeInspectionDesk
    given: Parts

    def viewer(self, person: UUID, language: str = "en") -> Viewer:
        roles = frozenset({ROLES[person]})
        scope = Scope(person=person, name="X", roles=roles, sites=frozenset({SITE}))
        return Viewer(scope=scope, language=language, theme=Theme.LIGHT)

    def press(self, act: str, person: UUID, about: str, **typed: str) -> str:
        pressed = {"act": act, "about": about}
        said = perform(self.given, self.viewer(person), pressed, typed)
        return said.words if isinstance(said, Done) else said

    def ordered(self) -> str:
        self.press(ORDER, EVE, LOSS, **TWO)
        (made,) = self.desk.known
        return f"{made}@9"

    def forms(self, path: str, person: UUID) -> set[str]:
        """Return the acts whose buttons a person sees on a page."""
        page = page_for(self.given, self.viewer(person), path, "")
        named = (getattr(each, "id", None) for each in nodes(page))
        return {each["act"] for each in named if isinstance(each, dict) and each["type"] == ACT}


@pytest.fixture
def room() -> Room:
    given = parts()
    desk = FakeInspectionDesk(given.clock)
    inspections = InspectionCommands(SITE, desk, desk)
    made = commands_with(SITE, service=service_with(inspections=inspections))
    return Room(desk=desk, given=replace(given, commands=made))


def test_what_is_said_twice_is_one_command(room: Room) -> None:
    presses = (
        (SEAL, GRACE, "site", {"point": "cam-b2-elec", "words": "wire cut"}),
        (DISMISS, ADA, LOSS, {"reason": "read late"}),
        (ORDER, EVE, LOSS, TWO),
    )
    for act, person, about, typed in presses:
        for _ in range(2):
            room.press(act, person, about, **typed)
        first, again = room.desk.said[-2:]
        assert first == again, act
    room.press(DISMISS, ADA, f"{IDS['loss']}@1", reason="read late")
    assert room.desk.said[-1] != room.desk.said[1], "open again, it is another word"


def test_an_inspection_goes_from_its_order_to_the_approval_of_a_third(room: Room) -> None:
    order = room.ordered()
    for _ in range(2):
        assert room.press(EVIDENCE, GRACE, order, **SEEN) == "W-2026-00099: told."
    (known,) = room.desk.known.values()
    assert known.evidence == 1
    for _ in range(2):
        room.press(FINDING, BEN, order, **FOUND)
    assert known.found["error_percent"] == "-20"
    for _ in range(2):
        room.press(PROPOSE, ADA, order, method="error")
    assert (known.state, known.proposed_by) == (InspectionState.PROPOSED, ADA)
    with pytest.raises(InspectionError, match="Who inspected or proposed"):
        room.press(APPROVE, ADA, order)
    assert "approved" in room.press(APPROVE, MIA, order)
    assert known.state is InspectionState.APPROVED


@pytest.mark.parametrize(
    ("act", "person"),
    [
        (SEAL, VIC),
        (DISMISS, GRACE),
        (ORDER, MIA),
        (EVIDENCE, VIC),
        (FINDING, MIA),
        (PROPOSE, EVE),
        (APPROVE, GRACE),
        (REFUSE, GRACE),
    ],
)
def test_who_lacks_the_role_says_nothing(room: Room, act: str, person: UUID) -> None:
    order = LOSS if act in {DISMISS, ORDER} else room.ordered()
    said = list(room.desk.said)
    typed = TWO if act == ORDER else {**FOUND, "method": "error", "reason": "no"}
    with pytest.raises(NotPermittedError):
        room.press(act, person, order, **typed)
    assert room.desk.said == said


def test_what_cannot_be_is_refused_in_words_of_the_page(room: Room) -> None:
    with pytest.raises(InspectionError) as refused:
        room.press(ORDER, EVE, LOSS, **{**TWO, "second": str(GRACE)})
    assert "--inspector" not in refusal_text("en", refused.value)
    with pytest.raises(UnknownSubjectError):
        room.press(ORDER, EVE, LOSS, **{**TWO, "second": str(VIC)})
    order = room.ordered()
    for typed, match in (({"error": "much"}, "no number"), ({"first": "soon"}, "no day")):
        with pytest.raises(InspectionError, match=match):
            room.press(FINDING, GRACE, order, **{**FOUND, **typed})
    with pytest.raises(InspectionError) as early:
        room.press(FINDING, GRACE, order, **FOUND)
    assert "`" not in refusal_text("zh", early.value)


def test_forms_are_drawn_for_who_may_alone(room: Room) -> None:
    loss = f"/inspections/suspicion/{IDS['loss'].hex}"
    assert room.forms(loss, ADA) == {ORDER, DISMISS}
    assert room.forms(loss, GRACE) == {ORDER}
    assert room.forms(loss, VIC) == set()
    assert room.forms(f"/inspections/suspicion/{IDS['inspected'].hex}", ADA) == set()
    of = {name: f"/inspections/{number}" for name, number in INSPECTIONS.items()}
    assert room.forms(of["at-work"], GRACE) == {EVIDENCE, FINDING}
    assert room.forms(of["at-work"], ADA) == set()
    assert room.forms(of["found"], ADA) == room.forms(of["refused"], ADA) == {PROPOSE}
    assert room.forms(of["found"], MIA) == set()
    assert room.forms(of["proposed"], MIA) == {APPROVE, REFUSE}
    assert room.forms(of["proposed"], ADA) == {REFUSE}, "who proposed takes it back at most"
    assert room.forms(of["proposed"], GRACE) == room.forms(of["approved"], MIA) == set()
