"""At a real Chromium 300 meters stand in a heat map that leads to a meter's day."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS, await_drawn
from tests.dashboards.fakes import fake_web

pytestmark = pytest.mark.browser
MONTH = "/meters/quality?span=free&at=2026-06-15&until=2026-07-15"


def test_the_worst_days_of_300_meters_are_found_told_and_opened(
    visit: Callable[..., Visit],
) -> None:
    web = fake_web(roles=("viewer",))
    web.site.quality_meters = 300
    begun = visit(web=web)
    page = begun.page
    page.goto(f"{begun.url}/meters")
    page.get_by_role("link", name="Data quality").click()
    page.wait_for_url(f"**{MONTH}", timeout=PATIENCE_MS)
    page.wait_for_selector("[data-ready=quality]", timeout=PATIENCE_MS)
    await_drawn(page)
    rows = page.locator(".quality-grid .ag-center-cols-container .ag-row")
    assert 10 <= rows.count() < 100, "only what is seen is drawn"
    cell = page.locator("a.quality-cell.q6").first
    cell.hover()
    page.keyboard.down("Alt")
    told = page.locator("#why-box")
    expect(told).to_contain_text("Building 1 electricity, 19 Jun 2026", timeout=PATIENCE_MS)
    expect(told).to_contain_text("0 of 96 intervals known by readings, 0 estimated, 96 missing")
    expect(told).to_contain_text("48213")
    page.keyboard.up("Alt")
    expect(told).to_have_count(0)
    page.locator(".panel-quality .twin summary").click()
    expect(page.locator(".panel-quality .twin .ag-row").first).to_be_visible(timeout=PATIENCE_MS)
    page.locator('.quality-grid .ag-header-cell[col-id="d4"]').click()
    top = page.locator('.quality-grid .ag-center-cols-container .ag-row[row-index="0"]')
    expect(top.locator('.ag-cell[col-id="d4"] a.quality-cell')).to_have_class(re.compile("q6"))
    page.locator(".quality-grid .ag-cell:has(a.quality-cell.q6)").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-ready=meter]", timeout=PATIENCE_MS)
    assert page.url.endswith("/meters/cam-b1-elec?at=2026-06-19")
    expect(page.locator(".table.life-gaps")).to_contain_text("not filled", timeout=PATIENCE_MS)
    page.get_by_role("link", name="Month").click()
    expect(page.locator(".toolbar-span")).to_have_text("June 2026", timeout=PATIENCE_MS)
    page.wait_for_selector("#span-chart .main-svg", timeout=PATIENCE_MS)
    page.locator(".panel-life-journal .twin summary").click()
    rows = page.locator(".panel-life-journal .twin .ag-row")
    expect(rows.first).to_contain_text("Correction approved", timeout=PATIENCE_MS)
    with page.expect_download() as download:
        page.locator(".panel-life-journal").get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "journal_cam-b1-elec.csv"
    assert begun.watch.faults == []
