"""At a real Chromium an amount is walked down: line, day, intervals, readings, journal entry."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fakes import INVOICE

pytestmark = pytest.mark.browser


def test_an_amount_leads_to_the_reading_with_its_hash(visit: Callable[..., Visit]) -> None:
    seen = visit("billing_clerk")
    page = seen.page
    page.goto(f"{seen.url}/bills/{INVOICE}")
    page.locator("a.proof-amount").first.click(timeout=PATIENCE_MS)
    page.locator("a.line-day", has_text="12 Jun").click(timeout=PATIENCE_MS)
    page.wait_for_selector("[data-ready=line_day]", timeout=PATIENCE_MS)
    bars = page.locator("#line-intervals .barlayer .point")
    expect(bars).to_have_count(92, timeout=PATIENCE_MS)
    page.locator(".panel-line-intervals .twin summary").click()
    grid = page.locator(".panel-line-intervals .ag-row")
    expect(grid.first).to_be_visible(timeout=PATIENCE_MS)
    row = page.locator(".line-readings tbody tr").first
    expect(row).to_contain_text("35010")
    expect(row.locator("code.hash")).to_have_text("88c2" * 16)
    assert seen.watch.faults == []
