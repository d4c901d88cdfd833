"""At a real Chromium a piece is registered and planned for; on a phone its order gets a photo.

Real tables and desks; the planner reads Chinese, the technician English on a phone's screen.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboards.equipment_commands import EquipmentCommands
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.work_commands import WorkCommands
from energy.service.equipment.desk import EquipmentDesk
from energy.service.equipment.plan_desk import PlanDesk
from energy.service.work.desk import IncidentDesk
from energy.service.work.order_desk import WorkOrderDesk
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from tests.dashboards.e2e.conftest import enter, served
from tests.dashboards.e2e.following import followed
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fake_work import DOT
from tests.dashboards.fakes import commands_with, person_of, settings, web_over
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
    with ExitStack() as stack:
        staff = Database(site_schema.server.dsn(WEB), scope=STAFF)
        stack.callback(staff.close)
        facts = (staff, site_schema.site, site_schema.clock)
        key, orders = site_schema.site.key, WorkOrderDesk(*facts)
        commands = commands_with(
            key,
            work=WorkCommands(key, IncidentDesk(*facts, lambda _account: False), orders),
            equipment=EquipmentCommands(key, EquipmentDesk(*facts), PlanDesk(*facts), orders),
        )
        at = SqlSite(database=staff, site=site_schema.site, clock=site_schema.clock, vault=vault)
        web = web_over(
            SqlQueries(at),
            commands,
            site_schema.clock,
            *(person_of(name, role) for name, role in PEOPLE.items()),
            settings=replace(settings(), site_key=key, zone=site_schema.site.zone, refresh_s=1),
        )
        stack.enter_context(followed(site_schema, threading.Lock()))
        yield stack.enter_context(served(web))


def _sit(
    browser: Browser, stack: ExitStack, url: str, name: str, *, language: str, width: int
) -> tuple[Page, Watch]:
    context = browser.new_context(viewport={"width": width, "height": 900})
    stack.callback(context.close)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    watch = Watch(page, url)
    enter(context, url, name)
    context.request.get(f"{url}/preferences?language={language}", max_redirects=0)
    return page, watch


def _press(page: Page, button: str, said: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    told = page.locator(".act-done .notice").filter(has_text=said)
    expect(told).to_be_visible(timeout=PATIENCE_MS)


def test_a_piece_is_planned_for_and_its_order_gets_a_photo_on_the_phone(
    url: str, browser: Browser
) -> None:
    with ExitStack() as stack:
        planner, planned = _sit(browser, stack, url, "ada", language="zh", width=1440)
        phone, walked = _sit(browser, stack, url, "grace", language="en", width=390)
        looker, looked = _sit(browser, stack, url, "vic", language="en", width=1440)
        _plan(planner, url)
        looker.goto(f"{url}/equipment/due")
        expect(looker.locator(".panel-equipment-due")).to_contain_text("Wash the fan")
        expect(looker.get_by_role("button", name="Make the work order")).to_have_count(0)
        phone.goto(f"{url}/equipment/due")
        phone.get_by_role("textbox", name="Class").click()
        phone.get_by_role("option", name="Critical").click()
        _press(phone, "Make the work order", "W-2019-00001 is its work order")
        phone.goto(f"{url}/m/work/W-2019-00001")
        _press(phone, "Take the order", "yours")
        _press(phone, "Begin the work", "Begun")
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
    _press(page, "登记", PIECE)
    page.goto(f"{url}/equipment/plans/new")
    page.get_by_label("工作内容").fill("Wash the fan")
    page.get_by_role("textbox", name="对象").fill("水泵")
    page.get_by_role("option", name="全部水泵").click()
    _press(page, "登记计划", "M-2019-00001")


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
