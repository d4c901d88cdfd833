"""At a real Chromium an outage is drafted by one, reviewed by another, its receipts count up.

Real tables, desk, senders and a gateway that is a server; a delay tells everybody again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from billing.prepaid.protected import ProtectedPoint, Protection, ProtectionKind
from billing.views.books import books_follower
from billing.views.outage_tenants import supplied_by
from dashboards.commands import Commands
from dashboards.note_words import wall_text
from energy.alerting.outages.desk import OutageDesk
from energy.alerting.outages.informing import group_of
from energy.store.pool import Database
from tests.dashboards.e2e.rooms import site_served
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import (
    commands_with,
    person_of,
)
from tests.energy.alerting.notices import book
from tests.energy.alerting.notices.chain import Chain
from tests.energy.alerting.notices.loopback import operator
from tests.fixtures.postgres import TestSite, command, database_server, new_site, site_schema
from tests.fixtures.supply import STATION, electricity
from tests.scripts.commands.test_outage import open_account

__all__ = ["database_server", "new_site", "site_schema"]
pytestmark = [pytest.mark.browser, pytest.mark.servers]
PEOPLE = {"grace": "technician", "ada": "energy_manager"}
QUEUED = "Notices queued: 3"
OFF, ON = timedelta(days=2), timedelta(days=2, hours=3)


@dataclass
class Yard:
    """A station whose feeder 1 supplies a shop and a clinic, with everything that tells them."""

    site: TestSite
    chain: Chain
    url: str
    lock: threading.Lock

    def go(self) -> None:
        """Let the senders do all that is due."""
        with self.lock:
            self.chain.go()

    def received(self) -> None:
        """Let the phones receive what was sent."""
        rows = self.site.rows("SELECT gateway, reference FROM {s}.notice WHERE state = 'handed'")
        at = self.site.clock.now()
        for gateway, reference in rows:
            told = getattr(self.chain, gateway)
            told.receipts.append(
                {"reference": reference, "state": "delivered", "at": at.isoformat()}
            )
        self.go()

    def texts(self) -> list[str]:
        """Return what stands on the phones and in the mailbox."""
        every = (self.chain.first, self.chain.second, self.chain.mail)
        return [told["text"] for each in every for told in each.messages]


@pytest.fixture
def yard(site_schema: TestSite) -> Iterator[Yard]:
    _station(site_schema)
    with ExitStack() as stack:
        first, second, mail = (stack.enter_context(operator()) for _ in range(3))
        vault = book.a_book(site_schema)
        book.group(site_schema, group_of("A-1"), "ada", "eve")
        book.group(site_schema, group_of("A-2"), "ben")
        chain = Chain(site=site_schema, vault=vault, first=first, second=second, mail=mail)
        people = (person_of(name, role) for name, role in PEOPLE.items())
        lock = threading.Lock()

        def commands(staff: Database) -> Commands:
            site = site_schema.site
            desk = OutageDesk(staff, site, site_schema.clock, supplied_by(staff, site))
            return commands_with(site.key, outages=desk)

        url = stack.enter_context(
            site_served(site_schema, chain.vault, commands, *people, lock=lock)
        )
        yield Yard(site=site_schema, chain=chain, url=url, lock=lock)


def _station(site: TestSite) -> None:
    """Build the station; a shop pays for m1, a clinic, which is protected, for m2."""
    for account, point in (("A-1", "m1"), ("A-2", "m2")):
        site.counter(point)
        open_account(site, account, point)
    guarded = ProtectedPoint(site=site.site.key, point="m2", command_id=command("listed"))
    always = Protection(kind=ProtectionKind.MEDICAL, valid_from=date(2018, 1, 1), valid_to=None)
    guarded.protect(always, note="", by=book.ADMIN, command_id=command("guarded"))
    site.application("books").store(guarded)
    site.application("metering").store(electricity(site.site.key, *STATION))
    site.project()
    follower = books_follower(site.writer, site.schema, site.clock)
    while follower.step():
        pass


def test_an_outage_is_drafted_reviewed_by_another_received_and_told_again_when_delayed(
    yard: Yard, sit: Callable[..., tuple[Page, Watch]]
) -> None:
    mine, my_watch = sit(yard.url, "grace")
    theirs, their_watch = sit(yard.url, "ada")
    _plan(mine, yard)
    assert yard.texts() == []
    theirs.goto(mine.url)
    expect(theirs.locator(".outage-texts")).to_contain_text("Planned outage of F1")
    theirs.get_by_role("button", name="Let it hold and tell everybody").click()
    expect(theirs.locator(".act-done")).to_contain_text("Notices queued: 3", timeout=PATIENCE_MS)
    counted = mine.locator(".panel-outage-receipts")
    expect(counted).to_contain_text("0 of 3 received it", timeout=PATIENCE_MS)
    yard.go()
    expect(counted).to_contain_text("3 sent, no receipt yet", timeout=PATIENCE_MS)
    yard.received()
    expect(counted).to_contain_text("3 of 3 received it", timeout=PATIENCE_MS)
    expect(mine.locator(".panel-outage-state")).to_contain_text("told")
    _delay(theirs, yard)
    mine.reload()
    mine.get_by_role("button", name="Let it hold and tell everybody").click()
    expect(mine.locator(".act-done")).to_contain_text(QUEUED, timeout=PATIENCE_MS)
    yard.go()
    yard.received()
    again = theirs.locator(".panel-outage-receipts")
    expect(again).to_contain_text("Receipts of version 2", timeout=PATIENCE_MS)
    expect(again).to_contain_text("3 of 3 received it", timeout=PATIENCE_MS)
    assert sum("Changed" in text or "变更" in text for text in yard.texts()) == 3
    assert len(yard.texts()) == 6
    assert my_watch.faults == their_watch.faults == []


def _plan(page: Page, yard: Yard) -> None:
    """Choose a node, see who goes dark, and write the draft, which one does not review oneself."""
    page.goto(f"{yard.url}/outages")
    page.get_by_role("link", name="Plan an outage").click()
    page.get_by_role("textbox", name="Node", exact=True).click()
    page.get_by_role("option", name="F1 · f1 ·").click()
    expect(page.locator(".outage-rows tbody tr")).to_have_count(3, timeout=PATIENCE_MS)
    expect(page.locator(".outage-rows tbody tr").first).to_contain_text("medical")
    zone, now = yard.site.site.zone, yard.site.clock.now()
    page.get_by_label("Off from").fill(wall_text(now + OFF, zone))
    page.get_by_label("On again at").fill(wall_text(now + ON, zone))
    page.get_by_role("button", name="Write the draft").click()
    expect(page.locator(".act-said .notice")).to_contain_text("Say what is done")
    page.get_by_label("What is done").fill("new breaker")
    page.get_by_role("button", name="Write the draft").click()
    page.get_by_role("link", name="To the draft").click()
    expect(page.locator(".panel-outage-review")).to_contain_text("somebody else reviews it")
    expect(page.get_by_role("button", name="Let it hold")).to_have_count(0)


def _delay(page: Page, yard: Yard) -> None:
    later = wall_text(yard.site.clock.now() + ON + timedelta(hours=2), yard.site.site.zone)
    page.get_by_label("On again at").fill(later)
    page.get_by_role("button", name="Write the next version").click()
    expect(page.locator(".act-done")).to_contain_text("Version 2 waits", timeout=PATIENCE_MS)
    expect(page.locator(".outage-texts")).to_contain_text("Changed")
