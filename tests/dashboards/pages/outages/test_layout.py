"""The pages of outages: who sees whom, who may review, what is said of receipts and refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from dash.development.base_component import Component

from dashboards.components.outage_pieces import near, outage_strip, span_text
from dashboards.pages.router import page_for
from dashboards.pages.tables import sheet_for
from dashboards.security.scope import Role
from dashboards.viewer import Viewer
from energy.base.ids import id_of
from tests.dashboards.fake_energy import NOW, ZONE
from tests.dashboards.fake_outages import CANCELLED, DELAYED, DRAFT, OFF, PLANNER, WORDLESS
from tests.dashboards.test_pages import nodes, parts, ready, viewer

NODE = "?utility=electricity&node=f0"


def shown(who: Viewer, path: str, search: str = "") -> str:
    tree = page_for(parts(), who, path, search)
    return " ".join(each for each in nodes(tree) if isinstance(each, str))


def acts(who: Viewer, path: str, search: str = "") -> set[str]:
    return {
        each.id["act"]
        for each in nodes(page_for(parts(), who, path, search))
        if isinstance(each, Component)
        and isinstance(getattr(each, "id", None), dict)
        and each.id["type"] == "act"
    }


def as_planner(who: Viewer) -> Viewer:
    return replace(who, scope=replace(who.scope, person=PLANNER))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TENANT])
def test_accounts_and_contacts_are_shown_to_who_acts_or_bills_alone(role: Role) -> None:
    who = viewer(role)
    sees = role not in {Role.VIEWER, Role.KIOSK}
    for path, search in ((f"/outages/{OFF}", ""), ("/outages/plan", NODE)):
        words = shown(who, path, search)
        assert ("A-0003" in words, "Duty of the clinic" in words) == (sees, sees), path
        assert "protected loads" in words
    for name in (
        f"outage_affected~{OFF}",
        "node_affected~electricity~f0",
        f"outage_receipts~{OFF}",
    ):
        assert (sheet_for(parts(), who, name, "") is not None) == sees, name


def test_who_wrote_a_version_is_told_that_another_reviews_it() -> None:
    who = viewer(Role.DESK)
    for outage in (DRAFT, DELAYED):
        assert acts(who, f"/outages/{outage}") == {
            "review-outage",
            "change-outage",
            "cancel-outage",
        }
        own = as_planner(who)
        assert acts(own, f"/outages/{outage}") == {"change-outage", "cancel-outage"}
        assert "somebody else reviews it" in shown(own, f"/outages/{outage}")


def test_what_is_over_or_without_a_right_has_no_forms() -> None:
    assert acts(viewer(Role.DESK), f"/outages/{CANCELLED}") == set()
    for role in (Role.VIEWER, Role.KIOSK, Role.BILLING_CLERK):
        for path, search in ((f"/outages/{DRAFT}", ""), ("/outages/plan", NODE)):
            assert acts(viewer(role), path, search) == set(), (role, path)


def test_without_a_text_nobody_reviews_and_the_page_says_what_is_missing() -> None:
    who = viewer(Role.ENERGY_MANAGER)
    words = shown(who, f"/outages/{WORDLESS}")
    assert "review-outage" not in acts(who, f"/outages/{WORDLESS}")
    assert "no plan of notices yet: an administrator sets it" in words, "the words of the screens"
    assert "set-plan" not in words


def test_receipts_are_told_by_number_and_what_failed_is_to_be_called() -> None:
    words = shown(viewer(Role.DESK), f"/outages/{OFF}")
    assert "9 of 13 received it" in words
    assert "Not received: 1." in words
    assert "Receipts of version 2" in shown(viewer(Role.DESK), f"/outages/{CANCELLED}")


def test_protected_loads_stand_first_and_who_cannot_be_told_is_named() -> None:
    words = shown(viewer(Role.DESK), f"/outages/{DRAFT}")
    assert words.index("medical") < words.index("Tenant of building 3")
    assert "Nobody can be told of: A-0004." in words


def test_a_node_that_is_none_has_no_page_and_no_node_a_choice() -> None:
    who = viewer(Role.DESK)
    assert ready(page_for(parts(), who, "/outages/plan", "?utility=gas&node=none")) == "absent"
    assert acts(who, "/outages/plan") == set()
    assert "Choose a feeder" in shown(who, "/outages/plan")


def test_every_outage_is_in_the_table() -> None:
    sheet = sheet_for(parts(), viewer(Role.KIOSK), "outages", "")
    assert sheet is not None
    assert [row[1] for row in sheet.rows] == [
        "told",
        "draft",
        "changed, to be reviewed",
        "draft",
        "cancelled",
    ]
    assert sheet.rows[0][-4:] == [1, 2, 9, 1]
    assert sheet_for(parts(), viewer(Role.DESK), "outage_affected~none", "") is None
    assert sheet_for(parts(), viewer(Role.DESK), f"outage_receipts~{id_of('x')}", "") is None


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(3, "15 Jul 2026 15:07–18:07"), (24, "15 Jul 2026 15:07 – 16 Jul 2026 15:07")],
)
def test_a_span_names_its_day_once_where_it_is_one(hours: int, expected: str) -> None:
    told = span_text(viewer(Role.DESK), NOW, NOW + timedelta(hours=hours), ZONE)
    assert told == expected


def test_a_node_and_an_alert_lead_to_who_goes_dark() -> None:
    def targets(path: str, search: str = "") -> set[Any]:
        tree = page_for(parts(), viewer(Role.DESK), path, search)
        return {getattr(each, "href", None) for each in nodes(tree) if isinstance(each, Component)}

    there = "/outages/plan?utility=electricity&node=f0"
    assert there in targets("/plant/grid-a", NODE)
    assert there in targets(f"/alerts/{id_of('alert', 'one')}")


def test_the_overview_tells_what_is_off_or_soon_will_be_and_nothing_else() -> None:
    given, who = parts(), viewer(Role.KIOSK)
    words = " ".join(n for n in nodes(page_for(given, who, "/")) if isinstance(n, str))
    assert "off now" in words
    assert "9 of 13 received it" in words
    board = given.queries.outages(who.scope).rows
    assert [line.outage for line in near(board, NOW)] == [OFF]
    assert [line.outage for line in near(board, NOW + timedelta(hours=50))] == [OFF, DELAYED]
    assert outage_strip(who, (), zone=ZONE, now=NOW) is None
