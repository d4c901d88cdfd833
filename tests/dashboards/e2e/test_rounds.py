"""At a real Chromium a round is begun, told back, confirmed, skipped and signed on a phone.

Real tables and desk. What is typed while there is no network stays, says so, and is sent later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from dashboards.commands import Commands
from dashboards.patrol_commands import PatrolCommands
from energy.service.rounds.desk import PatrolDesk
from energy.store.pool import Database
from tests.dashboards.e2e.rooms import known, site_served, vault_of
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import (
    commands_with,
    service_with,
)
from tests.energy.service.equipment.yard import a_yard
from tests.energy.service.rounds.walks import Walks
from tests.energy.service.work.shop import Shop
from tests.fixtures.postgres import TestSite, database_server, directory, new_site

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
    vault, people = vault_of(directory), known(site, directory, PEOPLE)

    def commands(staff: Database) -> Commands:
        patrol = PatrolCommands(site.site.key, PatrolDesk(staff, site.site, site.clock))
        return commands_with(site.site.key, service=service_with(patrol=patrol))

    with site_served(site, vault, commands, *people.values()) as url:
        yield Room(site=site, url=url)


def _next(page: Page, name: str) -> None:
    page.locator(".act-done").get_by_role("link", name=name).click(timeout=PATIENCE_MS)


def test_a_round_is_walked_on_a_phone_and_read_by_another(
    room: Room, sit: Callable[..., tuple[Page, Watch]]
) -> None:
    page, _ = sit(room.url, "grace", width=400)
    phone = page.context
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
    other, _ = sit(room.url, "eve", width=400)
    other.goto(f"{room.url}/rounds/east")
    expect(other.locator(".patrol-sheet")).to_contain_text("81.50 !", timeout=PATIENCE_MS)
    expect(other.locator(".patrol-sheet")).to_contain_text("(door locked)")
    other.goto(page.url)
    expect(other.locator(".page-walk, [data-ready=walk]").first).to_contain_text(
        "已巡检", timeout=PATIENCE_MS
    )
    expect(other.get_by_role("button", name="签名结束巡检")).to_have_count(0)
    expect(other.get_by_role("button", name="生成")).to_have_count(0)
