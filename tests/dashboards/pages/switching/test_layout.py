"""The page of a switching order offers each word to who may say it, and says what comes next."""

from __future__ import annotations

from uuid import UUID

import pytest
from dash.development.base_component import Component

from dashboards.components.act_form import ACT
from dashboards.pages.router import page_for
from dashboards.security.scope import Role, Scope
from dashboards.theme import Theme
from dashboards.viewer import Viewer
from tests.dashboards.fake_switching import ADA, BEN, EVE, GRACE, MIA, NUMBERS
from tests.dashboards.fakes import SITE
from tests.dashboards.test_pages import nodes, parts, viewer


def drawn(name: str, person: UUID, role: Role = Role.ENERGY_MANAGER) -> tuple[list[str], str]:
    """Return the buttons of an order's page in their order, and all its words."""
    scope = Scope(person=person, name="X", roles=frozenset({role}), sites=frozenset({SITE}))
    who = Viewer(scope=scope, language="en", theme=Theme.LIGHT)
    tree = page_for(parts(), who, f"/switching/{NUMBERS[name]}")
    every = list(nodes(tree))
    buttons = [
        node.id["act"]
        for node in every
        if isinstance(node, Component)
        and isinstance(getattr(node, "id", None), dict)
        and node.id["type"] == ACT
    ]
    return buttons, " ".join(node for node in every if isinstance(node, str))


STOP, WITHDRAW, ABORT = "stop-switching", "withdraw-switching", "abort-switching"


@pytest.mark.parametrize(
    ("name", "person", "buttons"),
    [
        ("written", MIA, ["approve-switching", WITHDRAW]),
        ("written", ADA, [WITHDRAW]),
        ("written", GRACE, [WITHDRAW]),
        ("approved", EVE, ["release-switching", WITHDRAW]),
        ("approved", ADA, [WITHDRAW]),
        ("released", GRACE, [STOP, WITHDRAW]),
        ("released", BEN, ["tell-step", STOP, "skip-step", WITHDRAW]),
        ("released", MIA, [STOP, WITHDRAW]),
        ("told", GRACE, [STOP, "skip-step", ABORT]),
        ("told", BEN, ["read-back-step", STOP, ABORT]),
        ("due", GRACE, ["give-permit", STOP, ABORT]),
        ("due", MIA, [STOP, ABORT]),
        ("out", GRACE, ["hand-back-permit", STOP]),
        ("out", EVE, ["hand-back-permit", STOP]),
        ("out", MIA, [STOP]),
        ("held", GRACE, [STOP, WITHDRAW]),
        ("stopped", GRACE, ["resume-switching", ABORT]),
        ("stopped", ADA, ["resume-switching", ABORT]),
        ("stopped", EVE, [ABORT]),
        ("over", BEN, ["complete-switching", STOP, ABORT]),
        ("aborted", MIA, ["back-switching"]),
        ("completed", GRACE, []),
        ("withdrawn", GRACE, []),
    ],
)
def test_a_word_is_offered_to_who_may_say_it(name: str, person: UUID, buttons: list[str]) -> None:
    assert drawn(name, person)[0] == buttons


@pytest.mark.parametrize("name", list(NUMBERS))
def test_who_does_not_work_is_offered_nothing_and_told_that_nothing_is_switched(name: str) -> None:
    for role in (Role.VIEWER, Role.KIOSK, Role.BILLING_CLERK):
        buttons, words = drawn(name, GRACE, role)
        assert buttons == []
        assert "Meterline never switches" in words


def test_times_and_names_stand_at_each_step() -> None:
    _, words = drawn("told", MIA)
    assert "told 15:03, Grace Hopper" in words
    assert "read back, done 15:04, Ben Lee" in words
    assert "Step 2 was told at 15:06 by Grace Hopper. Operator Ben Lee reads it back" in words
    assert "Mind: Check the tester first." in words


def test_a_permit_that_holds_the_node_is_told_in_place_of_the_button() -> None:
    assert "Permit 1 of S-2026-00006 is out at bus-1" in drawn("held", GRACE)[1]


def test_readings_confirm_a_disconnection_and_accounts_are_told_to_who_may_know() -> None:
    _, words = drawn("completed", ADA)
    assert "disconnection A-0002/1" in words
    assert "confirmed" in words
    for name in ("completed", "written"):
        assert "A-0002" not in drawn(name, ADA, Role.VIEWER)[1]


def test_the_board_tells_requests_to_who_may_know_and_permits_to_all() -> None:
    for role, told in ((Role.DESK, True), (Role.VIEWER, False), (Role.KIOSK, False)):
        tree = page_for(parts(), viewer(role), "/switching")
        words = " ".join(node for node in nodes(tree) if isinstance(node, str))
        assert ("A-0004/1" in words) == told, role
        assert "exchange the breaker · cubicle 4" in words
        assert "overdue" in words
        assert "Meterline never switches" in words
