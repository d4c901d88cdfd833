"""At a real Chromium a wall fits its screen, and says by itself that its data are old."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from dashboards.queries.outage_rows import OutageBoard
from dashboards.queries.rows import AlertRow, Answer
from dashboards.security.scope import Scope
from energy.base.clock import ManualClock
from energy.base.ids import id_of
from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fakes import NOW, FakeWeb, fake_web

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
CUT = """() => {
    const list = document.querySelector(".wall-alerts ul").getBoundingClientRect();
    const rows = [...document.querySelectorAll(".wall-alerts li")];
    const seen = rows.map((row) => row.getBoundingClientRect()).filter(
        (row) => row.left < list.right && row.top < list.bottom);
    return [seen.length, seen.filter((row) => row.bottom > list.bottom + 1).length];
}"""
"""How many alerts are seen, and how many of them in part."""


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
    expect(page.locator(".wall-outages")).to_contain_text("Feeder 0")
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    assert page.evaluate("document.documentElement.scrollWidth") <= 1920
    assert page.evaluate(SMALLEST) >= 24
    assert begun.watch.faults == []
    begun.page.route("**/*", lambda route: route.abort())
    page.clock.run_for(timedelta(seconds=90) // timedelta(milliseconds=1))
    expect(page.locator("#wall-stale")).to_have_text("DATA STALE 15:06", timeout=PATIENCE_MS)
    expect(page.locator("#wall-stale")).to_be_visible()
    expect(page.locator("#wall-link")).to_have_text("No link", timeout=PATIENCE_MS)


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)], ids=lambda size: str(size[0]))
def test_a_crowded_wall_has_room_for_outages_and_cuts_no_alert(
    visit: Callable[..., Visit], size: tuple[int, int]
) -> None:
    web = fake_web(roles=("kiosk",), clock=ManualClock(NOW))
    crowd(web)
    begun = visit(web=web)
    page = begun.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{begun.url}/wall/main")
    outages = page.locator(".wall-outages")
    expect(outages).to_be_visible(timeout=PATIENCE_MS)
    expect(outages).to_contain_text("2 more")
    box = outages.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= size[0]
    expect(page.locator(".wall-assurance")).to_contain_text("State visit")
    assert all(each.is_visible() for each in outages.locator("li").all())
    seen, cut = page.evaluate(CUT)
    assert (seen >= 3, cut) == (True, 0)
    assert page.evaluate("document.documentElement.scrollHeight") <= size[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate(SMALLEST) >= 24
    assert begun.watch.faults == []


def crowd(web: FakeWeb) -> None:
    """Let nine alerts stand and three outages run, one with a name longer than its room."""
    board = web.site.outages
    alerts = web.site.open_alerts

    def outages(scope: Scope) -> Answer[OutageBoard]:
        answer = board(scope)
        (off,) = answer.rows.running
        long = replace(off, name="High-voltage substation of the northern terminal, busbar B")
        return replace(answer, rows=replace(answer.rows, running=(long, off, off)))

    def standing(scope: Scope) -> Answer[tuple[AlertRow, ...]]:
        answer = alerts(scope)
        more = (replace(answer.rows[0], alert=id_of("alert", str(n))) for n in range(6))
        return replace(answer, rows=(*answer.rows, *more))

    web.site.outages = outages  # type: ignore[method-assign]
    web.site.open_alerts = standing  # type: ignore[method-assign]
