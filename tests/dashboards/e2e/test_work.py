"""At a real Chromium an alert becomes an incident, its order is worked on, a second person signs.

Real tables and desks; what the domain refuses is read as a sentence on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from dashboards.commands import Commands
from dashboards.work_commands import WorkCommands
from energy.service.work.desk import IncidentDesk
from energy.service.work.order_desk import WorkOrderDesk
from energy.store.pool import Database
from tests.dashboards.e2e.rooms import press, site_served
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import commands_with, person_of
from tests.energy.alerting.notices import book
from tests.energy.service.work.shop import Shop
from tests.fixtures.postgres import TestSite, database_server, new_site, site_schema

__all__ = ["database_server", "new_site", "site_schema"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {"grace": "technician", "ada": "energy_manager"}
SECOND = "demands another signature"


@pytest.fixture
def url(site_schema: TestSite) -> Iterator[str]:
    """Serve a site with service levels, a checklist, and an alert."""
    site_schema.counter("m1")
    site_schema.project()
    Shop(site_schema).publish()
    vault = book.a_book(site_schema)
    book.an_alert(site_schema)
    book.settle(site_schema)
    people = (person_of(name, role) for name, role in PEOPLE.items())

    def commands(staff: Database) -> Commands:
        facts = (staff, site_schema.site, site_schema.clock)
        incidents = IncidentDesk(*facts, lambda _account: False)
        key = site_schema.site.key
        return commands_with(key, work=WorkCommands(key, incidents, WorkOrderDesk(*facts)))

    with site_served(site_schema, vault, commands, *people) as url:
        yield url


def alert_of(site: TestSite) -> UUID:
    """Return the one alert of the site."""
    ((alert,),) = site.rows("SELECT alert FROM {s}.alert")
    assert isinstance(alert, UUID)
    return alert


def test_an_alert_becomes_an_incident_its_order_is_worked_on_and_signed_by_another(
    url: str, site_schema: TestSite, sit: Callable[..., tuple[Page, Watch]]
) -> None:
    mine, my_watch = sit(url, "grace")
    theirs, their_watch = sit(url, "ada")
    mine.goto(f"{url}/alerts/{alert_of(site_schema)}")
    opened = mine.locator(".panel-alert-incident")
    opened.get_by_label("What is wrong").fill("no supply at m1")
    opened.get_by_role("textbox", name="Class").click()
    mine.get_by_role("option", name="Critical").click()
    opened.get_by_role("button", name="Open the incident").click()
    mine.locator(".act-done").get_by_role("link").click()
    press(mine, "I do something about it", "Under way")
    _order(mine)
    _work(mine)
    press(mine, "Sign it", SECOND)
    theirs.goto(mine.url)
    press(theirs, "Sign it", "the order is finished")
    theirs.locator(".work-facts").get_by_role("link", name="I-").click()
    _solve(mine, theirs.url)
    press(mine, "Sign and close", SECOND)
    theirs.reload()
    press(theirs, "Sign and close", "Signed and closed")
    expect(theirs.locator(".work-story .work-fact")).to_have_count(7)
    theirs.goto(f"{url}/alerts")
    expect(theirs.locator(".alert-grid")).to_contain_text(" · I-")
    theirs.goto(f"{url}/incidents/ended")
    expect(theirs.locator(".incident-table")).to_contain_text("no supply at m1")
    assert my_watch.faults == their_watch.faults == []


def _order(page: Page) -> None:
    """Make the order from the incident, and go to its page."""
    page.get_by_text("Make a work order of it").click()
    page.get_by_label("What is to be done").fill("exchange the meter")
    page.get_by_role("textbox", name="Checklist").click()
    page.get_by_role("option", name="Meter exchange").click()
    page.get_by_role("button", name="Make the work order").click()
    page.locator(".act-done").get_by_role("link").click()
    expect(page.locator(".panel-order-state")).to_contain_text("Came up", timeout=PATIENCE_MS)


def _work(page: Page) -> None:
    """Do the work: a wrong answer is refused, and what was typed stays."""
    press(page, "Take the order", "yours")
    press(page, "Begin the work", "Begun")
    page.get_by_label("yes").check()
    page.get_by_label("Voltage after work").fill("high")
    press(page, "Keep the answers", "does not answer")
    expect(page.get_by_label("Voltage after work")).to_have_value("high")
    page.get_by_label("Voltage after work").fill("231.4")
    press(page, "Keep the answers", "kept")
    press(page, "The work is done", "Done.")
    expect(page.locator(".work-items")).to_contain_text("231.4 V")


def _solve(page: Page, incident: str) -> None:
    """Say what was wrong and why, and that it is over."""
    page.goto(incident)
    over = page.get_by_role("button", name="The disturbance is over", exact=True)
    expect(page.locator(".work-next")).to_contain_text("Problem and cause")
    expect(over).to_have_count(0)  # not before it is said what was wrong
    page.get_by_label("In words").fill("terminal burnt")
    press(page, "Say it", "noted")
    press(page, "The disturbance is over", "waits for its signature")
