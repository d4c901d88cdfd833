"""At a real Chromium a month is reported, compared, entered by place, and taken along."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS

pytestmark = pytest.mark.browser


def test_a_report_of_a_month_is_read_compared_and_taken_along(
    visit: Callable[..., Visit],
) -> None:
    begun = visit("energy_manager")
    page = begun.page
    page.goto(f"{begun.url}/reports?span=month&at=2026-06-01&utility=electricity")
    page.wait_for_selector("#report-steps .barlayer .trace", timeout=PATIENCE_MS)
    page.click("#pick-compare")
    page.get_by_role("option", name="Period before").click()
    page.wait_for_url("**compare=previous**", timeout=PATIENCE_MS)
    legend = page.locator("#report-steps .legendtext", has_text="Period before")
    expect(legend).to_be_visible(timeout=PATIENCE_MS)
    page.locator(".panel-report-places .twin summary").click()
    expect(page.locator(".panel-report-places .ag-row").first).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download() as sheet:
        page.locator(".panel-report-places").get_by_role("link", name="XLSX").click()
    assert sheet.value.suggested_filename == "report_electricity_2026-06-01_2026-06-30_places.xlsx"
    with page.expect_download() as paper:
        page.get_by_role("link", name="Report as PDF").click()
    assert paper.value.suggested_filename == "report_electricity_2026-06-01_2026-06-30.pdf"
    page.get_by_role("link", name="Main Library").click()
    subtitle = page.locator(".panel-report-steps .subtitle")
    expect(subtitle).to_contain_text("b1", timeout=PATIENCE_MS)
    assert "place=b1" in page.url
    assert begun.watch.faults == []
