"""At a real Chromium a baseline is picked, and the savings follow it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS

pytestmark = pytest.mark.browser


def test_the_days_of_a_baseline_are_picked_and_stand_in_the_address(
    visit: Callable[..., Visit],
) -> None:
    begun = visit("viewer")
    page = begun.page
    page.goto(f"{begun.url}/savings?span=month&at=2026-06-01")
    line = page.locator("#savings-cusum .scatterlayer .trace")
    line.wait_for(state="attached", timeout=PATIENCE_MS)  # the made-up days are alike: it is flat
    assert page.url.endswith("/savings?span=month&at=2026-06-01"), "drawing picked something"
    terms = page.locator(".savings-terms")
    expect(terms).to_contain_text("1 Jun 2025", timeout=PATIENCE_MS)
    page.fill("#pick-base-from", "2025-05-01")
    page.keyboard.press("Enter")
    page.wait_for_url("**base=2025-05-01**", timeout=PATIENCE_MS)
    expect(terms).to_contain_text("1 May 2025", timeout=PATIENCE_MS)
    page.locator(".twin summary").click()
    expect(page.locator(".twin .ag-row").first).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download() as sheet:
        page.get_by_role("link", name="CSV").click()
    assert sheet.value.suggested_filename == "savings_electricity_2026-06-01.csv"
    assert begun.watch.faults == []
