"""At a real Chromium a substation is read, clicked, and grows old by itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fake_plant import FRESH_S

pytestmark = pytest.mark.browser
STALE = re.compile(r"\bstale\b")
OVERLAPS = """() => {
    const boxes = [...document.querySelectorAll(".line-box")].map((b) => b.getBoundingClientRect());
    return boxes.filter((a, n) => boxes.some((b, m) => m > n && a.left < b.right - 0.5
        && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5)).length;
}"""


def test_a_station_is_found_read_and_clicked(visit: Callable[..., Visit]) -> None:
    begun = visit("energy_manager")
    page = begun.page
    page.goto(f"{begun.url}/plant")
    page.get_by_role("link", name="Grid A + Grid B + PV").click()
    drawing = page.locator(".line-drawing")
    expect(drawing.locator(".line-box")).to_have_count(18 + 1, timeout=PATIENCE_MS)
    expect(drawing.locator(".line-image")).to_be_visible()
    assert page.evaluate(OVERLAPS) == 0
    expect(drawing.locator(".line-box", has_text="F2").locator(".badge").first).to_have_text(
        "unknown"
    )
    old = drawing.locator(".line-box", has_text="F3").locator(".line-rate")
    expect(old).to_have_css("text-decoration-line", "line-through")
    drawing.get_by_role("link", name="F0").click()
    page.wait_for_url("**node=f0", timeout=PATIENCE_MS)
    node = page.locator(".panel-line-node")
    expect(node.get_by_role("heading", level=2)).to_have_text("Selected: F0")
    expect(node.get_by_role("link", name="Tenant of Building 2")).to_be_visible()
    page.locator(".panel-line-table .twin summary").click()
    rows = page.locator(".panel-line-table .ag-row")
    expect(rows.first).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download() as download:
        page.locator(".panel-line-table").get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "one_line_electricity_grid-a.csv"
    assert begun.watch.faults == []


def test_values_nobody_renews_are_struck_through_and_switches_unknown(
    visit: Callable[..., Visit],
) -> None:
    begun = visit("viewer")
    page = begun.page
    page.clock.install()
    page.goto(f"{begun.url}/plant/grid-a")
    box = page.locator(".line-box", has_text="F0")
    expect(box).to_be_visible(timeout=PATIENCE_MS)
    page.clock.run_for(4000)
    expect(box.locator(".position")).not_to_have_class(STALE)
    expect(page.locator(".line-old")).to_be_hidden()
    page.clock.run_for(FRESH_S * 1000)
    expect(box.locator(".position")).to_have_class(STALE)
    expect(box.locator(".position")).to_have_css("content", '"unknown"', pseudo="after")
    expect(box.locator(".position")).to_have_css("font-size", "0px")
    expect(box.locator(".line-rate")).to_have_css("text-decoration-line", "line-through")
    expect(page.locator(".line-old")).to_be_visible()


def test_a_plant_is_found_beside_its_past_and_taken_along(visit: Callable[..., Visit]) -> None:
    begun = visit("viewer")
    page = begun.page
    page.goto(f"{begun.url}/plant")
    page.locator(".panel-plants").get_by_role("link", name="Chiller 1").click()
    page.wait_for_url("**/plants?*place=chiller-1", timeout=PATIENCE_MS)
    expect(page.locator(".tile-number").first).to_have_text("5.00", timeout=PATIENCE_MS)
    traces = page.locator("#plant-curve .scatterlayer .trace")
    expect(traces).to_have_count(2, timeout=PATIENCE_MS)
    page.locator(".panel-plant-turns .twin summary").click()
    expect(page.locator(".panel-plant-turns .ag-row")).to_have_count(2, timeout=PATIENCE_MS)
    page.locator(".panel-plant-curve .twin summary").click()
    with page.expect_download() as download:
        page.locator(".panel-plant-curve").get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "plant_chiller-1_2026-07-08_2026-07-14.csv"
    assert begun.watch.faults == []


def test_on_a_phone_the_station_is_a_list(visit: Callable[..., Visit]) -> None:
    begun = visit("viewer", width=390)
    page = begun.page
    page.goto(f"{begun.url}/plant/grid-a")
    expect(page.locator(".line-box").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".line-image")).to_be_hidden()
    assert page.evaluate(OVERLAPS) == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert begun.watch.faults == []
