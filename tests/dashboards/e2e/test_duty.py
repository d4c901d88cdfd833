"""At a real Chromium leave is asked in Chinese, approved in English, and a desk passes by two.

Real tables and desks. Ada works a shift, Ben plans, Cy comes: what leave does to the roster and to
whom an alert calls is read before it is approved, and after.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from energy.base.secrets import PersonVault
from energy.journal.directory import People, TableKeys
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from processes.web import duty_of
from tests.dashboards.e2e.conftest import enter, served
from tests.dashboards.e2e.following import followed
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import FakePerson, commands_with, person_of, settings, web_over
from tests.energy.service.duty.offices import Office, slot
from tests.energy.service.duty.rota import BOSS, PATTERN, SPEC, on
from tests.energy.service.work.shop import Shop
from tests.fixtures.postgres import TestSite, command, database_server, directory, new_site

__all__ = ["database_server", "directory", "new_site"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {"ada": "technician", "ben": "energy_manager", "cy": "technician", "eve": "viewer"}
DAY = "2019-01-08"


class Room:
    """A site with a roster of two weeks: Ada has the first day and the night of the second."""

    def __init__(self, site: TestSite, people: dict[str, FakePerson]) -> None:
        ada, ben, cy, eve = (people[name].person for name in PEOPLE)
        self.office, self.people = Office(site, days=0), people
        groups = {"controllers": [str(ada), str(ben), str(cy)], "engineers": [str(eve)]}
        spec = {**SPEC, "group": groups}
        self.office.rosters.set_plan(spec, by=BOSS, command_id=command("plan"))
        desk = {"day": [str(ada), "-", str(ben)], "night": ["-", str(ada), "-"]}
        pattern = {**PATTERN, "desk": desk, "first": {"day": [str(eve)], "night": [str(eve)]}}
        roster = self.office.draft(people={**pattern, "reserve": {"night": [str(cy)]}})
        self.office.rosters.publish(roster, by=BOSS, command_id=command("publish"))
        self.office.go_to(0, 18)
        self.office.settle()


@pytest.fixture
def room(new_site: TestSite, directory: Database) -> Iterator[tuple[Room, str]]:
    site: TestSite = new_site()  # type: ignore[operator]  # the fixture makes sites
    vault = PersonVault(b"k" * 32, TableKeys(directory))
    people = {name: _person(site, directory, vault, name) for name in PEOPLE}
    made = Room(site, people)
    shop = Shop(site)
    shop.publish()
    heard = shop.heard(what="pump 2 leaks")
    by = people["ada"].person
    shop.incidents.open(heard, "critical", by=by, command_id=command("pump"))
    with ExitStack() as stack:
        staff = Database(site.server.dsn(WEB), scope=STAFF)
        stack.callback(staff.close)
        at = SqlSite(database=staff, site=site.site, clock=site.clock, vault=vault)
        duty = duty_of(staff, site.site, site.clock)
        web = web_over(
            SqlQueries(at),
            commands_with(site.site.key, duty=duty),
            site.clock,
            *people.values(),
            settings=replace(settings(), site_key=site.site.key, zone=site.site.zone, refresh_s=1),
        )
        url = stack.enter_context(served(web))
        stack.enter_context(followed(site, threading.Lock()))
        yield made, url


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


def test_leave_asked_in_chinese_is_approved_in_english_and_a_desk_passes_by_two(
    room: tuple[Room, str], browser: Browser
) -> None:
    _, url = room
    with ExitStack() as stack:
        seats = {name: _sit(browser, stack, url, name) for name in PEOPLE}
        ada, ben, cy, eve = (seats[name][0] for name in PEOPLE)
        ada.goto(f"{url}/preferences?language=zh")
        _ask(ada, url)
        _approve(ben, url)
        ada.reload()
        expect(ada.locator(".panel-leave")).to_contain_text("已批准")
        ada.goto(f"{url}/duty/slots/{slot(1, 'night')}")
        expect(ada.locator(".panel-slot")).to_contain_text("Cy")
        ada.goto(f"{url}/duty/at/{DAY}/2000")
        expect(ada.locator(".duty-call").first).to_contain_text("Cy")
        ada.goto(f"{url}/duty/log")
        ada.get_by_label("下一班须知").fill("2号泵漏水")
        ada.get_by_role("button", name="写入").click()
        expect(ada.locator(".panel-log-points")).to_contain_text("2号泵漏水")
        ada.goto(f"{url}/duty/handover")
        expect(ada.get_by_text("连同本人未结事件单与工单（1 条）")).to_be_visible()
        ada.get_by_role("button", name="签字交班").click()
        expect(ada.locator(".duty-offered")).to_contain_text("接班人签字前仍由您值守")
        eve.goto(f"{url}/duty/handover")  # she is not in its group: no button for her
        expect(eve.locator(".duty-offered")).to_contain_text("May take it: Ben, Cy")
        expect(eve.locator(".act-sign-desk")).to_have_count(0)
        cy.goto(f"{url}/duty/handover")
        expect(cy.locator(".duty-offered")).to_contain_text("1 open incident or order of Ada")
        expect(cy.locator(".panel-handover-sheet")).to_contain_text("pump 2 leaks")
        cy.get_by_role("button", name="Sign and take it").click()
        desks = cy.locator(".panel-handover-desks")
        expect(desks).to_contain_text("Cy has it since")
        expect(cy.locator(".panel-handover-sheet")).to_contain_text("pump 2 leaks")
        expect(cy.locator(".panel-handover-past")).to_contain_text("signed")
        assert [watch.faults for _, watch in seats.values()] == [[], [], [], []]
    ((owner,),) = room[0].office.at.rows("SELECT owner FROM {s}.incident")
    assert owner == room[0].people["cy"].person


def _ask(page: Page, url: str) -> None:
    """Ask for leave of the second day."""
    page.goto(f"{url}/duty/leave")
    for label in ("首日", "末日"):
        field = page.get_by_role("textbox", name=label)
        field.fill(str(on(1)))
        field.press("Tab")
    page.get_by_role("button", name="提交申请").click()
    page.get_by_role("link", name="查看申请").click()
    expect(page.locator(".panel-leave-effect")).to_contain_text("Cy")
    expect(page.locator(".panel-leave-decide")).to_contain_text("须由他人决定")
    expect(page.locator(".act-approve-leave")).to_have_count(0)


def _approve(page: Page, url: str) -> None:
    """Read what the leave does, and approve it with who stands ready that night."""
    page.goto(f"{url}/duty/leave")
    page.locator(".panel-leave-waiting").get_by_role("link").first.click()
    effect = page.locator(".panel-leave-effect")
    expect(effect).to_contain_text("Cy")
    before, after = (effect.locator("tbody td").nth(n) for n in (2, 3))
    expect(before.locator("li").first).to_contain_text("Ada")
    expect(after.locator("li").first).to_contain_text("Cy")
    page.get_by_role("button", name="Approve with these stand-ins").click()
    expect(page.locator(".act-done")).to_contain_text("Approved; the roster is changed.")
