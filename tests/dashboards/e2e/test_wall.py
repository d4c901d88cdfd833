"""At a real Chromium a wall fits its screen, and says by itself that its data are old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from energy.base.clock import ManualClock
from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fakes import NOW, fake_web

pytestmark = pytest.mark.browser
SMALLEST = """() => {
    const words = document.createTreeWalker(document.getElementById("wall"), NodeFilter.SHOW_TEXT);
    let least = Infinity;
    while (words.nextNode()) {
        const holder = words.currentNode.parentElement;
        if (words.currentNode.data.trim() && holder.getClientRects().length) {
            least = Math.min(least, parseFloat(getComputedStyle(holder).fontSize));
        }
    }
    return least;
}"""


def test_a_wall_fits_its_screen_and_greys_when_nobody_answers(
    visit: Callable[..., Visit],
) -> None:
    begun = visit(web=fake_web(roles=("kiosk",), clock=ManualClock(NOW)))
    page = begun.page
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.clock.install()
    page.goto(f"{begun.url}/wall/main")
    page.clock.run_for(5000)
    expect(page.locator("#wall-load .scatterlayer .trace").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".mantine-AppShell-navbar")).to_be_hidden()
    expect(page.locator("#wall-link")).to_have_text("Link up")
    expect(page.locator("#wall-clock")).to_contain_text("15:07")
    expect(page.locator("#wall-stale")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    assert page.evaluate("document.documentElement.scrollWidth") <= 1920
    assert page.evaluate(SMALLEST) >= 24
    assert begun.watch.faults == []
    begun.page.route("**/*", lambda route: route.abort())
    page.clock.run_for(timedelta(seconds=90) // timedelta(milliseconds=1))
    expect(page.locator("#wall-stale")).to_have_text("DATA STALE 15:06", timeout=PATIENCE_MS)
    expect(page.locator("#wall-stale")).to_be_visible()
    expect(page.locator("#wall-link")).to_have_text("No link", timeout=PATIENCE_MS)
