"""Address book, texts and plan by the command row: two people, then somebody is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from energy.alerting.notices.desk import NoticeDesk
from energy.alerting.notices.shift_tests import ShiftTests
from energy.alerting.notices.telling import Telling
from energy.base.clock import SystemClock
from tests.energy.alerting.notices import book
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers

CONTACTS = """key,name,language,acknowledges,sms,mail
ada,Ada Bright,en,yes,+441632960001,
li,李雷,zh,yes,+8613800138000,li@airport.example
eve,Eve Stone,en,no,,eve@airport.example
"""


@pytest.fixture
def desk(row: Row, tmp_path: Path) -> Row:
    """Two administrators, three contacts, two groups, the shipped texts reviewed, a plan."""
    for name in ("root", "warden"):
        row(f"user add {name} --name {name.title()} --role admin")
    (tmp_path / "contacts.csv").write_text(CONTACTS, "utf-8")
    row(f"notice import {tmp_path / 'contacts.csv'} --by root")
    row("notice group duty ada li --by root")
    row("notice group managers eve --by root")
    row("notice draft all --by root")
    row("notice review all --by warden")
    (tmp_path / "plan.toml").write_text(book.PLAN, "utf-8")
    row(f"notice set-plan {tmp_path / 'plan.toml'} --by root")
    return row


def said(result: Any) -> str:
    return " ".join(result.output.split())


def test_who_is_told_by_which_words_stands_in_lists(desk: Row) -> None:
    contacts = {each["contact"]: each for each in desk.json("notice contacts")}
    assert contacts["li"]["name"] == "李雷"
    assert contacts["li"]["ways"] == "mail li@airport.example, sms +8613800138000"
    assert desk.json("notice groups") == {"duty": ["ada", "li"], "managers": ["eve"]}
    templates = said(desk("notice templates"))
    assert "Reply {code} to acknowledge" in templates
    assert "Root Warden" in templates
    plan = said(desk("notice plan"))
    assert "managers critical mail" in plan
    assert "Nobody is told of alerts of severity medium" in plan
    assert "severity high" not in plan
    assert "severity low" not in plan, "what is low demands nothing"


def test_nobody_reviews_their_own_text_and_a_plan_needs_every_text(
    row: Row, tmp_path: Path
) -> None:
    row("user add root --name Root --role admin")
    row("notice draft alert --by root")
    assert "somebody else reviews" in said(row("notice review alert --by root", code=2))
    (tmp_path / "plan.toml").write_text(book.PLAN, "utf-8")
    refused = said(row(f"notice set-plan {tmp_path / 'plan.toml'} --by root", code=2))
    assert "no group 'duty'" in refused
    assert "no template 'fax'" in said(row("notice draft fax --by root", code=2))


def test_a_clerk_changes_nothing_here(row: Row) -> None:
    refused = said(row("notice block ada --reason x --by clerk", code=2))
    assert "admin" in refused


def test_the_same_again_changes_nothing(desk: Row, tmp_path: Path) -> None:
    before = desk.site.rows("SELECT count(*) FROM {s}.operations_events")
    desk(f"notice import {tmp_path / 'contacts.csv'} --by root")
    desk("notice group duty ada li --by root")
    desk("notice draft all --by root")
    desk("notice review all --by warden")
    planned = said(desk(f"notice set-plan {tmp_path / 'plan.toml'} --by root"))
    assert "Nobody is told of alerts of severity medium" in planned
    assert desk.site.rows("SELECT count(*) FROM {s}.operations_events") == before


def test_a_contact_is_blocked_opted_out_and_erased(desk: Row) -> None:
    desk("notice block ada --reason left --by root")
    desk("notice unblock ada --by root")
    desk("notice opt-out li sms --by root")
    desk("notice erase eve --by root")
    states = {each["contact"]: each for each in desk.json("notice contacts")}
    assert states["ada"]["state"] == ""
    assert states["li"]["state"] == "opted out of sms"
    assert (states["eve"]["name"], states["eve"]["state"]) == ("?", "erased")
    assert "was erased" in said(
        desk("notice contact eve --name Eve --mail e@x.example --by root", code=2)
    )
    desk("notice opt-in li sms --by root")


def test_a_test_message_is_queued_once_a_minute_and_listed(desk: Row) -> None:
    for _ in range(2):
        desk("notice test ada --by root")
    listed = desk.json("notice list")
    assert {(each["contact"], each["state"], each["about"]) for each in listed} == {
        ("ada", "queued", "test")
    }
    assert len(listed) <= 2, "a minute may have passed in between"
    refused = said(desk("notice test eve --way sms --by root", code=2))
    assert "not told by sms" in refused


def test_the_test_messages_of_the_present_shift_are_listed(desk: Row, tmp_path: Path) -> None:
    site, clock = desk.site, SystemClock()
    assert "no [[shift_test]]" in said(desk("notice duty"))
    desk("notice duty --days 1000000000", code=2)
    begin = (clock.now() - timedelta(minutes=30)).astimezone(site.site.zone).strftime("%H:%M")
    plan = tmp_path / "shifts.toml"
    rows = f'[[shift_test]]\nat = "{begin}"\ngroup = "duty"\nway = "sms"\nwithin_s = '
    plan.write_text(f"{book.PLAN}{rows}600\n", "utf-8")
    desk(f"notice set-plan {plan} --by root")
    assert said(desk("notice duty --days 1", code=1)).count("not sent") == 2
    people = NoticeDesk(site.writer, site.site, book.vault(), clock)
    ShiftTests(site.writer, site.site, people, clock).step()
    book.settle(site)
    assert said(desk("notice duty --days 1", code=1)).count("late") == 2
    plan.write_text(f"{book.PLAN}{rows}7200\n", "utf-8")
    desk(f"notice set-plan {plan} --by root")
    assert [each["state"] for each in desk.json("notice duty --days 1")] == ["waiting"] * 2


def test_what_an_alert_told_is_listed_with_its_alert(desk: Row) -> None:
    telling = Telling(desk.site.writer, desk.site.site, SystemClock())
    telling.begin()
    alert = book.an_alert(desk.site)
    book.settle(desk.site)
    telling.follow()
    book.settle(desk.site)
    listed = desk.json(f"notice list --alert {alert.id.hex[:8]}")
    assert {each["contact"] for each in listed} == {"li", "ada"}
    assert desk.json("notice statistics") == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("key,name\nada,Ada\n", "first row must name"),
        (CONTACTS.replace(",yes,+44", ",maybe,+44"), "Row 2: acknowledges must be"),
        (CONTACTS.replace("+441632960001", "01632 960001"), "sms address of ada is none"),
    ],
)
def test_a_file_of_contacts_that_cannot_be_is_refused(
    row: Row, tmp_path: Path, content: str, says: str
) -> None:
    row("user add root --name Root --role admin")
    (tmp_path / "contacts.csv").write_text(content, "utf-8")
    refused = said(row(f"notice import {tmp_path / 'contacts.csv'} --by root", code=2))
    assert says in refused


def test_a_file_that_cannot_be_opened_is_refused_in_words(row: Row, tmp_path: Path) -> None:
    row("user add root --name Root --role admin")
    (tmp_path / "bin").write_bytes(b"\xff\xfe")
    for verb in ("import", "set-plan"):
        absent = said(row(f"notice {verb} {tmp_path / 'none'} --by root", code=2))
        assert "no such file or folder" in absent
        assert "Errno" not in absent
        binary = said(row(f"notice {verb} {tmp_path / 'bin'} --by root", code=2))
        assert "codec" not in binary


def test_an_empty_list_says_so(row: Row) -> None:
    assert "Nobody is registered" in said(row("notice contacts"))
    assert "No notice yet" in said(row("notice list"))
    assert "Nothing was handed" in said(row("notice statistics"))
    assert "No outage is planned" in said(row("outage list"))
    assert "No alert is in this list" in said(row("alert list"))
    assert "No alert is expected" in said(row("alert suppressions"))
