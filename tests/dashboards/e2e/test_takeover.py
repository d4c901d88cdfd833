"""At a real Chromium, over a real database: a workbook handed in, mended, signed, compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from billing.takeover.office import TakeOverOffice
from billing.takeover.state import take_over_of
from billing.takeover.task_work import TaskWork
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from energy.base.clock import ManualClock
from energy.base.ids import id_of
from energy.store.embedded import EmbeddedPostgres
from energy.store.pool import Database
from energy.store.wall import STAFF
from tests.billing.conftest import new_town, server
from tests.billing.takeover.workbooks import Rows, desk, filled, meters_only, saved, stated
from tests.billing.town import Town
from tests.dashboards.e2e.conftest import enter, seat, served
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import FakeWeb, person_of, settings, web_over
from tests.dashboards.queries.conftest import NOW, WebTown
from tests.dashboards.security.matrix_town import commands_of

__all__ = ["server"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
OLD = (
    "account,from,to,utility,quantity,unit,net,tax,total\n"
    "001,2019-01-01,2019-01-03,electricity,10,kWh,1.00,0.20,1.20\n"
)


@dataclass
class Office:
    """A served site whose old system is taken over, and the jobs that a test lets run."""

    town: Town
    web: FakeWeb
    browser: Browser
    url: str
    stack: ExitStack

    def jobs(self) -> None:
        """Do one wish, as the process of jobs does."""
        office: TakeOverOffice = desk(self.town)
        TaskWork(office=office, settle=self.town.catch_up).step()

    def seat(self, name: str, *, width: int = 1440) -> tuple[Page, Watch]:
        """Return the take-over's page of a person who has signed in."""
        page, watch = self.stack.enter_context(seat(self.browser, self.url, width=width))
        enter(page.context, self.url, name)
        page.goto(f"{self.url}/takeover")
        expect(page.locator(".page-takeover")).to_be_visible(timeout=PATIENCE_MS)
        return page, watch


@pytest.fixture
def office(server: EmbeddedPostgres, browser: Browser) -> Iterator[Office]:
    """A town with meters and tariffs, without accounts; two people."""
    with new_town(server) as town:
        meters_only(town)
        town.read()
        town.catch_up()
        database = Database(server.dsn(user="meterline_web"))
        staff = Database(server.dsn(user="meterline_web"), scope=STAFF)
        at = SqlSite(database=staff, site=town.site, clock=ManualClock(NOW), vault=town.vault,
                     walled=database)  # fmt: skip
        web = WebTown(town=town, database=database, staff=staff, queries=SqlQueries(at))
        clock = ManualClock(NOW)
        shown = web_over(
            web.queries,
            commands_of(web, town, None, clock),
            clock,
            person_of("mira", "billing_clerk"),
            person_of("jonas", "billing_approver"),
            settings=replace(settings(), site_key=town.site.key, zone=town.site.zone),
        )
        with served(shown) as url, ExitStack() as stack:
            yield Office(town=town, web=shown, browser=browser, url=url, stack=stack)
        database.close()
        staff.close()


def hand_in(page: Page, button: str, path: Path) -> None:
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name=button).click()
    asked.value.set_files(path)
    expect(page.locator(".file-name", has_text=path.name)).to_be_visible()


def wrong() -> Rows:
    rows = filled()
    for sheet in rows.values():
        for row in sheet:
            if "tariff" in row:
                row["tariff"] = "gone"
    return rows


def test_a_workbook_is_handed_in_mended_signed_and_compared(office: Office, tmp_path: Path) -> None:
    clerk, watch = office.seat("mira")
    clerk.get_by_role("button", name="Check and load it").click()
    expect(clerk.locator(".file-said")).to_have_text("Choose a file first.")
    hand_in(clerk, "Choose a workbook", saved(wrong(), tmp_path / "take-over.xlsx"))
    clerk.get_by_role("button", name="Check and load it").click()
    expect(clerk.locator(".task-bar")).to_be_visible(timeout=PATIENCE_MS)
    office.jobs()
    grid = clerk.locator(".findings-grid")
    expect(grid).to_contain_text("No tariff gone is published", timeout=PATIENCE_MS)
    expect(grid.locator(".ag-center-cols-container .ag-row")).to_have_count(4)
    grid.get_by_label("row filter").fill("3")
    expect(grid.locator(".ag-center-cols-container .ag-row")).to_have_count(1)
    with clerk.expect_download() as file:
        clerk.locator(".panel-takeover-task").get_by_role("link", name="XLSX").click()
    assert file.value.suggested_filename == "findings.xlsx"

    hand_in(clerk, "Choose a workbook", saved(stated(filled()), tmp_path / "right.xlsx"))
    clerk.get_by_role("button", name="Check and load it").click()
    expect(clerk.locator(".task-bar")).to_be_visible(timeout=PATIENCE_MS)
    office.jobs()
    expect(clerk.locator(".panel-takeover-load")).to_contain_text("right.xlsx", timeout=PATIENCE_MS)
    expect(clerk.get_by_role("button", name="Sign: write all of it")).to_have_count(0)

    approver, other = office.seat("jonas", width=390)
    expect(approver.get_by_role("button", name="Choose a workbook")).to_have_count(0)
    approver.get_by_role("button", name="Sign: write all of it").click()
    expect(approver.locator(".task-bar")).to_be_visible(timeout=PATIENCE_MS)
    assert take_over_of(office.town.office.books).parallel is False  # type: ignore[union-attr]
    office.jobs()
    expect(approver.locator(".panel-takeover-load")).to_contain_text(
        "in the books", timeout=PATIENCE_MS
    )
    held = take_over_of(office.town.office.books)
    assert held is not None and held.parallel
    (load,) = held.loads.values()
    assert (load.by, load.signed_by) == (id_of("person", "mira"), id_of("person", "jonas"))

    office.town.open_and_rate()
    office.town.catch_up()
    old = tmp_path / "old-bills.csv"
    old.write_text(OLD, encoding="utf-8")
    clerk.reload()
    hand_in(clerk, "Choose the old bills", old)
    clerk.get_by_role("button", name="Compare", exact=True).click()
    expect(clerk.locator(".task-bar")).to_be_visible(timeout=PATIENCE_MS)
    office.jobs()
    expect(clerk.locator(".panel-takeover-comparison")).to_contain_text(
        "only in Meterline", timeout=PATIENCE_MS
    )
    assert watch.faults == []
    assert other.faults == []


def test_what_is_too_large_never_leaves_the_browser_and_what_is_no_workbook_is_said(
    office: Office, tmp_path: Path
) -> None:
    clerk, _ = office.seat("mira")
    for content, words in ((b"x" * 10_000_001, "larger than 10 MB"), (b"PK", "no workbook")):
        path = tmp_path / "w.xlsx"
        path.write_bytes(content)
        hand_in(clerk, "Choose a workbook", path)
        clerk.get_by_role("button", name="Check and load it").click()
        expect(clerk.locator(".file-said")).to_contain_text(words, timeout=PATIENCE_MS)
