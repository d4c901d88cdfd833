"""At a real Chromium a caller's number opens his tenant's page; a complaint is judged and closed.

Real tables and desks. One person works in English, who closes it in Chinese; who may not serve
finds neither page nor button.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from billing.accounts.desk import AccountDesk
from billing.accounts.party import Contact, PartyFacts
from billing.books import Books
from dashboards.note_words import wall_text
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from energy.base.secrets import PersonVault
from energy.journal.directory import People, TableKeys
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from processes.settling import settle
from processes.web_service import requests_of
from tests.dashboards.e2e.conftest import enter, served
from tests.dashboards.e2e.following import followed
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import (
    FakePerson,
    commands_with,
    person_of,
    service_with,
    settings,
    web_over,
)
from tests.energy.service.requests.counter import Counter
from tests.fixtures.postgres import TestSite, command, database_server, directory, new_site

__all__ = ["database_server", "directory", "new_site"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {"clara": "billing_clerk", "ada": "energy_manager", "vera": "viewer"}


@pytest.fixture
def site(new_site: TestSite, directory: Database) -> Iterator[tuple[TestSite, str]]:
    """Serve a site with service levels and a tenant that somebody may call for."""
    made: TestSite = new_site()  # type: ignore[operator]  # the fixture makes sites
    Counter(made).publish()
    vault = PersonVault(b"k" * 32, TableKeys(directory))
    books = Books(made.writer, made.site, made.clock)
    contact = Contact(name="Mia Moss", duty="facilities", phone="+44 20 7946 0000")
    facts = PartyFacts(legal_name="Harbour Ltd", contacts=(contact,))
    party = command(made.site.key, "party")
    AccountDesk(books, vault).put_party("harbour", facts, by=None, command_id=party)
    settle(made.writer, made.site, made.clock, "books")
    with ExitStack() as stack:
        staff = Database(made.server.dsn(WEB), scope=STAFF)
        stack.callback(staff.close)
        at = SqlSite(database=staff, site=made.site, clock=made.clock, vault=vault)
        requests = requests_of(staff, made.site, made.clock, books, vault)
        web = web_over(
            SqlQueries(at),
            commands_with(made.site.key, service=service_with(requests=requests)),
            made.clock,
            *(_person(made, directory, vault, name) for name in PEOPLE),
            settings=replace(settings(), site_key=made.site.key, zone=made.site.zone, refresh_s=1),
        )
        stack.enter_context(followed(made, threading.Lock()))
        yield made, stack.enter_context(served(web))


def _person(site: TestSite, directory: Database, vault: PersonVault, name: str) -> FakePerson:
    added = People(directory, site.clock, vault).add(
        sign_in=name,
        name=name.title(),
        password_hash="x",
        roles=[PEOPLE[name]],
        language="en",
        command_id=command(site.site.key, name),
    )
    return replace(person_of(name, PEOPLE[name]), person=added)


def _sit(browser: Browser, stack: ExitStack, url: str, name: str) -> tuple[Page, Watch]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    stack.callback(context.close)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    watch = Watch(page, url)
    enter(context, url, name)
    return page, watch


def test_a_complaint_is_heard_by_phone_judged_and_closed_by_another(
    site: tuple[TestSite, str], browser: Browser
) -> None:
    made, url = site
    with ExitStack() as stack:
        seats = {name: _sit(browser, stack, url, name) for name in PEOPLE}
        clara, ada, vera = (seats[name][0] for name in PEOPLE)
        clara.goto(f"{url}/requests")
        _open(clara)
        _work(clara, wall_text(made.clock.now() + timedelta(hours=2), made.site.zone))
        _press(clara, "Close it", "demands that another person closes it")
        ada.goto(f"{url}/preferences?language=zh")
        ada.goto(clara.url)
        _press(ada, "关闭", "已关闭")
        expect(ada.locator(".work-story .work-fact")).to_have_count(9)
        ada.goto(f"{url}/requests/ended")
        expect(ada.locator(".request-table")).to_contain_text("The lights of gate 12 go out")
        vera.goto(f"{url}/requests")
        expect(vera.locator("[data-ready=absent]")).to_be_visible(timeout=PATIENCE_MS)
        assert vera.locator("nav a[href='/requests']").count() == 0
        assert [watch.faults for _, watch in seats.values()] == [[], [], []]


def _press(page: Page, button: str, said: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    told = page.locator(".act-said .notice, .act-done .notice").filter(has_text=said)
    expect(told).to_be_visible(timeout=PATIENCE_MS)


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
    _press(page, "Answer", "The answer is noted")
    page.get_by_text("Class of the complaint").click()
    _press(page, "Class it", "Classed")
    page.get_by_text("Make a work order of it").click()
    page.get_by_label("What is to be done").fill("look after the lights of gate 12")
    _press(page, "Make the work order", "was made")
    page.get_by_text("Promise a call-back").click()
    page.get_by_label("When").fill(due)
    _press(page, "Promise it", "is promised")
    _resolve(page, "is to be made. Make it first")
    called = page.locator(".request-call")
    called.get_by_label("What was said").fill("The lights are on.")
    _press(page, "Note the call", "The call is noted")
    page.get_by_text("Judge the complaint").click()
    page.get_by_label("yes").check()
    _press(page, "Judge it", "Judged")
    _resolve(page, "Dealt with")


def _resolve(page: Page, said: str) -> None:
    page.locator("summary", has_text="It is dealt with").click()
    _press(page, "It is dealt with", said)
