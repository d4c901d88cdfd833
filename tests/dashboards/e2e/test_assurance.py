"""At a real Chromium an event is planned, approved, ticked; a plan is reviewed, exercised, closed.

Real tables and desks; the made-up doors let four people in, one of whom reads Chinese.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from dashboards.assurance_commands import AssuranceCommands
from dashboards.commands import Commands
from energy.service.assurance.desk import AssuranceDesk
from energy.service.contingency.desk import ContingencyDesk
from energy.service.duty.desk import RosterDesk
from energy.store.pool import Database
from tests.dashboards.e2e.rooms import known, site_served, vault_of
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import (
    commands_with,
    service_with,
)
from tests.energy.service.assurance.hall import Hall
from tests.energy.service.assurance.test_event_file import FILE as EVENT
from tests.energy.service.contingency.test_steps import FILE as PLAN
from tests.energy.service.duty.rota import BOSS, SPEC
from tests.fixtures.postgres import TestSite, command, database_server, directory, new_site

__all__ = ["database_server", "directory", "new_site"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {
    "grace": ("technician", "en"),
    "ada": ("energy_manager", "en"),
    "eve": ("energy_manager", "zh"),
    "val": ("viewer", "en"),
}


@dataclass
class Room:
    """A place with a rule and a plan of duty, served."""

    site: TestSite
    url: str


@pytest.fixture
def room(new_site: TestSite, directory: Database) -> Iterator[Room]:
    site: TestSite = new_site()  # type: ignore[operator]  # the fixture makes sites
    Hall(site)
    RosterDesk(site.writer, site.site, site.clock).set_plan(
        SPEC, by=BOSS, command_id=command("duty")
    )
    vault, people = vault_of(directory), known(site, directory, PEOPLE)

    def commands(staff: Database) -> Commands:
        assurance = AssuranceCommands(
            site=site.site.key,
            events=AssuranceDesk(staff, site.site, site.clock),
            emergencies=ContingencyDesk(staff, site.site, site.clock),
            clock=site.clock,
        )
        return commands_with(site.site.key, service=service_with(assurance=assurance))

    with site_served(site, vault, commands, *people.values()) as url:
        yield Room(site=site, url=url)


def test_an_event_is_planned_approved_and_ticked_and_a_drill_is_done(
    room: Room, sit: Callable[..., tuple[Page, Watch]]
) -> None:
    seats = {name: sit(room.url, name) for name in PEOPLE}
    grace, ada, eve, val = (seats[name][0] for name in PEOPLE)
    ada.goto(f"{room.url}/assurance")
    text = EVENT.replace('"t1"', '"b1"').replace("electricity/f1", "electricity/m1")
    ada.locator(".panel-form-plan-event textarea").fill(text.replace('"cy"', '"Grace"'))
    ada.get_by_role("button", name="Plan it").click()
    ada.get_by_role("link", name="V-2019-00001").first.click(timeout=PATIENCE_MS)
    expect(ada.locator(".panel-event-approve")).to_contain_text(
        "another person approves it", timeout=PATIENCE_MS
    )
    for page in (eve, grace, val):
        page.goto(f"{room.url}/assurance/V-2019-00001")
    eve.get_by_role("button", name="批准").click()
    expect(eve.locator(".act-done")).to_contain_text("期间收紧的限值：1", timeout=PATIENCE_MS)
    grace.reload()
    grace.get_by_role("button", name="Yes").click(timeout=PATIENCE_MS)
    expect(grace.locator(".event-answer").first).to_have_text("Yes", timeout=PATIENCE_MS)
    expect(grace.get_by_role("button", name="Call off")).to_have_count(0)
    val.reload()
    expect(val.locator(".panel-event-checks")).to_be_visible(timeout=PATIENCE_MS)
    expect(val.locator(".page-assured-event button")).to_have_count(0)
    _drill(room, grace, ada, eve)
    assert [watch.faults for _, watch in seats.values()] == [[], [], [], []]


def _drill(room: Room, grace: Page, ada: Page, eve: Page) -> None:
    """Write a plan, review it in Chinese, exercise it."""
    ada.goto(f"{room.url}/contingency")
    ada.locator(".panel-contingency-draft textarea").fill(PLAN)
    ada.get_by_role("button", name="Write it").click()
    expect(ada.locator(".act-done")).to_contain_text("version 1", timeout=PATIENCE_MS)
    eve.goto(f"{room.url}/contingency")
    eve.get_by_role("button", name="审核通过").click(timeout=PATIENCE_MS)
    expect(eve.locator(".act-done")).to_contain_text("第 1 版", timeout=PATIENCE_MS)
    grace.goto(f"{room.url}/contingency")
    reason = grace.locator(".panel-contingency-plan").get_by_role("textbox", name="reason")
    reason.fill("grid", timeout=PATIENCE_MS)
    grace.get_by_role("button", name="Activate").click()
    grace.get_by_role("link", name="A-2019-00001").first.click(timeout=PATIENCE_MS)
    steps = grace.locator(".panel-contingency-steps")
    for left in (1, 0):
        steps.get_by_role("button", name="Done").first.click(timeout=PATIENCE_MS)
        expect(steps.get_by_role("button", name="Done")).to_have_count(left, timeout=PATIENCE_MS)
    calls = grace.locator(".panel-contingency-calls li")
    for number in (0, 1):
        calls.nth(number).get_by_role("button", name="reached", exact=True).click()
        expect(calls.nth(number).locator(".badge")).to_have_text("reached", timeout=PATIENCE_MS)
    grace.locator(".panel-contingency-close textarea").fill("well done")
    grace.get_by_role("button", name="Close").click()
    expect(grace.locator(".panel-activation-about")).to_contain_text(
        "well done", timeout=PATIENCE_MS
    )
