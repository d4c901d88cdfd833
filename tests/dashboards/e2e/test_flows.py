"""At a real Chromium the energy flow is drilled by a click, balanced, and taken along."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS

pytestmark = pytest.mark.browser


def test_a_click_on_a_node_shows_what_it_feeds(visit: Callable[..., Visit]) -> None:
    begun = visit("viewer")
    page = begun.page
    page.goto(f"{begun.url}/flows?span=month")
    label = page.locator("#flow-range .sankey-node", has_text="Substation A")
    label.locator("rect").first.click(timeout=PATIENCE_MS)
    page.wait_for_url("**node=hv-a", timeout=PATIENCE_MS)
    expect(page.locator(".panel-flow .crumbs strong")).to_have_text("Substation A")
    expect(page.locator("table.balance .badge-bad")).to_have_text("over limit")
    page.locator(".panel-balance .twin summary").click()
    expect(page.locator(".panel-balance .ag-row").first).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download() as download:
        page.locator(".panel-balance").get_by_role("link", name="CSV").click()
    name = download.value.suggested_filename
    assert name == "balance_electricity_2026-07-01_2026-07-31.csv"
    page.get_by_role("link", name="Whole graph").click()
    expect(page.locator(".panel-flow .crumbs")).to_have_count(0, timeout=PATIENCE_MS)
    assert begun.watch.faults == []


def test_on_a_phone_the_flow_is_a_sorted_list(visit: Callable[..., Visit]) -> None:
    begun = visit("viewer", width=390)
    begun.page.goto(f"{begun.url}/flows")
    first = begun.page.locator(".panel-flow .flow-list li").first
    expect(first).to_be_visible(timeout=PATIENCE_MS)
    expect(begun.page.locator("#flow-range")).to_be_hidden()
    assert begun.watch.faults == []


def test_all_utilities_are_drawn_in_one_unit(visit: Callable[..., Visit]) -> None:
    begun = visit("viewer")
    page = begun.page
    page.goto(f"{begun.url}/flows?at=2026-07-14")
    page.get_by_role("link", name="Coal equivalent").click()
    page.wait_for_url("**measure=tce", timeout=PATIENCE_MS)
    node = page.locator("#site-flow .sankey-node", has_text="Boiler house")
    expect(node).to_be_visible(timeout=PATIENCE_MS)
    notes = page.locator(".panel-site-flow")
    expect(notes).to_contain_text("Left out, for no factor is declared: Gas")
    expect(notes).to_contain_text("GB/T 2589-2020, table A.2")
    notes.locator(".twin summary").click()
    with page.expect_download() as download:
        notes.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "flow_tce_2026-07-14.csv"
    assert begun.watch.faults == []
