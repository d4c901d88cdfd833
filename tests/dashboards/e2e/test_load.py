"""At a real Chromium the picker above the load writes the address, and the table and files open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS

pytestmark = pytest.mark.browser


def test_the_load_of_a_month_is_picked_compared_read_and_taken_along(
    visit: Callable[..., Visit],
) -> None:
    begun = visit("viewer")
    page = begun.page
    page.goto(f"{begun.url}/load")
    page.wait_for_selector("#load-range .scatterlayer .trace", timeout=PATIENCE_MS)
    assert page.url.endswith("/load"), "what was only drawn picked something"
    page.get_by_role("link", name="Month").click()
    span = page.locator(".toolbar-span")
    expect(span).to_have_text("July 2026", timeout=PATIENCE_MS)
    assert page.url.endswith("/load?span=month")
    page.get_by_role("link", name="Earlier").click()
    expect(span).to_have_text("June 2026", timeout=PATIENCE_MS)
    page.click("#pick-compare")
    page.get_by_role("option", name="A year earlier").click()
    page.wait_for_url("**compare=year", timeout=PATIENCE_MS)
    legend = page.locator("#load-range .legendtext", has_text="A year earlier")
    expect(legend).to_be_visible(timeout=PATIENCE_MS)  # the page was drawn anew, its fields too
    page.click("#pick-utility")
    page.get_by_role("option", name="Gas").click()
    page.wait_for_url("**utility=gas**", timeout=PATIENCE_MS)
    what = page.locator(".panel-load-range .subtitle")
    expect(what).to_contain_text("Gas", timeout=PATIENCE_MS)
    page.locator(".twin summary").click()
    expect(page.locator(".twin .ag-row").first).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "load_gas_2026-06-01_2026-06-30.csv"
    page.go_back()
    page.wait_for_url("**compare=year", timeout=PATIENCE_MS)
    assert begun.watch.faults == []
