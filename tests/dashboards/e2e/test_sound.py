"""In a real Chromium: what is heard, said in red, silenced with a name; a wall that turns."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboards.queries.rows import AlertRow
from dashboards.queries.sound_rows import Called
from dashboards.security.sessions import digest_of
from energy.base.clock import ManualClock
from energy.base.ids import id_of
from energy.journal.access import Device
from tests.dashboards.e2e.conftest import Visit, served
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fake_energy import SITE
from tests.dashboards.fakes import NOW, FakeWeb, fake_web

pytestmark = pytest.mark.browser
TOKEN = "desk-token"
COUNTED = """() => {
    window.tones = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) {
        window.tones.push(this.frequency.value);
        return start.apply(this, at);
    };
}"""
"""Counts what really goes to the loudspeaker."""
BLOCKED = """() => {
    const Real = window.AudioContext;
    window.AudioContext = class extends Real {
        get state() { return this.asked ? super.state : "suspended"; }
        resume() { this.asked = true; return super.resume(); }
    };
}"""
"""As on a screen that nobody touched: what a test evaluates counts as a gesture for Chromium."""
COLOUR = "getComputedStyle(document.querySelector('.sound-is-off')).color"


def critical(web: FakeWeb) -> AlertRow:
    """Return an alert that a wall turns to."""
    return AlertRow(
        alert=id_of("alert", "critical"),
        severity="critical",
        rule="Contract demand exceeded",
        point="cam-b3-elec",
        meter="Building 3 electricity",
        quantity="active_power",
        unit="W",
        value=Decimal(2_110_000),
        limit=Decimal(2_000_000),
        raised_at=NOW - timedelta(minutes=1),
        historic=False,
        acknowledged_at=None,
        acknowledged_by=None,
        place="Building 3",
        now_value=Decimal(2_143_000),
        now_at=NOW - timedelta(seconds=12),
    )


def bound_desk(web: FakeWeb) -> None:
    web.doors.bound[digest_of(TOKEN)] = Device(
        device=id_of("device", "1"),
        kind="desk",
        site=SITE,
        name="Position 1",
        view="",
        addresses=(),
        enrolled_at=NOW,
        ended=False,
    )


def pin(web: FakeWeb) -> None:
    """Let one act pass, as the PIN does."""
    for session in list(web.store.rows):
        web.store.confirm(session, NOW + timedelta(days=1))


def news(web: FakeWeb, page: Page) -> None:
    web.site.news += 1
    page.clock.run_for(11_000)


def tones(page: Page) -> int:
    found: int = page.evaluate("window.tones.length")
    return found


def at_desk(visit: Callable[..., Visit]) -> tuple[FakeWeb, Page]:
    """Return the page of a bound workstation, on which somebody has just signed in."""
    web = fake_web(roles=("desk",), clock=ManualClock(NOW))
    bound_desk(web)
    begun = visit(web=web, device=TOKEN)
    page = begun.page
    page.add_init_script(f"({COUNTED})()")
    page.clock.install()
    page.goto(f"{begun.url}/alerts")
    page.locator(".page-alerts h1").click()  # whoever sits there has pressed something
    page.clock.run_for(1000)
    expect(page.locator("body")).to_have_attribute("data-sound-may", "1", timeout=PATIENCE_MS)
    return web, page


def test_a_desk_says_in_red_that_nobody_tested_it_in_this_shift(
    visit: Callable[..., Visit],
) -> None:
    web, page = at_desk(visit)
    off = page.locator(".sound-is-off")
    expect(off).to_be_visible(timeout=PATIENCE_MS)
    expect(off).to_contain_text("Sound off")
    assert page.evaluate(COLOUR) == "rgb(179, 38, 30)"
    pin(web)
    page.locator(".sound-begin").click()
    heard = page.locator(".sound-hear")
    expect(heard).to_be_visible(timeout=PATIENCE_MS)
    page.clock.run_for(1000)
    assert tones(page) == 6
    pin(web)
    heard.click()
    on = page.locator(".sound-is-on")
    page.clock.run_for(1000)
    expect(on).to_be_visible(timeout=PATIENCE_MS)
    page.clock.run_for(1000)
    expect(on).to_contain_text("Grace Hopper")
    expect(off).to_be_hidden()
    assert [each.heard_by for each in web.site.tests.values()] == ["Grace Hopper"]


def test_an_alarm_is_heard_and_silenced_by_name_until_the_silence_ends(
    visit: Callable[..., Visit],
) -> None:
    web, page = at_desk(visit)
    web.site.more.append(critical(web))
    before = tones(page)
    news(web, page)
    expect(page.locator(".sound-strip")).to_have_attribute(
        "data-alarm", "critical", timeout=PATIENCE_MS
    )
    page.clock.run_for(9000)
    assert tones(page) >= before + 8
    expect(page.locator("body")).to_have_attribute("data-sound-last", "critical")

    pin(web)
    page.locator(".sound-silence").click()
    silent = page.locator(".sound-strip .sound-is-silent")
    expect(silent).to_be_attached(timeout=PATIENCE_MS)
    page.clock.run_for(1000)
    expect(silent).to_be_visible(timeout=PATIENCE_MS)
    expect(silent).to_contain_text("Grace Hopper")
    page.clock.run_for(1000)
    quiet = tones(page)
    page.route("**/_dash-update-component", lambda route: route.abort())
    page.clock.run_for(9 * 60_000)
    assert tones(page) == quiet
    expect(silent).to_be_visible()
    page.clock.run_for(62_000)
    expect(silent).to_be_hidden(timeout=PATIENCE_MS)
    assert tones(page) > quiet


def wall(browser: Browser, url: str, web: FakeWeb) -> Page:
    """Return a wall screen that its token opened, on which nobody ever pressed anything."""
    web.doors.bound[digest_of(TOKEN)] = Device(
        device=id_of("device", "hall"),
        kind="kiosk",
        site=SITE,
        name="Hall",
        view="/wall/main",
        addresses=(),
        enrolled_at=NOW,
        ended=False,
    )
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.add_init_script(f"({COUNTED})(); ({BLOCKED})()")
    page.clock.install()
    page.goto(f"{url}/kiosk/{TOKEN}")
    page.clock.run_for(2000)
    return page


def test_a_wall_turns_to_a_critical_alert_and_back(browser: Browser) -> None:
    web = fake_web(roles=("kiosk",), clock=ManualClock(NOW))
    with served(web) as url:
        page = wall(browser, url, web)
        watch = Watch(page, url)
        usual, alarm = page.locator("#wall-load"), page.locator(".wall-alarm")
        expect(usual).to_be_visible(timeout=PATIENCE_MS)
        address = page.url
        row = critical(web)
        quiet: dict[str, dict[str, Any]] = {
            "historic": {"historic": True},
            "seen": {"acknowledged_at": NOW, "acknowledged_by": "Mei Lin"},
            "high": {"severity": "high"},
        }
        for name, facts in quiet.items():
            web.site.more = [replace(row, alert=id_of("alert", name), rule=f"Is {name}", **facts)]
            news(web, page)
            expect(page.locator(".wall-alerts")).to_contain_text(f"Is {name}", timeout=PATIENCE_MS)
            expect(alarm).to_have_count(0)
        web.site.more = [row]
        web.site.called_rows = (
            Called(name="Mei Lin", way="sms", state="delivered", level=1, at=NOW),
        )
        news(web, page)
        expect(alarm).to_be_visible(timeout=PATIENCE_MS)
        expect(usual).to_have_count(0)
        for words in ("Building 3", "2,143 kW", "Mei Lin", "delivered"):
            expect(alarm).to_contain_text(words)
        page.clock.run_for(1000)
        expect(alarm.locator("[data-aged]")).to_have_text(re.compile(r"\d+ s"))
        assert page.evaluate("document.documentElement.scrollHeight") <= 1080
        web.site.more = [replace(row, acknowledged_at=NOW, acknowledged_by="Mei Lin")]
        news(web, page)
        expect(usual).to_be_visible(timeout=PATIENCE_MS)
        expect(alarm).to_have_count(0)
        assert page.url == address
        assert watch.faults == []
        page.close()


def test_a_wall_that_nobody_touched_says_so_in_red_and_plays_what_a_desk_begins(
    browser: Browser,
) -> None:
    web = fake_web(roles=("kiosk",), clock=ManualClock(NOW))
    with served(web) as url:
        page = wall(browser, url, web)
        web.site.more = [critical(web)]
        news(web, page)
        off = page.locator(".sound-is-off")
        expect(off).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator(".sound-strip")).to_have_attribute(
            "data-alarm", "critical", timeout=PATIENCE_MS
        )
        assert tones(page) == 0
        page.locator(".sound-unlock").click()
        page.clock.run_for(2000)
        expect(page.locator(".sound-is-on")).to_be_visible(timeout=PATIENCE_MS)
        page.clock.run_for(1000)
        assert tones(page) >= 4
        web.site.more, web.site.wall_tested = [], False
        news(web, page)
        expect(off).to_be_visible(timeout=PATIENCE_MS)
        page.clock.run_for(1000)
        before = tones(page)
        web.site.begin_test("wall/Hall", by=id_of("person", "grace"), command_id=id_of("test"))
        news(web, page)
        expect(page.locator(".sound-strip")).to_have_attribute(
            "data-test", str(id_of("test")), timeout=PATIENCE_MS
        )
        page.clock.run_for(3000)
        assert tones(page) == before + 6
        expect(page.locator(".sound-begin, .sound-silence")).to_have_count(0)
        page.close()
