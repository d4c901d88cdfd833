"""At a real Chromium the report of a serious incident is written, reviewed by another, and sent.

Real tables and desk; the made-up doors let three people in, whom the directory knows: who writes
reads English, who reviews Chinese, and who may only look has no button.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.shift_report_commands import ShiftReportCommands
from energy.base.secrets import PersonVault
from energy.journal.directory import People, TableKeys
from energy.service.reports.desk import ReportDesk
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from tests.dashboards.e2e.conftest import enter, served
from tests.dashboards.e2e.following import followed
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import FakePerson, commands_with, person_of, settings, web_over
from tests.energy.alerting.notices import book
from tests.energy.service.reports.edition import contents
from tests.energy.service.work.shop import ANNA, Shop, fold
from tests.fixtures.postgres import TestSite, command, database_server, directory, new_site

__all__ = ["database_server", "directory", "new_site"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {"tina": ("technician", "en"), "ada": ("energy_manager", "zh"), "vic": ("viewer", "en")}
HOSTILE = "<script>alert(1)</script> breaker tripped"
WORDS = "Half of terminal 2 is dark."


@dataclass
class Room:
    """A site with a serious incident and a corrected report of a day, served."""

    site: TestSite
    url: str
    number: str


@pytest.fixture
def room(new_site: TestSite, directory: Database) -> Iterator[Room]:
    site: TestSite = new_site()  # type: ignore[operator]  # the fixture makes sites
    site.project()
    vault = PersonVault(b"k" * 32, TableKeys(directory))
    with ExitStack() as stack:
        staff = Database(site.server.dsn(WEB), scope=STAFF)
        stack.callback(staff.close)
        number = _happened(site)
        desk = ReportDesk(staff, site.site, site.clock)
        web = web_over(
            SqlQueries(SqlSite(database=staff, site=site.site, clock=site.clock, vault=vault)),
            commands_with(site.site.key, shift_reports=ShiftReportCommands(site.site.key, desk)),
            site.clock,
            *(_person(site, directory, vault, name) for name in PEOPLE),
            settings=replace(settings(), site_key=site.site.key, zone=site.site.zone, refresh_s=1),
        )
        url = stack.enter_context(served(web))
        stack.enter_context(followed(site, threading.Lock()))
        yield Room(site=site, url=url, number=number)


def _happened(site: TestSite) -> str:
    """Let an incident owe a report, and the report of a day be corrected; return its number."""
    book.contact(site, book.vault(), "eve", mail=book.EVE_MAIL)
    book.texts(site)
    book.plan(site)
    shop = Shop(site)
    shop.publish()
    desk = ReportDesk(site.writer, site.site, site.clock)
    plan = {"to": ["eve"], "incident": {"critical": {"initial_min": 30, "final_min": 1440}}}
    desk.set_plan(plan, by=ANNA, command_id=command("plan"))
    incident = shop.open(what=HOSTILE)
    site.clock.move_to(site.clock.now() + timedelta(days=2))
    for used, position in ((5, 1), (6, 2)):
        desk.keep(contents(used), {"metering": position})
    fold(site)
    return shop.incident_row(incident).number


def _person(site: TestSite, directory: Database, vault: PersonVault, name: str) -> FakePerson:
    role, language = PEOPLE[name]
    added = People(directory, site.clock, vault).add(
        sign_in=name,
        name=name.title(),
        password_hash="x",
        roles=[role],
        language=language,
        command_id=command(site.site.key, name),
    )
    return replace(person_of(name, role), person=added, language=language)


def _sit(browser: Browser, stack: ExitStack, room: Room, name: str) -> tuple[Page, Watch]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    stack.callback(context.close)
    page = context.new_page()
    watch = Watch(page, room.url)
    enter(context, room.url, name)
    return page, watch


def test_a_report_is_written_reviewed_by_another_and_sent(room: Room, browser: Browser) -> None:
    address = f"{room.url}/shift-reports/incident/{room.number}/initial"
    with ExitStack() as stack:
        seats = {name: _sit(browser, stack, room, name) for name in PEOPLE}
        tina, ada, vic = (seats[name][0] for name in PEOPLE)
        tina.goto(f"{room.url}/shift-reports")
        expect(tina.locator(".shift-report-owed")).to_contain_text(HOSTILE)
        tina.get_by_role("link", name="Write", exact=True).click()
        tina.get_by_label("What happened, what is done").fill(WORDS)
        tina.get_by_role("button", name="Keep the report").click()
        tina.locator(".act-done .button").click(timeout=PATIENCE_MS)
        expect(tina.locator(".panel-shift-report-next")).to_contain_text("You wrote it")
        expect(tina.get_by_text(WORDS)).to_be_visible()
        ada.goto(address)
        ada.get_by_role("button", name="已阅读并确认").click()
        ada.get_by_role("button", name="上报", exact=True).click(timeout=PATIENCE_MS)
        expect(ada.locator(".act-done")).to_contain_text("1 位联系人", timeout=PATIENCE_MS)
        vic.goto(f"{room.url}/shift-reports/day/2019-01-01")
        changed = vic.locator(".panel-shift-report-part", has_text="tells otherwise")
        expect(changed).to_contain_text("whole")
        expect(vic.locator(".act-form")).to_have_count(0)
        with vic.expect_download() as download:
            vic.get_by_role("link", name="Workbook (XLSX)").click()
        assert download.value.suggested_filename == "day-2019-01-01-2.xlsx"
        vic.get_by_role("link", name="Edition 1").click()
        replaced = vic.get_by_text("Edition 2 replaces this one.")
        expect(replaced).to_be_visible(timeout=PATIENCE_MS)
        assert [watch.faults for _, watch in seats.values()] == [[], [], []]
    told = room.site.rows("SELECT about FROM {s}.notice")
    assert told == [("report",)]
