"""At a real Chromium an order is approved by two, told and read back, stopped, and aborted.

Real tables and desk; the made-up doors let four people in, whom the directory knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from dashboards.commands import Commands
from dashboards.note_words import wall_text
from dashboards.switching_commands import SwitchingCommands
from energy.service.switching.desk import SwitchingDesk
from energy.store.pool import Database
from tests.dashboards.e2e.rooms import known, site_served, vault_of
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import (
    commands_with,
    service_with,
)
from tests.energy.service.switching.board import Board
from tests.fixtures.postgres import TestSite, database_server, directory, new_site
from tests.fixtures.supply import STATION, electricity

__all__ = ["database_server", "directory", "new_site"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {
    "grace": ("technician", "en"),
    "ben": ("technician", "en"),
    "ada": ("energy_manager", "en"),
    "eve": ("admin", "en"),
}


@dataclass
class Room:
    """A station with a reviewed template, served."""

    site: TestSite
    url: str


@pytest.fixture
def room(new_site: TestSite, directory: Database) -> Iterator[Room]:
    site: TestSite = new_site()  # type: ignore[operator]  # the fixture makes sites
    site.application("metering").store(electricity(site.site.key, *STATION))
    site.project()
    Board(site).publish()
    vault, people = vault_of(directory), known(site, directory, PEOPLE)

    def commands(staff: Database) -> Commands:
        desk = SwitchingDesk(staff, site.site, site.clock)
        switching = SwitchingCommands(site.site.key, desk, site.clock)
        return commands_with(site.site.key, service=service_with(switching=switching))

    with site_served(site, vault, commands, *people.values()) as url:
        yield Room(site=site, url=url)


def test_an_order_is_approved_by_two_told_read_back_stopped_and_aborted(
    room: Room, sit: Callable[..., tuple[Page, Watch]]
) -> None:
    seats = {name: sit(room.url, name) for name in PEOPLE}
    grace, ben, ada, eve = (seats[name][0] for name in PEOPLE)
    _write(grace, room)
    for page in (ben, ada, eve):
        page.goto(grace.url)
    ada.get_by_role("button", name="Approve").click()
    eve.get_by_role("button", name="Release").click(timeout=PATIENCE_MS)  # by news
    for step in (1, 2):
        _step(ben, grace, step)
    ada.get_by_role("button", name="Stop now").click(timeout=PATIENCE_MS)
    ben.get_by_role("button", name="It goes on").click(timeout=PATIENCE_MS)
    expect(ben.locator(".act-done")).to_contain_text("stays stopped", timeout=PATIENCE_MS)
    tell = ben.get_by_role("button", name="Tell this step")
    expect(tell).to_have_count(0, timeout=PATIENCE_MS)
    eve.get_by_role("button", name="It goes on").click(timeout=PATIENCE_MS)
    _step(ben, grace, 3)
    due = grace.locator(".panel-switching-next")
    expect(due).to_contain_text("a permit to work is given now", timeout=PATIENCE_MS)
    grace.locator(".panel-switching-abort input").fill("breaker does not fit")
    grace.get_by_role("button", name="Abort").click()
    undo = ben.locator(".panel-switching-next")
    expect(undo).to_contain_text("in this order: 3, 1", timeout=PATIENCE_MS)
    expect(ben.locator(".switching-never")).to_contain_text("Meterline never switches")
    with grace.expect_download() as download:
        grace.get_by_role("link", name="Paper for the room").click()
    assert download.value.suggested_filename == "S-2019-00001.pdf"
    assert [watch.faults for _, watch in seats.values()] == [[], [], [], []]


def _write(page: Page, room: Room) -> None:
    """Write the order from the template, and open it."""
    page.goto(f"{room.url}/switching")
    page.get_by_role("link", name="Write a switching order").click()
    for field, option in (
        ("Template", "Feeder off"),
        ("Node", "F1 · f1"),
        ("Operator", "Grace"),
        ("Guardian", "Ben"),
    ):
        page.get_by_role("textbox", name=field, exact=True).click()
        page.get_by_role("option", name=option, exact=True).click()
    zone, now = room.site.site.zone, room.site.clock.now()
    page.get_by_label("Planned from").fill(wall_text(now, zone))
    page.get_by_label("Planned until").fill(wall_text(now + timedelta(hours=4), zone))
    page.get_by_label("What for").fill("new breaker")
    page.get_by_role("button", name="Write it").click()
    page.get_by_role("link", name="S-2019-00001").click(timeout=PATIENCE_MS)
    expect(page.locator(".panel-switching-next")).to_contain_text("A second person")


def _step(guardian: Page, operator: Page, step: int) -> None:
    """Tell a step at one screen and read it back at another; both see it by news."""
    said = guardian.locator(".switching-said-device")
    expect(said).to_contain_text(f"{step} · ", timeout=PATIENCE_MS)
    guardian.get_by_role("button", name="Tell this step").click()
    own = guardian.locator(".act-done")  # its answer draws the page anew: no press beside it
    expect(own).to_contain_text(f"Step {step} is told", timeout=PATIENCE_MS)
    operator.get_by_role("button", name="Read back: done").click(timeout=PATIENCE_MS)
    told = operator.locator(".act-done")
    expect(told).to_contain_text(f"Step {step} is read back", timeout=PATIENCE_MS)
