"""What the page of the take-over shows and lets be decided: by whom, with a reason, once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from billing.takeover.tasks import Stage
from dashboards.pages.acts import perform
from dashboards.pages.parts import Parts
from dashboards.pages.router import page_for
from dashboards.pages.tables import sheet_for
from dashboards.pages.takeover.acts import DROP, RELEASE, SIGN
from dashboards.security.scope import Role
from energy.base.errors import EnergyError, NotPermittedError
from tests.dashboards.fake_money import ADA, HOSTILE
from tests.dashboards.fake_takeover import COMPARED, NEW, OLD, Old
from tests.dashboards.fakes import FakeSite
from tests.dashboards.pages.money.test_acts import offered
from tests.dashboards.test_pages import nodes, parts, viewer


def old_of(given: Parts) -> Old:
    assert isinstance(given.queries, FakeSite)
    return given.queries.old


def shown(given: Parts, role: Role = Role.BILLING_APPROVER) -> str:
    tree = page_for(given, viewer(role), "/takeover")
    return " ".join(node for node in nodes(tree) if isinstance(node, str))


def test_an_approver_releases_the_comparison_that_was_seen_and_it_stays_released() -> None:
    given, approver = parts(), viewer(Role.BILLING_APPROVER)
    assert offered(given, Role.BILLING_APPROVER, "/takeover") == {RELEASE, SIGN}
    for about, why, told in (
        (COMPARED, "", "reason"),
        (OLD, "explained one by one", "comparison"),
        ("x", "explained one by one", "comparison"),
    ):
        with pytest.raises(EnergyError, match=told):
            perform(given, approver, {"act": RELEASE, "about": about}, {"why": why})
    assert old_of(given).held.parallel
    perform(given, approver, {"act": RELEASE, "about": COMPARED}, {"why": "minutes of 3 July"})
    assert not old_of(given).held.parallel
    assert offered(given, Role.BILLING_APPROVER, "/takeover") == {SIGN}


def test_who_compared_releases_nothing() -> None:
    given, ada = parts(), viewer(Role.BILLING_APPROVER)
    ada = replace(ada, scope=replace(ada.scope, person=ADA))
    with pytest.raises(EnergyError, match="person"):
        perform(given, ada, {"act": RELEASE, "about": COMPARED}, {"why": "all well"})
    assert old_of(given).held.parallel


def test_a_clerk_gives_up_a_workbook_that_waits_with_a_reason() -> None:
    given, clerk = parts(), viewer(Role.BILLING_CLERK)
    assert offered(given, Role.BILLING_CLERK, "/takeover") == {DROP}
    for about, why in ((NEW, ""), (OLD, "wrong file"), ("", "wrong file")):
        with pytest.raises(EnergyError):
            perform(given, clerk, {"act": DROP, "about": about}, {"why": why})
    perform(given, clerk, {"act": DROP, "about": NEW}, {"why": "wrong file"})
    assert old_of(given).held.loads[NEW].state == "dropped"
    assert offered(given, Role.BILLING_CLERK, "/takeover") == set()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.BILLING_CLERK, Role.BILLING_APPROVER}))
def test_nobody_else_decides(role: Role) -> None:
    given = parts()
    for act, about in ((DROP, NEW), (RELEASE, COMPARED)):
        with pytest.raises(NotPermittedError):
            perform(given, viewer(role), {"act": act, "about": about}, {"why": "x"})
    assert offered(given, role, "/takeover") == set()


def test_totals_that_differ_are_said_and_names_are_texts() -> None:
    text = shown(parts())
    assert HOSTILE in text
    assert text.count("differs") == 2, "the deposits of the second workbook, and of the wrong one"
    for word in ("£5,587.83", "only in the old system", "40198", "A-0006"):
        assert word in text


def test_the_table_has_every_bill_with_its_causes() -> None:
    sheet = sheet_for(parts(), viewer(Role.BILLING_CLERK), "takeover", "")
    assert sheet is not None
    ((account, _, ours, theirs, difference, *causes),) = sheet.rows
    assert (account, ours, theirs, difference) == (
        "A-0006",
        None,
        Decimal("5587.83"),
        Decimal("-5587.83"),
    )
    assert [cause for cause in causes if cause is not None] == [Decimal("-5587.83")]


def test_an_approver_signs_what_another_loaded_and_who_loaded_is_told_so() -> None:
    given, approver = parts(), viewer(Role.BILLING_APPROVER)
    said = perform(given, approver, {"act": SIGN, "about": NEW}, {})
    assert NEW[:12] in str(said)
    assert offered(given, Role.BILLING_APPROVER, "/takeover") == {RELEASE}, "one signs once"
    task = old_of(given).tasks.waiting[0]
    assert (task.kind, task.about, task.by) == ("sign", NEW, approver.scope.person)
    ada = replace(approver, scope=replace(approver.scope, person=ADA))
    with pytest.raises(EnergyError, match="person"):
        perform(parts(), ada, {"act": SIGN, "about": NEW}, {})


def test_findings_stand_by_sheet_row_and_column_and_as_a_file() -> None:
    for language in ("en", "zh"):
        clerk = viewer(Role.BILLING_CLERK, language)
        sheet = sheet_for(parts(), clerk, "takeover_findings", "")
        assert sheet is not None
        assert [tuple(row[:3]) for row in sheet.rows] == [
            ("contracts", 17, "tariff"),
            ("accounts", 4, "opened_on"),
            ("deposits", None, ""),
        ]
        assert HOSTILE in str(sheet.rows[0][3])
        tree = page_for(parts(), clerk, "/takeover")
        (grid,) = (
            node for node in nodes(tree) if "findings-grid" in str(getattr(node, "className", ""))
        )
        assert [row["row"] for row in grid.rowData] == [17, 4, None]
        assert all(column["filter"] for column in grid.columnDefs)


def test_an_open_task_is_shown_with_how_far_it_is() -> None:
    given = parts()
    perform(given, viewer(Role.BILLING_APPROVER), {"act": SIGN, "about": NEW}, {})
    tasks = old_of(given).tasks
    task = tasks.waiting[0].task
    assert "Waits for the process of jobs" in shown(given)
    tasks.begin(task)
    tasks.go_on(task, Stage.METERING, 250, 1000)
    tree = page_for(given, viewer(Role.VIEWER), "/takeover")
    assert not [node for node in nodes(tree) if "task-bar" in str(getattr(node, "className", ""))]
    tree = page_for(given, viewer(Role.BILLING_CLERK), "/takeover")
    (bar,) = (node for node in nodes(tree) if getattr(node, "className", "") == "task-bar")
    assert bar.value == "22"
    assert "250 of 1000" in shown(given)
    tasks.end(task, why={"en": "The site has changed", "zh": "站点已变化"})
    assert "The site has changed" in str(page_for(given, viewer(Role.BILLING_CLERK), "/takeover"))
