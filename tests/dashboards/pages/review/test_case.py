"""The review pages: what waits, what it is worth to whom, and which command decides it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from dash.development.base_component import Component

from dashboards.components.act_form import ACT
from dashboards.pages.acts import perform
from dashboards.pages.review.deciding import acts_on
from dashboards.pages.router import page_for
from dashboards.security.scope import Role
from energy.base.errors import NotPermittedError, RefusedError
from energy.base.text import LANGUAGES
from energy.metering.review_case import CaseState
from tests.dashboards.fake_review import CASE, CASES, MONEY, NOTE
from tests.dashboards.fakes import FakeSite
from tests.dashboards.test_pages import nodes, parts, viewer


def shown(path: str, role: Role, language: str = "en") -> str:
    tree = page_for(parts(), viewer(role, language), path)
    return " ".join(node for node in nodes(tree) if isinstance(node, str))


def test_every_case_that_waits_leads_to_its_page() -> None:
    tree = page_for(parts(), viewer(Role.ENERGY_MANAGER), "/review")
    links = {getattr(node, "href", None) for node in nodes(tree) if isinstance(node, Component)}
    assert {f"/review/{case.case.hex[:8]}" for case in CASES} <= links


@pytest.mark.parametrize("path", ["/review", f"/review/{CASE.hex[:8]}"])
def test_money_at_stake_is_for_those_who_read_bills(path: str) -> None:
    assert MONEY in shown(path, Role.BILLING_CLERK)
    for role in (Role.VIEWER, Role.TECHNICIAN):
        text = shown(path, role)
        assert NOTE in text
        assert MONEY not in text
        assert "GBP" not in text
        assert "£" not in text


def test_the_page_of_a_case_shows_the_wrong_value_its_proof_and_the_notes() -> None:
    text = shown(f"/review/{CASE.hex[:8]}", Role.ENERGY_MANAGER)
    for part in (
        "105878 kWh",
        "before: 105878.00 kWh",
        "after: 15883.00 kWh",
        NOTE,
        "A-0002",
        "95",
    ):
        assert part in text


def test_the_page_marks_the_reading_in_doubt_alone_and_says_where_it_skips_sound_ones() -> None:
    tree = page_for(parts(), viewer(Role.ENERGY_MANAGER), f"/review/{CASE.hex[:8]}")
    every = [node for node in nodes(tree) if isinstance(node, Component)]
    strong = [node.children for node in every if getattr(node, "className", "") == "doubted"]
    assert strong == ["105878 kWh"]
    text = shown(f"/review/{CASE.hex[:8]}", Role.ENERGY_MANAGER)
    assert text.index("15883 kWh") < text.index("…", text.index("15883 kWh"))
    assert text.index("…", text.index("15883 kWh")) < text.index("15888 kWh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_queue_in_which_nothing_waits_says_so(language: str) -> None:
    given = parts()
    assert isinstance(given.queries, FakeSite)
    given.queries.cases = ()
    tree = page_for(given, viewer(Role.VIEWER, language), "/review")
    said = " ".join(node for node in nodes(tree) if isinstance(node, str))
    assert {"en": "Nothing waits", "zh": "没有待处理事项"}[language] in said


def test_what_may_be_done_is_what_the_state_allows() -> None:
    by_state: dict[Any, list[str]] = {}
    for case in CASES:
        by_state.setdefault((case.state, case.cause), acts_on(case))
    assert by_state == {
        (CaseState.OPEN, "step"): ["accept", "correct", "without", "hold"],
        (CaseState.HELD, "step"): ["accept", "correct", "without", "release"],
        (CaseState.ACCEPTANCE, "zero"): ["second", "release"],
        (CaseState.CORRECTION, "step"): ["approve", "reject"],
        (CaseState.OPEN, "missing"): ["accept", "correct", "estimate", "hold"],
        (CaseState.OPEN, "lost"): ["accept", "hold"],
    }


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (Role.ENERGY_MANAGER, {"accept", "correct", "without", "hold"}),
        (Role.BILLING_APPROVER, {"accept", "hold"}),
        (Role.TECHNICIAN, {"accept", "correct", "without"}),
        (Role.VIEWER, set()),
    ],
)
def test_a_person_is_offered_what_the_roles_allow(role: Role, offered: set[str]) -> None:
    tree = page_for(parts(), viewer(role), f"/review/{CASE.hex[:8]}")
    acts = {
        node.id["act"]
        for node in nodes(tree)
        if getattr(node, "className", "")
        and isinstance(getattr(node, "id", None), dict)
        and node.id["type"] == ACT
    }
    assert acts == {f"review-{each}" for each in offered}


def test_each_form_is_one_command_and_says_what_lacks() -> None:
    given, who = parts(), viewer(Role.ENERGY_MANAGER)
    about, correction = str(CASE), str(UUID(int=9))

    def press(act: str, subject: str = about, **typed: str) -> None:
        perform(given, who, {"act": f"review-{act}", "about": subject}, {"reason": "seen", **typed})

    press("accept")
    press("hold", until="2026-08-01")
    press("release")
    press("correct", readings="2026-07-13 14:00=105878\n\n")
    press("without", instants="2026-07-13 14:00")
    press("estimate", method="linear")
    press("approve", correction)
    press("reject", correction)
    assert given.queries.review_desk.done == [
        ("accept", CASE, "seen", True),
        ("hold", CASE, "seen", date(2026, 8, 1)),
        ("release", CASE, "seen", True),
        ("correct", CASE, "seen", ("2026-07-13 14:00=105878",)),
        ("without", CASE, "seen", ("2026-07-13 14:00",)),
        ("estimate", CASE, "seen", "linear"),
        ("approve", UUID(int=9)),
        ("reject", UUID(int=9), "seen"),
    ]
    for act, typed, code in (
        ("accept", {"reason": " "}, "review.no_reason"),
        ("hold", {"until": ""}, "review.no_day"),
        ("correct", {"readings": "\n"}, "review.no_reading_said"),
        ("without", {"instants": ""}, "review.no_reading_said"),
    ):
        with pytest.raises(RefusedError) as refused:
            press(act, **typed)
        assert refused.value.code == code
    with pytest.raises(NotPermittedError):
        perform(
            given, viewer(Role.VIEWER), {"act": "review-accept", "about": about}, {"reason": "x"}
        )


def test_no_case_of_a_name_is_no_page() -> None:
    tree = page_for(parts(), viewer(Role.ENERGY_MANAGER), "/review/00000000")
    assert tree.to_plotly_json()["props"]["data-ready"] == "absent"
