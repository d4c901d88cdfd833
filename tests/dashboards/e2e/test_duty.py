"""At a real Chromium leave is asked in Chinese, approved in English, and a desk passes by two.

Real tables and desks. Ada works a shift, Ben plans, Cy comes: what leave does to the roster and to
whom an alert calls is read before it is approved, and after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from dashboards.commands import Commands
from energy.store.pool import Database
from processes.web import duty_of
from tests.dashboards.e2e.rooms import known, site_served, vault_of
from tests.dashboards.e2e.watch import Watch
from tests.dashboards.fakes import FakePerson, commands_with
from tests.energy.service.duty.offices import Office, slot
from tests.energy.service.duty.rota import BOSS, PATTERN, SPEC, on
from tests.energy.service.work.shop import Shop
from tests.fixtures.postgres import TestSite, command, database_server, directory, new_site

__all__ = ["database_server", "directory", "new_site"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {
    "ada": ("technician", "en"),
    "ben": ("energy_manager", "en"),
    "cy": ("technician", "en"),
    "eve": ("viewer", "en"),
}
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
    vault, people = vault_of(directory), known(site, directory, PEOPLE)
    made = Room(site, people)
    shop = Shop(site)
    shop.publish()
    heard = shop.heard(what="pump 2 leaks")
    by = people["ada"].person
    shop.incidents.open(heard, "critical", by=by, command_id=command("pump"))

    def commands(staff: Database) -> Commands:
        return commands_with(site.site.key, duty=duty_of(staff, site.site, site.clock))

    with site_served(site, vault, commands, *people.values()) as url:
        yield made, url


def test_leave_asked_in_chinese_is_approved_in_english_and_a_desk_passes_by_two(
    room: tuple[Room, str], sit: Callable[..., tuple[Page, Watch]]
) -> None:
    _, url = room
    seats = {name: sit(url, name) for name in PEOPLE}
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
