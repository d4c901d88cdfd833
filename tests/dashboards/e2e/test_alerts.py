"""At a real Chromium an alert is acknowledged by one press, its story told, another shelved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS

pytestmark = pytest.mark.browser


def test_an_alert_is_seen_acknowledged_and_told(visit: Callable[..., Visit]) -> None:
    begun = visit("technician")
    page = begun.page
    page.goto(f"{begun.url}/alerts")
    grid = page.locator(".alert-grid .ag-center-cols-container")
    expect(grid.locator(".ag-row")).to_have_count(3, timeout=PATIENCE_MS)
    row = grid.locator(".ag-row", has_text="Building 2 load above limit")
    row.get_by_role("button", name="Acknowledge").click()
    expect(row.get_by_role("button", name="Acknowledge")).to_have_count(0, timeout=PATIENCE_MS)
    grid.get_by_role("link", name="Building 2 load above limit").click()
    curve = page.locator("#alert-value .scatterlayer .trace")
    expect(curve.nth(1)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".alert-history")).to_contain_text("Grace Hopper")
    away = page.get_by_role("link", name="The camera that shows the place")
    expect(away).to_have_attribute("href", "https://cam.example/f0")
    expect(away).to_have_attribute("rel", "noopener noreferrer")
    page.locator(".panel-alert-value .twin summary").click()
    expect(page.locator(".twin .ag-row").first).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"{begun.url}/alerts")
    page.locator(".alert-grid").get_by_role("link", name="Building 3 load above limit").click()
    page.locator(".panel-alert-state").get_by_role("button", name="Acknowledge").click()
    expect(page.locator(".alert-facts")).to_contain_text("Grace Hopper", timeout=PATIENCE_MS)
    shelf = page.locator(".act-form", has_text="Shelve")
    shelf.get_by_role("button", name="Shelve").click()
    expect(shelf.locator(".act-said")).to_contain_text("Say why", timeout=PATIENCE_MS)
    shelf.get_by_label("Reason").fill("A fan is being replaced")
    shelf.get_by_role("button", name="Shelve").click()
    expect(page.locator(".act-done")).to_contain_text("Shelved until", timeout=PATIENCE_MS)
    page.goto(f"{begun.url}/alerts/shelved")
    expect(grid.locator(".ag-row", has_text="Building 3")).to_have_count(1, timeout=PATIENCE_MS)
    assert begun.watch.faults == []
