"""At a real Chromium the report of a serious incident is written, reviewed by another, and sent.

Real tables and desk; the made-up doors let three people in, whom the directory knows: who writes
reads English, who reviews Chinese, and who may only look has no button.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from dashboards.commands import Commands
from dashboards.shift_report_commands import ShiftReportCommands
from energy.service.reports.desk import ReportDesk
from energy.store.pool import Database
from tests.dashboards.e2e.rooms import known, site_served, vault_of
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import commands_with
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
    vault, people = vault_of(directory), known(site, directory, PEOPLE)
    number = _happened(site)

    def commands(staff: Database) -> Commands:
        desk = ReportDesk(staff, site.site, site.clock)
        return commands_with(site.site.key, shift_reports=ShiftReportCommands(site.site.key, desk))

    with site_served(site, vault, commands, *people.values()) as url:
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


def test_a_report_is_written_reviewed_by_another_and_sent(
    room: Room, sit: Callable[..., tuple[Page, Watch]]
) -> None:
    address = f"{room.url}/shift-reports/incident/{room.number}/initial"
    seats = {name: sit(room.url, name) for name in PEOPLE}
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
