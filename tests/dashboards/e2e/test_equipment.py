"""At a real Chromium a piece is registered and planned for; on a phone its order gets a photo.

Real tables and desks; the planner reads Chinese, the technician English on a phone's screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from dashboards.commands import Commands
from dashboards.equipment_commands import EquipmentCommands
from dashboards.work_commands import WorkCommands
from energy.service.equipment.desk import EquipmentDesk
from energy.service.equipment.plan_desk import PlanDesk
from energy.service.work.desk import IncidentDesk
from energy.service.work.order_desk import WorkOrderDesk
from energy.store.pool import Database
from tests.dashboards.e2e.rooms import press, site_served
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fake_work import DOT
from tests.dashboards.fakes import commands_with, person_of
from tests.energy.alerting.notices import book
from tests.energy.service.equipment.yard import a_yard
from tests.energy.service.work.shop import Shop
from tests.fixtures.postgres import TestSite, database_server, new_site, site_schema

__all__ = ["database_server", "new_site", "site_schema"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {"grace": "technician", "ada": "energy_manager", "vic": "viewer"}
PIECE = "E-2019-00001"


@pytest.fixture
def url(site_schema: TestSite) -> Iterator[str]:
    """Serve a site with places and service levels."""
    vault = book.a_book(a_yard(site_schema))
    Shop(site_schema).publish()
    book.settle(site_schema)
    people = (person_of(name, role) for name, role in PEOPLE.items())

    def commands(staff: Database) -> Commands:
        facts = (staff, site_schema.site, site_schema.clock)
        key, orders = site_schema.site.key, WorkOrderDesk(*facts)
        return commands_with(
            key,
            work=WorkCommands(key, IncidentDesk(*facts, lambda _account: False), orders),
            equipment=EquipmentCommands(key, EquipmentDesk(*facts), PlanDesk(*facts), orders),
        )

    with site_served(site_schema, vault, commands, *people) as url:
        yield url


def test_a_piece_is_planned_for_and_its_order_gets_a_photo_on_the_phone(
    url: str, sit: Callable[..., tuple[Page, Watch]]
) -> None:
    planner, planned = sit(url, "ada")
    planner.context.request.get(f"{url}/preferences?language=zh", max_redirects=0)
    phone, walked = sit(url, "grace", width=390)
    looker, looked = sit(url, "vic")
    _plan(planner, url)
    looker.goto(f"{url}/equipment/due")
    expect(looker.locator(".panel-equipment-due")).to_contain_text("Wash the fan")
    expect(looker.get_by_role("button", name="Make the work order")).to_have_count(0)
    phone.goto(f"{url}/equipment/due")
    phone.get_by_role("textbox", name="Class").click()
    phone.get_by_role("option", name="Critical").click()
    press(phone, "Make the work order", "W-2019-00001 is its work order")
    phone.goto(f"{url}/m/work/W-2019-00001")
    press(phone, "Take the order", "yours")
    press(phone, "Begin the work", "Begun")
    _photo(phone)
    looker.goto(f"{url}/work/W-2019-00001")
    _drawn(looker)
    expect(looker.get_by_role("button", name="Keep it with the order")).to_have_count(0)
    planner.goto(f"{url}/equipment/{PIECE}")
    expect(planner.locator(".panel-equipment-work")).to_contain_text("W-2019-00001")
    assert [watch.faults for watch in (planned, walked, looked)] == [[], [], []]


def _plan(page: Page, url: str) -> None:
    """Register a pump, and plan for every pump, in Chinese."""
    page.goto(f"{url}/equipment")
    page.get_by_role("link", name="登记设备").click()
    page.get_by_label("名称").fill("Pump 1")
    page.get_by_role("textbox", name="类别").click()
    page.get_by_role("option", name="水泵").click()
    page.get_by_label("投运日期").fill("2018-03-01")
    page.get_by_label("投运日期").press("Tab")
    press(page, "登记", PIECE)
    page.goto(f"{url}/equipment/plans/new")
    page.get_by_label("工作内容").fill("Wash the fan")
    page.get_by_role("textbox", name="对象").fill("水泵")
    page.get_by_role("option", name="全部水泵").click()
    press(page, "登记计划", "M-2019-00001")


def _photo(page: Page) -> None:
    """Choose a photo and keep it; the page shows it."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Take or choose a photo").click()
    chooser.value.set_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": DOT})
    page.get_by_role("button", name="Keep it with the order").click()
    _drawn(page)


def _drawn(page: Page) -> None:
    """Wait until the browser has drawn the photo that the server gave it."""
    photo = page.locator(".work-photo")
    expect(photo).to_have_js_property("naturalWidth", 1, timeout=PATIENCE_MS)
