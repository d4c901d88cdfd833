"""A person at a real Chromium pins a note, sees it on the figures, changes and withdraws it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)> 冷机检修"


def pin(page: Page, text: str, first: str = "2026-07-15 08:00", last: str = "2026-07-15") -> None:
    page.click(".note-pin summary")
    page.fill(".note-pin textarea", text)
    page.fill(".note-pin input >> nth=0", first)
    page.fill(".note-pin input >> nth=1", last)
    page.click(".note-pin button")


def test_a_viewer_pins_a_note_and_every_figure_it_touches_shows_it(
    visit: Callable[..., Visit],
) -> None:
    page, watch = (begun := visit("viewer", at="/")).page, begun.watch
    pin(page, HOSTILE, first="2026-07-15 25:00")
    expect(page.locator(".note-said")).to_contain_text("no time", timeout=PATIENCE_MS)
    page.fill(".note-pin input >> nth=0", "2026-07-15 08:00")
    page.click(".note-pin button")
    expect(page.locator(".panel-load .note-text")).to_have_text(HOSTILE, timeout=PATIENCE_MS)
    marks = page.locator("#load-chart .annotation-text", has_text="1")
    expect(marks.first).to_be_attached(timeout=PATIENCE_MS)

    page.click("nav a[href='/plan']")
    page.wait_for_selector("[data-ready=plans]", timeout=PATIENCE_MS)
    page.click("a[href='/plan/2026/place/campus']")
    page.wait_for_selector("[data-ready=plan]", timeout=PATIENCE_MS)
    bars = page.locator("#plan-chart-electricity .barlayer .point path")
    expect(bars.first).to_be_attached(timeout=PATIENCE_MS)
    expect(page.locator(".notes .note-text")).to_have_text([HOSTILE])
    pin(page, "Second")
    expect(page.locator(".notes .note-text")).to_have_text([HOSTILE, "Second"], timeout=PATIENCE_MS)

    page.goto(f"{begun.url}/meters/cam-b2-elec")
    page.wait_for_selector("[data-ready=meter]", timeout=PATIENCE_MS)
    expect(page.locator(".panel-usage .note-text")).to_have_text([HOSTILE, "Second"])
    assert page.locator("img[src=x]").count() == 0
    first = page.locator(".notes > li").first
    first.locator("summary").first.click()
    first.locator("textarea").fill("Chiller serviced")
    first.locator(".note-save").click()
    expect(page.locator(".panel-usage .note-text").first).to_have_text(
        "Chiller serviced", timeout=PATIENCE_MS
    )
    page.locator(".notes > li summary").last.focus()
    page.keyboard.press("Enter")
    page.locator(".note-withdraw").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".panel-usage .note-text")).to_have_text(
        ["Chiller serviced"], timeout=PATIENCE_MS
    )
    assert watch.faults == []
