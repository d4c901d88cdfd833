"""At a real Chromium a round is begun, told back, confirmed, skipped and signed on a phone.

Real tables and desk. What is typed while there is no network stays, says so, and is sent later.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboards.patrol_commands import PatrolCommands
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from energy.base.secrets import PersonVault
from energy.journal.directory import People, TableKeys
from energy.service.rounds.desk import PatrolDesk
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from tests.dashboards.e2e.conftest import enter, served
from tests.dashboards.e2e.following import followed
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fakes import (
    FakePerson,
    commands_with,
    person_of,
    service_with,
    settings,
    web_over,
)
from tests.energy.service.equipment.yard import a_yard
from tests.energy.service.rounds.walks import Walks
from tests.energy.service.work.shop import Shop
from tests.fixtures.postgres import TestSite, command, database_server, directory, new_site

__all__ = ["database_server", "directory", "new_site"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {"grace": ("technician", "en"), "eve": ("viewer", "zh")}


@dataclass
class Room:
    """A plan of rounds, served."""

    site: TestSite
    url: str


@pytest.fixture
def room(new_site: TestSite, directory: Database) -> Iterator[Room]:
    site: TestSite = a_yard(new_site())  # type: ignore[operator]  # the fixture makes sites
    shop = Shop(site)
    shop.publish()
    Walks(shop).publish()
    vault = PersonVault(b"k" * 32, TableKeys(directory))
    with ExitStack() as stack:
        staff = Database(site.server.dsn(WEB), scope=STAFF)
        stack.callback(staff.close)
        key, clock = site.site.key, site.clock
        patrol = PatrolCommands(key, PatrolDesk(staff, site.site, clock))
        web = web_over(
            SqlQueries(SqlSite(database=staff, site=site.site, clock=clock, vault=vault)),
            commands_with(key, service=service_with(patrol=patrol)),
            clock,
            *(_person(site, directory, vault, name) for name in PEOPLE),
            settings=replace(settings(), site_key=key, zone=site.site.zone, refresh_s=1),
        )
        url = stack.enter_context(served(web))
        stack.enter_context(followed(site, threading.Lock()))
        yield Room(site=site, url=url)


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


def _sit(browser: Browser, stack: ExitStack, room: Room, name: str) -> tuple[BrowserContext, Page]:
    context = browser.new_context(viewport={"width": 400, "height": 800})
    stack.callback(context.close)
    page = context.new_page()
    enter(context, room.url, name)
    return context, page


def _next(page: Page, name: str) -> None:
    page.locator(".act-done").get_by_role("link", name=name).click(timeout=PATIENCE_MS)


def test_a_round_is_walked_on_a_phone_and_read_by_another(room: Room, browser: Browser) -> None:
    with ExitStack() as stack:
        phone, page = _sit(browser, stack, room, "grace")
        page.goto(f"{room.url}/m/rounds")
        page.get_by_role("button", name="Begin this round").click(timeout=PATIENCE_MS)
        _next(page, "Go to its stops")
        page.get_by_role("link", name="Transformer 1").click(timeout=PATIENCE_MS)
        oil = page.get_by_label("Oil temperature [°C]", exact=False)
        phone.set_offline(True)
        oil.fill("81.50", timeout=PATIENCE_MS)
        page.get_by_label("no", exact=True).check()
        kept = page.locator(".patrol-kept")
        expect(kept).to_contain_text("Not sent yet", timeout=PATIENCE_MS)
        page.get_by_role("button", name="Take these values").click()
        expect(page.locator(".failed-network")).to_be_visible(timeout=PATIENCE_MS)
        phone.set_offline(False)
        page.reload()
        expect(oil).to_have_value("81.50", timeout=PATIENCE_MS)
        page.get_by_role("button", name="Take these values").click()
        told = page.locator(".act-done")
        expect(told).to_contain_text("You say Oil temperature is 81.50 °C", timeout=PATIENCE_MS)
        _next(page, "Read it again")
        page.get_by_role("button", name="I have read it again").click(timeout=PATIENCE_MS)
        _next(page, "Next: Pump")
        page.get_by_label("Why it is not read").fill("door locked", timeout=PATIENCE_MS)
        page.get_by_role("button", name="Skip this stop").click()
        _next(page, "All stops")
        raised = page.locator(".panel-outside-tr1-oil")
        raised.get_by_label("What is wrong").fill("oil too hot", timeout=PATIENCE_MS)
        raised.get_by_role("button", name="Make it").click()
        expect(page.locator(".act-done")).to_contain_text("I-2019-00001", timeout=PATIENCE_MS)
        page.get_by_role("button", name="Sign the round").click()
        expect(page.locator(".act-done")).to_contain_text("signed", timeout=PATIENCE_MS)
        _, other = _sit(browser, stack, room, "eve")
        other.goto(f"{room.url}/rounds/east")
        expect(other.locator(".patrol-sheet")).to_contain_text("81.50 !", timeout=PATIENCE_MS)
        expect(other.locator(".patrol-sheet")).to_contain_text("(door locked)")
        other.goto(page.url)
        expect(other.locator(".page-walk, [data-ready=walk]").first).to_contain_text(
            "已巡检", timeout=PATIENCE_MS
        )
        expect(other.get_by_role("button", name="签名结束巡检")).to_have_count(0)
        expect(other.get_by_role("button", name="生成")).to_have_count(0)
