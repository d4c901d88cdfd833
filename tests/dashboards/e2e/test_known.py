"""At a real Chromium a bill is looked at as known later: slider, links, figures, correction."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fakes import INVOICE

pytestmark = pytest.mark.browser


def test_the_slider_leads_to_what_the_bill_would_be(visit: Callable[..., Visit]) -> None:
    seen = visit("billing_clerk")
    page = seen.page
    page.goto(f"{seen.url}/bills/{INVOICE}")
    expect(page.locator(".known-steps tbody tr")).to_have_count(2, timeout=PATIENCE_MS)
    page.locator(".known-slider [role=slider]").press("ArrowRight")
    expect(page.locator(".known-at")).to_have_text("10 Jul 2026, 00:00:04", timeout=PATIENCE_MS)
    assert page.url.endswith(f"/bills/{INVOICE}/known/41950-77")
    figures = page.locator(".panel-known")
    expect(figures).to_contain_text("+£123.88", timeout=PATIENCE_MS)
    expect(page.locator(".known-arrived")).to_contain_text("metering 41722")
    expect(page.locator(".known-arrived tbody tr")).to_have_count(1)
    page.get_by_role("link", name="later ›").click()
    expect(page.locator(".known-arrived tbody tr")).to_have_count(2, timeout=PATIENCE_MS)
    page.locator(".panel-known .twin summary").click()
    expect(page.locator(".panel-known .ag-row").first).to_be_visible(timeout=PATIENCE_MS)
    page.click("a.to-correction")
    page.wait_for_selector("[data-ready=correction]", timeout=PATIENCE_MS)
    assert seen.watch.faults == []
