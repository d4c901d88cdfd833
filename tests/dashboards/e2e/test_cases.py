"""At a real Chromium a supply case goes from its application to the first bill, in two languages.

Real tables and desks, made-up books; its applicant looks on at the portal and by number and code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from dashboards.case_commands import CaseCommands
from dashboards.commands import Commands
from energy.service.cases.desk import CaseDesk
from energy.service.cases.ports import BilledDays, SignedSheet
from energy.service.work.order import WorkOrder
from energy.service.work.order_desk import WorkOrderDesk
from energy.store.pool import Database
from tests.dashboards.e2e.conftest import enter
from tests.dashboards.e2e.rooms import known, press, site_served, vault_of
from tests.dashboards.e2e.watch import Watch
from tests.dashboards.fakes import (
    commands_with,
    service_with,
)
from tests.energy.service.cases.office import Office
from tests.energy.service.work.shop import Shop
from tests.fixtures.batches import reading
from tests.fixtures.postgres import (
    TestSite,
    command,
    database_server,
    directory,
    new_site,
)
from tests.fixtures.supply import STATION, electricity

__all__ = ["database_server", "directory", "new_site"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {
    "grace": ("billing_clerk", "en"),
    "ada": ("energy_manager", "zh"),
    "mia": ("tenant", "en"),
    "vic": ("viewer", "en"),
}


@dataclass
class Counter:
    """Where supplies are applied for, served."""

    office: Office
    url: str


@pytest.fixture
def counter(new_site: TestSite, directory: Database) -> Iterator[Counter]:
    site: TestSite = new_site()  # type: ignore[operator]  # the fixture makes sites
    site.application("metering").store(electricity(site.site.key, *STATION))
    site.counter("m1")
    site.project()
    office = Office(site)
    office.publish()
    Shop(site).publish()
    vault, people = vault_of(directory), known(site, directory, PEOPLE)

    def commands(staff: Database) -> Commands:
        desk = CaseDesk(staff, site.site, site.clock, office.books)
        return commands_with(
            site.site.key, service=service_with(cases=CaseCommands(site.site.key, desk))
        )

    mill = frozenset({"party/mill"})
    with site_served(site, vault, commands, *people.values(), tenancies=mill) as url:
        yield Counter(office=office, url=url)


def test_a_case_goes_from_the_application_to_the_first_bill_and_its_applicant_looks_on(
    counter: Counter, sit: Callable[..., tuple[Page, Watch]]
) -> None:
    seats = {name: sit(counter.url, name) for name in PEOPLE}
    clerk, manager, tenant, viewer = (seats[name][0] for name in PEOPLE)
    number = _open(clerk, counter)
    press(clerk, "End this step", "survey")
    viewer.goto(clerk.url)
    expect(viewer.locator("[data-ready=absent]")).to_be_visible()
    _survey(manager, clerk.url)
    _quote(clerk)
    _seen_by_the_applicant(tenant, clerk, counter, number)
    press(clerk, "The applicant accepts", "contract")
    _contract(clerk, counter)
    _worked(manager, counter)
    _commissioned_and_billed(clerk, counter)
    tenant.reload()
    expect(tenant.locator(".panel-case-seen")).to_contain_text("done")
    assert [watch.faults for _, watch in seats.values()] == [[], [], [], []]


def _open(page: Page, counter: Counter) -> str:
    """Open a new supply; return its number."""
    page.goto(f"{counter.url}/cases")
    page.get_by_role("link", name="new supply").click()
    page.get_by_label("Applicant").fill("party/mill")
    page.get_by_role("textbox", name="Node that would feed it").click()
    page.get_by_role("option", name="F1 · f1").click()
    page.get_by_label("Asked capacity").fill("40")
    page.get_by_role("button", name="Open it").click()
    page.locator(".act-done").get_by_role("link").click()
    expect(page.locator(".panel-case-next")).to_contain_text("Now: application")
    return page.url.rpartition("/")[2]


def _survey(page: Page, url: str) -> None:
    """Let the clock stand still and go on, end the survey; in Chinese."""
    page.goto(url)
    waits = page.locator(".panel-case-acts details").first
    waits.locator("summary").click()
    waits.get_by_label("等待内容").fill("钥匙")
    press(page, "暂停计时", "现场勘查")
    press(page, "继续", "现场勘查")
    page.get_by_label("说明").fill("二号柜有余量")
    press(page, "结束此步骤", "报价")
    expect(page.locator(".panel-case-next")).to_contain_text("由账务员报价")
    expect(page.get_by_role("button", name="报价", exact=True)).to_have_count(0)


def _quote(page: Page) -> None:
    page.reload()
    page.get_by_label("Items before tax").fill("cable 35 m=1250.50\nboard=310")
    page.get_by_label("Tax (%)").fill("20")
    page.get_by_label("Holds until").fill("2019-01-15")
    page.get_by_label("Holds until").press("Tab")
    press(page, "Give the offer", "1872.60")


def _seen_by_the_applicant(tenant: Page, clerk: Page, counter: Counter, number: str) -> None:
    """Read it at the portal, and without any sign-in by the code that stands on its page."""
    tenant.goto(f"{counter.url}/portal/cases")
    expect(tenant.locator(".panel-case-seen")).to_contain_text("quotation")
    expect(tenant.locator(".panel-case-offer")).to_contain_text("£1,872.60")
    assert "二号柜有余量" not in tenant.locator("#page").inner_text()
    facts = clerk.locator(".panel-case-state .facts div").filter(has_text="code")
    code = facts.locator("dd").inner_text()
    tenant.context.clear_cookies()
    tenant.goto(f"{counter.url}/case")
    tenant.get_by_label("Number").fill(number)
    tenant.get_by_label("Code").fill(code)
    tenant.locator("#submit").click()
    expect(tenant.locator(".plain-card")).to_contain_text("promised by")
    enter(tenant.context, counter.url, "mia")
    tenant.goto(f"{counter.url}/portal/cases")


def _contract(page: Page, counter: Counter) -> None:
    """Read what is missing, then end the step with what the books know."""
    page.get_by_label("Account").fill("A-2")
    page.get_by_label("Contract number").fill("K-1")
    press(page, "End this step", "No contract 'K-1' is known of account A-2. The billing office")
    books = counter.office.books
    books.parties["A-2"] = {"party/mill"}
    books.contracts["A-2", "K-1"] = SignedSheet(
        number="K-1", signed_on=date(2019, 1, 1), valid_to=None, utilities=()
    )
    press(page, "End this step", "work")


def _worked(page: Page, counter: Counter) -> None:
    """Make the work order, let it be carried out, end the step; in Chinese."""
    page.reload()
    press(page, "开具工单", "工单已开具")
    office = counter.office
    ((order,),) = office.at.rows("SELECT work_order FROM {s}.work_order")
    desk = WorkOrderDesk(office.at.writer, office.at.site, office.at.clock)
    tina, ben, now = command("tina"), command("ben"), office.at.clock.now()
    acts: list[Callable[[WorkOrder, UUID], None]] = [
        lambda it, made: it.take(by=tina, command_id=made),
        lambda it, made: it.begin(at=now, by=tina, now=now, command_id=made),
        lambda it, made: it.finish(by=tina, command_id=made),
        lambda it, made: it.sign(by=ben, command_id=made),
    ]
    for n, act in enumerate(acts):
        _said(desk, order, act, command("work", n))
    press(page, "结束此步骤", "投运")


def _said(
    desk: WorkOrderDesk, order: UUID, act: Callable[[WorkOrder, UUID], None], made: UUID
) -> None:
    desk.act(order, lambda it: act(it, made), command_id=made)


def _commissioned_and_billed(page: Page, counter: Counter) -> None:
    office = counter.office
    office.at.accept(reading(1, 900, 100))
    office.at.project()
    page.reload()
    page.get_by_label("Metering point").fill("m1")
    office.at.tick(1200)
    press(page, "End this step", "first bill")
    office.books.bills["A-2", "m1"] = [
        BilledDays(
            invoice="T1-2019-000001",
            first_day=date(2019, 1, 1),
            last_day=date(2019, 1, 1) + timedelta(days=30),
        )
    ]
    press(page, "End this step", "done")
    expect(page.locator(".case-steps")).to_contain_text("T1-2019-000001")
    expect(page.locator(".panel-case-next")).to_have_count(0)
