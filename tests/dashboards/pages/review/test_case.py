"""The review pages: what waits, what it is worth to whom, and which command decides it."""

from __future__ import annotations

from typing import Any

import pytest
from dash.development.base_component import Component

from dashboards.pages.review.case import commands_for
from dashboards.pages.router import page_for
from dashboards.security.scope import Role
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


def test_the_commands_are_those_that_the_state_allows() -> None:
    by_state: dict[Any, list[str]] = {}
    for case in CASES:
        by_state.setdefault((case.state, case.cause), [key for key, _ in commands_for(case)])
    assert by_state == {
        (CaseState.OPEN, "step"): ["accept", "correct", "without", "hold"],
        (CaseState.HELD, "step"): ["accept", "correct", "without", "release"],
        (CaseState.ACCEPTANCE, "zero"): ["second", "release"],
        (CaseState.CORRECTION, "step"): ["approve", "reject"],
        (CaseState.OPEN, "missing"): ["accept", "correct", "estimate", "hold"],
        (CaseState.OPEN, "lost"): ["accept", "hold"],
    }
    (first, *_) = commands_for(CASES[0])
    assert first[1] == f'scripts/meterline review accept {CASE.hex[:8]} --reason "…"'


def test_no_case_of_a_name_is_no_page() -> None:
    tree = page_for(parts(), viewer(Role.ENERGY_MANAGER), "/review/00000000")
    assert tree.to_plotly_json()["props"]["data-ready"] == "absent"
