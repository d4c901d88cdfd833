"""What is said on a page of patrol rounds: told back first, refused in its words, by role."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from dashboards.components.act_form import Done
from dashboards.pages.acts import perform
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import UnknownSubjectError
from dashboards.patrol_commands import PatrolCommands
from dashboards.security.scope import Role, Scope
from dashboards.theme import Theme
from dashboards.told import refusal_text
from dashboards.viewer import Viewer
from energy.base.errors import NotPermittedError
from energy.service.rounds.errors import PatrolError
from tests.dashboards.fake_patrol import GRACE, FakePatrol, FakePatrolDesk
from tests.dashboards.fakes import SITE, commands_with, service_with
from tests.dashboards.test_pages import parts


@dataclass
class Room:
    """A page of a site with one real round in memory."""

    desk: FakePatrolDesk
    given: Parts

    @property
    def begin(self) -> str:
        return f"east@{self.desk.asked.due_at.isoformat()}"

    def press(self, act: str, about: str, role: Role = Role.TECHNICIAN, **typed: str) -> Done:
        scope = Scope(person=GRACE, name="Grace", roles=frozenset({role}), sites=frozenset({SITE}))
        viewer = Viewer(scope=scope, language="en", theme=Theme.LIGHT)
        told = {name.replace("_", "-"): value for name, value in typed.items()}
        said = perform(self.given, viewer, {"act": act, "about": about}, told)
        return Done(words=said) if isinstance(said, str) else said


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    given = parts()
    desk = FakePatrolDesk(given.clock.now())
    service = service_with(patrol=PatrolCommands(SITE, desk))
    made = Room(desk, replace(given, commands=commands_with(SITE, service=service)))
    as_drawn = FakePatrol._walks
    monkeypatch.setattr(
        FakePatrol,
        "_walks",
        lambda self: [replace(row, values=(), skips=(), raised=()) for row in as_drawn(self)],
    )
    return made


def test_a_round_is_begun_told_back_confirmed_skipped_and_signed(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = room.press("begin-patrol", room.begin)
    known = room.desk.known
    assert known is not None
    assert begun.links[0][1] == f"/m/rounds/{known.id}"
    monkeypatch.setattr("tests.dashboards.fake_patrol.WALK", known.id)
    about = f"{known.id}@tr1@"
    back = room.press("tell-patrol", about, v_oil="81.50", v_noise="no")
    assert not back.good
    assert "81.50 °C" in back.words
    assert known.values == {}, "it is told back before it is taken"
    sure = "oil=81.50;noise=no"
    assert back.links[0][1] == f"/m/rounds/{known.id}/tr1/{sure}"
    slipped = room.press("tell-patrol", f"{about}{sure}", v_oil="815.0", v_noise="no")
    assert not slipped.good, "another value than the one that was told back"
    told = room.press("tell-patrol", f"{about}{sure}", v_oil="81.50", v_noise="no")
    assert told.good
    assert "Next: Pump" in told.links[0][0]
    assert {place: each[0] for place, each in known.values.items()} == {
        ("tr1", "oil"): "81.50",
        ("tr1", "noise"): "no",
    }
    version = known.version
    assert room.press("tell-patrol", about, v_noise="no", note="oil drips").good
    assert known.version == version + 1, "what is told as kept is kept"
    with pytest.raises(PatrolError) as early:
        room.press("end-patrol", str(known.id))
    assert "Stops are left: Pump." in refusal_text("en", early.value)
    assert "水泵" in refusal_text("zh", early.value)
    room.press("skip-patrol", f"{known.id}@pump", reason="door locked")
    made = room.press(
        "raise-patrol", f"{known.id}@tr1@oil", kind="incident", level="critical", what="hot"
    )
    assert "I-2026-" in made.words
    assert "signed" in room.press("end-patrol", str(known.id)).words
    assert known.ended


def test_what_is_refused_names_the_form_and_not_a_verb(room: Room) -> None:
    room.press("begin-patrol", room.begin)
    late = room.desk.asked.due_at - timedelta(hours=2)
    with pytest.raises(PatrolError) as refused:
        room.press("begin-patrol", f"east@{late.isoformat()}")
    assert "page" in refusal_text("en", refused.value)
    for act, about in (
        ("begin-patrol", "east@never"),
        ("tell-patrol", "x"),
        ("skip-patrol", "no-id@tr1"),
        ("raise-patrol", f"{GRACE}@tr1@oil"),
    ):
        with pytest.raises(UnknownSubjectError):
            room.press(act, about)


def test_who_may_not_walk_is_refused_by_the_command(room: Room) -> None:
    for act, about in (
        ("begin-patrol", room.begin),
        ("skip-patrol", f"{GRACE}@tr1"),
        ("end-patrol", str(GRACE)),
    ):
        with pytest.raises(NotPermittedError):
            room.press(act, about, role=Role.VIEWER)
