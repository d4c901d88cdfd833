"""At a real Chromium a tariff's week is drawn, and the tariff tried on an account's last year."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS

pytestmark = pytest.mark.browser


def test_a_tariff_is_looked_at_and_tried(visit: Callable[..., Visit]) -> None:
    begun = visit("billing_clerk")
    page = begun.page
    page.goto(f"{begun.url}/tariffs")
    page.locator("table.tariffs a").last.click(timeout=PATIENCE_MS)
    expect(page.locator("#week-winter .barlayer .trace")).to_have_count(1, timeout=PATIENCE_MS)
    page.get_by_placeholder("Choose an account").click()
    page.get_by_role("option", name="A-0002").click()
    page.wait_for_url("**/on/A-0002", timeout=PATIENCE_MS)
    expect(page.locator("table.trial")).to_contain_text("-£13.80", timeout=PATIENCE_MS)
    expect(page.locator("table.trial")).to_contain_text("not priced: rating.no_price")
    page.go_back()
    expect(page.locator("#week-summer")).to_be_visible(timeout=PATIENCE_MS)
    assert begun.watch.faults == []
