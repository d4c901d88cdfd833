"""At a real Chromium a suspicion becomes money: ordered, found by two, approved by a third.

Real tables and desks in a town whose meters counted three days; the third person reads Chinese.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from billing.views.outage_tenants import supplied_by
from dashboards.inspection_commands import InspectionCommands
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from energy.base.config import Config
from energy.journal.application import JournalApplication
from energy.journal.directory import People
from energy.journal.follower import wait_for_position
from energy.service.inspection.desk import InspectionDesk
from energy.store.embedded import EmbeddedPostgres
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB, System
from processes.inspection_screen import ScreenBilling
from processes.settling import settle
from tests.billing.conftest import server, town
from tests.dashboards.e2e.conftest import served
from tests.dashboards.e2e.following import followed
from tests.dashboards.e2e.rooms import entered, press
from tests.dashboards.e2e.watch import Watch
from tests.dashboards.fakes import (
    commands_with,
    service_with,
    settings,
    web_over,
)
from tests.processes.test_inspections import Case, case

__all__ = ["case", "server", "town"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {
    "anna": ("technician", "en"),
    "carl": ("energy_manager", "en"),
    "dora": ("energy_manager", "zh"),
    "vic": ("viewer", "en"),
}


@dataclass
class Site:
    """A town whose inspections are served."""

    case: Case
    people: dict[str, UUID]
    url: str

    def work(self, act: str, person: str, **more: datetime) -> None:
        """Act on the only work order, and wait until the tables show it."""
        self.case.work(self.order(), act, self.people[person], **more)
        schema, clock = self.case.site.schema, self.case.clock
        head = JournalApplication(self.case.town.database, schema, "operations", clock).position()
        wait_for_position(self.case.town.database, schema, "operations", head)

    def order(self) -> UUID:
        """Return the work order of the only inspection."""
        schema = self.case.site.schema
        return UUID(str(self.case.town.one(f"SELECT work_order FROM {schema}.inspection")))


@pytest.fixture
def site(case: Case, server: EmbeddedPostgres) -> Iterator[Site]:
    with ExitStack() as stack:
        staff, walled = Database(server.dsn(user=WEB), scope=STAFF), Database(server.dsn(user=WEB))
        stack.callback(staff.close)
        stack.callback(walled.close)
        here, clock = case.site, case.clock
        people = People(case.town.database, clock, case.town.vault)
        at = SqlSite(database=staff, site=here, clock=clock, vault=case.town.vault, walled=walled)
        system = System(config=Config(), role=WEB, clock=clock)
        system.__dict__["database"] = staff
        desk = InspectionDesk(staff, here, clock, supplied_by(staff, here))
        web = web_over(
            SqlQueries(at),
            commands_with(
                here.key,
                service=service_with(
                    inspections=InspectionCommands(
                        here.key, desk, ScreenBilling(system, here, desk)
                    )
                ),
            ),
            clock,
            *(entered(people, here.key, name, *PEOPLE[name], of_site=True) for name in PEOPLE),
            settings=replace(settings(), site_key=here.key, zone=here.zone, refresh_s=1),
        )
        url = stack.enter_context(served(web))

        def follow() -> None:
            settle(case.town.database, here, clock, "operations", "metering")

        stack.enter_context(followed(follow))
        yield Site(
            case=case,
            people={each.sign_in: each.person for each in web.people.people.values()},
            url=url,
        )


def test_a_broken_seal_is_inspected_billed_and_approved_by_a_third_person(
    site: Site, sit: Callable[..., tuple[Page, Watch]]
) -> None:
    seats = {name: sit(site.url, name) for name in PEOPLE}
    anna, carl, dora, viewer = (seats[name][0] for name in PEOPLE)
    _suspect(anna, site)
    carl.goto(anna.url)
    viewer.goto(anna.url)
    expect(viewer.locator("[data-ready=suspicion]")).to_be_visible()
    expect(viewer.locator("#page .act-form")).to_have_count(0)
    course = carl.locator(".panel-inspection-course")
    expect(course).to_contain_text("Nobody can tell yet")
    press(carl, "Order it", "is ordered")
    carl.locator(".act-done").get_by_role("link").click()
    expect(carl.locator("[data-ready=inspection]")).to_be_visible()
    now = site.case.clock.now()
    site.work("take", "anna")
    site.work("begin", "anna", at=now, now=now)
    _found(anna, carl.url)
    site.work("finish", "anna")
    site.work("sign", "dora")
    carl.reload()
    press(carl, "Propose it", "another person approves it")
    expect(carl.locator(".inspection-days")).to_contain_text("14.403 m3")
    expect(course).to_contain_text("57.61 m3 counted; added: 14.403 m3")
    expect(carl.get_by_role("button", name="Approve it")).to_have_count(0)
    viewer.goto(carl.url)
    expect(viewer.locator(".inspection-days")).to_be_visible()
    expect(viewer.locator("#page .act-form")).to_have_count(0)
    dora.goto(carl.url)
    press(dora, "批准", "已批准并计入")
    expect(dora.locator(".panel-inspection-state")).to_contain_text("已批准")
    assert [watch.faults for _, watch in seats.values()] == [[], [], [], []]


def _suspect(page: Page, site: Site) -> None:
    """Note a broken seal and go to the suspicion."""
    page.goto(f"{site.url}/inspections")
    page.locator(".panel-inspection-seal summary").click()
    page.get_by_label("Metering point").fill("b1-gas")
    page.get_by_label("What is to be seen").fill("wire cut")
    press(page, "Note it", "noted")
    page.locator(".act-done").get_by_role("link").click()
    expect(page.locator("[data-ready=suspicion]")).to_contain_text("wire cut")


def _found(page: Page, url: str) -> None:
    """Tell what was seen, then what was found."""
    page.goto(url)
    page.get_by_label("Seals, one a line").fill("0815 broken")
    press(page, "Tell what was seen", "told")
    page.get_by_role("textbox", name="finding", exact=True).click()
    page.get_by_role("option", name="meter error").click()
    page.get_by_label("Error of the meter (%)").fill("-20")
    for label, day in (("First day on which", "2019-01-01"), ("Last day", "2019-01-03")):
        page.get_by_label(label).fill(day)
        page.get_by_label(label).press("Tab")
    page.get_by_label("The finding in words").fill("slow in the test")
    press(page, "Tell the finding", "W-2019-00001: found")
