"""What is said of a report at a page reaches its desk once; who may not has no button."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboards.components.act_form import ACT, Done
from dashboards.pages.acts import perform
from dashboards.pages.router import page_for
from dashboards.pages.shift_reports.acts import REVIEW, SEND, WRITE, about_owed
from dashboards.pages.subjects import UnknownSubjectError
from dashboards.security.scope import Role
from dashboards.shift_report_commands import ShiftReportCommands
from energy.base.errors import NotPermittedError
from tests.dashboards.fake_shift_reports import FakeReportDesk
from tests.dashboards.fakes import SITE, commands_with
from tests.dashboards.test_pages import nodes, parts, viewer

DAY = "/shift-reports/day/2026-07-14"
OWED = about_owed("I-2026-00001/initial", "")


def say(desk: FakeReportDesk, role: Role, act: str, about: str, **typed: str) -> str | Done:
    commands = commands_with(SITE, shift_reports=ShiftReportCommands(SITE, desk))
    given = replace(parts(), commands=commands)
    return perform(given, viewer(role), {"act": act, "about": about}, typed)


def test_a_button_pressed_twice_is_one_command_and_a_later_edition_another() -> None:
    desk, who = FakeReportDesk(), viewer(Role.TECHNICIAN).scope.person
    for edition in (1, 1, 2):
        said = say(desk, Role.TECHNICIAN, REVIEW, f"shift/2026-07-14/night@{edition}")
        assert said == f"Edition {edition} is reviewed."
    assert desk.said[0] == ("review", "shift", "2026-07-14/night", 1, who)
    assert (len(desk.commands), len(set(desk.commands))) == (3, 2)
    assert say(desk, Role.TECHNICIAN, SEND, "day/2026-07-14@2") == "It goes to 2 contact(s)."
    written = say(desk, Role.TECHNICIAN, WRITE, OWED, words="half is dark")
    assert isinstance(written, Done)
    assert written.links[0][1] == "/shift-reports/incident/I-2026-00001/initial"
    assert desk.said[-1] == ("incident", "I-2026-00001", "initial", "half is dark", who)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BILLING_CLERK, Role.TENANT, Role.KIOSK])
def test_who_may_not_work_here_is_refused_and_has_no_button(role: Role) -> None:
    desk = FakeReportDesk()
    for act, about in ((REVIEW, "day/2026-07-14@2"), (SEND, "day/2026-07-14@2"), (WRITE, OWED)):
        with pytest.raises(NotPermittedError):
            say(desk, role, act, about, words="x")
    assert desk.said == []
    for path in (DAY, "/shift-reports"):
        tree = page_for(parts(), viewer(role), path, "")
        ids = [getattr(node, "id", None) for node in nodes(tree)]
        assert [each for each in ids if isinstance(each, dict) and each.get("type") == ACT] == []


@pytest.mark.parametrize(
    ("act", "about"),
    [
        (REVIEW, "none/2026-07-14@1"),
        (SEND, "day/2026-07-14"),
        (SEND, "day/<script>@1"),
        (WRITE, "I-2026-00001/initial@"),
        (WRITE, "E-1/initial@" + "0" * 12),
    ],
)
def test_what_names_no_report_is_refused(act: str, about: str) -> None:
    with pytest.raises(UnknownSubjectError):
        say(FakeReportDesk(), Role.ENERGY_MANAGER, act, about, words="x")


def test_money_of_a_report_is_for_who_reads_bills() -> None:
    for role, shown in ((Role.ENERGY_MANAGER, True), (Role.TECHNICIAN, False)):
        tree = page_for(parts(), viewer(role), DAY, "")
        words = " ".join(node for node in nodes(tree) if isinstance(node, str))
        assert ("9,500.50" in words) is shown
        assert "1,235 kWh" in words
