"""Pages of duty name shifts and posts in the reader's language; keys stay in addresses."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from dash.development.base_component import Component

from billing.ledger.sheets import Cell
from dashboards.components.work_pieces import WORK
from dashboards.pages.acts import perform
from dashboards.pages.duty.layout import now_panel
from dashboards.pages.duty.tables import roster_sheet
from dashboards.pages.duty.views import sheet_of
from dashboards.pages.parts import Parts
from dashboards.pages.router import page_for
from dashboards.pages.shift_reports.tables import reports_sheet
from dashboards.queries.alert_rows import AlertTab
from dashboards.queries.shift_report_rows import ReportTab
from dashboards.security.scope import Role, Scope
from dashboards.selection import Selection, selection_of
from dashboards.told import refusal_text
from energy.base.ids import id_of
from energy.service.duty.errors import DutyError
from energy.service.duty.names import DutyNames
from tests.dashboards.fake_leave import ASKED, SLOT
from tests.dashboards.fakes import SITE, commands_with
from tests.dashboards.test_pages import nodes, parts, viewer

NAMES = DutyNames(
    shifts={"day": {"en": "Early", "zh": "白班"}, "night": {"en": "Late", "zh": "夜班"}},
    posts={
        "control": {"en": "Room", "zh": "控制室"},
        "oncall": {"en": "Call", "zh": "待命岗"},
        "spare": {"en": "Spare one", "zh": "替班岗"},
        "tower": {"en": "Tower one", "zh": "塔台<script>"},
    },
)
KEYS = re.compile(r"\b(day|night|control|oncall|spare|tower)\b")
DUTY = {
    "/duty": {"白班", "夜班", "控制室", "待命岗", "替班岗"},
    "/duty/leave": {"夜班", "控制室"},
    f"/duty/leave/{ASKED}": {"白班", "夜班", "控制室"},
    f"/duty/slots/{SLOT}": {"夜班", "控制室"},
    "/duty/handover": {"白班", "夜班", "控制室", "塔台<script>"},
}


@pytest.fixture
def given() -> Parts:
    found = parts()
    queries: Any = found.queries
    queries.duty_called = NAMES
    return found


def shown(given: Parts, path: str, language: str = "zh") -> str:
    """Return the texts of a page, its addresses left out."""
    tree = page_for(given, viewer(Role.ENERGY_MANAGER, language), path, "")
    texts = [each for each in nodes(tree) if isinstance(each, str)]
    parts_of = [each for each in nodes(tree) if isinstance(each, Component)]
    texts += [str(getattr(node, name, "")) for node in parts_of for name in ("label", "data")]
    return " ".join(texts).replace("Training day", "")  # what somebody wrote as a reason


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_a_plan_or_a_roster_each_reads_what_they_may_do(
    given: Parts, language: str
) -> None:
    queries, told = given.queries, {}
    for role in (Role.TECHNICIAN, Role.ENERGY_MANAGER):
        who = viewer(role, language)
        now = queries.clock.now()  # type: ignore[attr-defined]  # the fake's
        board = queries.duty(who.scope, now.date(), now).rows
        bare = replace(board.now, shift="", period=None)
        for each in (replace(board, planned=False), replace(board, now=bare)):
            tree = now_panel(who, each, NAMES, zone=given.settings.zone)
            told[role, each.planned] = " ".join(x for x in nodes(tree) if isinstance(x, str))
    assert "duty set-plan" in told[Role.ENERGY_MANAGER, False]
    assert "duty publish" in told[Role.ENERGY_MANAGER, True]
    ask = "Ask an energy manager" if language == "en" else "请能源经理"
    for planned in (False, True):
        assert "`" not in told[Role.TECHNICIAN, planned]
        assert ask in told[Role.TECHNICIAN, planned]


def test_the_sheet_begins_with_what_stands_and_its_numbers_lead_to_their_pages(
    given: Parts,
) -> None:
    queries: Any = given.queries
    asked = queries.alert_board

    def board(scope: Scope, tab: AlertTab, selection: Selection) -> Any:
        answer = asked(scope, tab, selection)
        first, *rest = answer.rows.rows
        over = replace(first, cleared_at=first.raised_at)
        return replace(answer, rows=replace(answer.rows, rows=(over, *rest)))

    queries.alert_board = board
    who = viewer(Role.TECHNICIAN)
    alerts = next(each for each in sheet_of(given, who) if each.key == str(AlertTab.OPEN))
    states = [row[alerts.heads.index("state")] for row in alerts.rows]
    assert states[-1] == who.say("alert_state.cleared")
    assert states[-1] not in states[:-1]
    tree = page_for(given, who, "/duty/handover", "")
    led = {getattr(each, "href", "") for each in nodes(tree)}
    assert {"/switching/S-2026-00001", f"{WORK}/W-2026-00017"} <= led
    assert not any(each.startswith("/requests/R-") for each in led if each)  # not theirs to read


@pytest.mark.parametrize("path", DUTY)
def test_a_page_in_chinese_has_the_chinese_names_and_no_key(given: Parts, path: str) -> None:
    told = shown(given, path)
    assert {name for name in DUTY[path] if name not in told} == set()
    assert KEYS.findall(told) == []
    assert KEYS.findall(shown(parts(), path)), "without names, keys are read as before"


@pytest.mark.parametrize(
    "path", ["/contingency", "/contingency/A-2026-00001", "/assurance/V-2026-00003"]
)
def test_contingency_and_assured_events_name_the_posts_too(given: Parts, path: str) -> None:
    assert "控制室" in shown(given, path)
    assert "Control room" in shown(given, path, "en")


def test_the_table_behind_the_roster_has_the_names(given: Parts) -> None:
    who = viewer(Role.ENERGY_MANAGER, "zh")
    chosen = selection_of("", given.clock.now().date())
    sheet = roster_sheet(given, who, chosen)
    assert sheet is not None
    cells: set[Cell] = {cell for row in sheet.rows for cell in row[1:3]}
    assert cells == {"白班", "夜班", "控制室", "待命岗"}


def test_a_report_of_a_shift_is_called_by_its_name(given: Parts) -> None:
    told = [shown(given, f"/shift-reports{tab}") for tab in ("", "/shift")]
    assert any(name in each for each in told for name in ("白班", "夜班"))
    who = viewer(Role.ENERGY_MANAGER, "zh")
    chosen = selection_of("", given.clock.now().date())
    rows = reports_sheet(ReportTab.SHIFT, given, who, chosen).rows
    spans = [str(row[1]) for row in rows]
    assert spans
    assert KEYS.findall(" ".join(spans)) == []


class Refusing:
    """Desks that refuse a change of a slot and the offer of a desk, as the real ones do."""

    def change(self, *_: Any, **__: Any) -> None:
        raise DutyError.of("rest", slot=SLOT)

    def approve(self, *_: Any, **__: Any) -> None:
        raise DutyError.of("uncovered", slots=f"{SLOT}, 2026-07-18/day/oncall")

    def offer(self, *_: Any, **__: Any) -> None:
        raise DutyError.of("no_desk", post="oncall", known="control, tower")

    def ask(self, *_: Any, **__: Any) -> UUID:
        raise DutyError.of("span", most=366)


@pytest.mark.parametrize(
    ("act", "about", "words"),
    [
        ("change-slot", f"{SLOT}@0", ["2026-07-17 夜班 · 控制室"]),
        ("approve-leave", str(ASKED), ["2026-07-17 夜班 · 控制室, 2026-07-18 白班 · 待命岗"]),
        ("offer-desk", "oncall@", ["待命岗", "控制室, 塔台<script>"]),
        ("ask-leave", "7", ["366"]),
    ],
)
def test_a_refusal_names_what_a_person_reads(
    given: Parts, act: str, about: str, words: list[str]
) -> None:
    duty: Any = Refusing()
    told = replace(given, commands=commands_with(SITE, duty=duty))
    typed = {"who": str(id_of("person", "ada")), "first": "2026-07-17", "last": "2026-07-17"}
    typed = {"first": typed["first"], "last": typed["last"]} if act == "ask-leave" else typed
    typed = {} if act == "approve-leave" else typed
    with pytest.raises(DutyError) as refused:
        perform(told, viewer(Role.ENERGY_MANAGER, "zh"), {"act": act, "about": about}, typed)
    said = refusal_text("zh", refused.value)
    assert [each for each in words if each not in said] == []
    assert KEYS.findall(said) == []
