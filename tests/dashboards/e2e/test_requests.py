"""At a real Chromium a caller's number opens his tenant's page; a complaint is judged and closed.

Real tables and desks. One person works in English, who closes it in Chinese; who may not serve
finds neither page nor button.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from billing.accounts.desk import AccountDesk
from billing.accounts.party import Contact, PartyFacts
from billing.books import Books
from dashboards.commands import Commands
from dashboards.note_words import wall_text
from energy.store.pool import Database
from processes.settling import settle
from processes.web_service import requests_of
from tests.dashboards.e2e.rooms import known, press, site_served, vault_of
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import (
    commands_with,
    service_with,
)
from tests.energy.service.requests.counter import Counter
from tests.fixtures.postgres import TestSite, command, database_server, directory, new_site

__all__ = ["database_server", "directory", "new_site"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {
    "clara": ("billing_clerk", "en"),
    "ada": ("energy_manager", "en"),
    "vera": ("viewer", "en"),
}


@pytest.fixture
def site(new_site: TestSite, directory: Database) -> Iterator[tuple[TestSite, str]]:
    """Serve a site with service levels and a tenant that somebody may call for."""
    made: TestSite = new_site()  # type: ignore[operator]  # the fixture makes sites
    Counter(made).publish()
    vault, people = vault_of(directory), known(made, directory, PEOPLE)
    books = Books(made.writer, made.site, made.clock)
    contact = Contact(name="Mia Moss", duty="facilities", phone="+44 20 7946 0000")
    facts = PartyFacts(legal_name="Harbour Ltd", contacts=(contact,))
    party = command(made.site.key, "party")
    AccountDesk(books, vault).put_party("harbour", facts, by=None, command_id=party)
    settle(made.writer, made.site, made.clock, "books")

    def commands(staff: Database) -> Commands:
        requests = requests_of(staff, made.site, made.clock, books, vault)
        return commands_with(made.site.key, service=service_with(requests=requests))

    with site_served(made, vault, commands, *people.values()) as url:
        yield made, url


def test_a_complaint_is_heard_by_phone_judged_and_closed_by_another(
    site: tuple[TestSite, str], sit: Callable[..., tuple[Page, Watch]]
) -> None:
    made, url = site
    seats = {name: sit(url, name) for name in PEOPLE}
    clara, ada, vera = (seats[name][0] for name in PEOPLE)
    clara.goto(f"{url}/requests")
    _open(clara)
    _work(clara, wall_text(made.clock.now() + timedelta(hours=2), made.site.zone))
    press(clara, "Close it", "demands that another person closes it")
    ada.goto(f"{url}/preferences?language=zh")
    ada.goto(clara.url)
    press(ada, "关闭", "已关闭")
    expect(ada.locator(".work-story .work-fact")).to_have_count(9)
    ada.goto(f"{url}/requests/ended")
    expect(ada.locator(".request-table")).to_contain_text("The lights of gate 12 go out")
    vera.goto(f"{url}/requests")
    expect(vera.locator("[data-ready=absent]")).to_be_visible(timeout=PATIENCE_MS)
    assert vera.locator("nav a[href='/requests']").count() == 0
    assert [watch.faults for _, watch in seats.values()] == [[], [], []]


def _open(page: Page) -> None:
    """Find who calls, and open the complaint on the tenant's page."""
    page.get_by_label("Telephone number").fill("020 7946 0000")
    page.get_by_role("button", name="Find").click()
    page.locator(".act-done").get_by_role("link", name="Harbour Ltd").click()
    form = page.locator(".panel-request-open")
    form.get_by_label("What was said").fill("The lights of gate 12 go out each evening")
    form.get_by_role("textbox", name="Kind").click()
    page.get_by_role("option", name="complaint").click()
    form.get_by_role("button", name="Open the request").click()
    page.locator(".act-done").get_by_role("link", name="R-").click()
    expect(page.locator(".request-words")).to_contain_text("gate 12", timeout=PATIENCE_MS)


def _work(page: Page, due: str) -> None:
    """Answer, class and judge it, make an order, call back: then it is dealt with."""
    page.get_by_label("What the tenant is told").fill("We are sorry; somebody comes today.")
    press(page, "Answer", "The answer is noted")
    page.get_by_text("Class of the complaint").click()
    press(page, "Class it", "Classed")
    page.get_by_text("Make a work order of it").click()
    page.get_by_label("What is to be done").fill("look after the lights of gate 12")
    press(page, "Make the work order", "was made")
    page.get_by_text("Promise a call-back").click()
    page.get_by_label("When").fill(due)
    press(page, "Promise it", "is promised")
    _resolve(page, "is to be made. Make it first")
    called = page.locator(".request-call")
    called.get_by_label("What was said").fill("The lights are on.")
    press(page, "Note the call", "The call is noted")
    page.get_by_text("Judge the complaint").click()
    page.get_by_label("yes").check()
    press(page, "Judge it", "Judged")
    _resolve(page, "Dealt with")


def _resolve(page: Page, said: str) -> None:
    page.locator("summary", has_text="It is dealt with").click()
    press(page, "It is dealt with", said)
