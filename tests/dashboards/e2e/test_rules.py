"""At a real Chromium a rule is tested on the past and switched on; a span is declared and ended."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS

pytestmark = pytest.mark.browser


def test_a_rule_is_tested_and_switched_on_and_a_span_declared(
    visit: Callable[..., Visit],
) -> None:
    begun = visit("energy_manager")
    page = begun.page
    page.goto(f"{begun.url}/rules/rule/load-high?span=week")
    page.get_by_role("button", name="Test on these days").click()
    expect(page.locator(".trial-said")).to_contain_text("7 cases, 7.0 a week", timeout=PATIENCE_MS)
    expect(page.locator("#rule-cases .scatterlayer .trace").nth(2)).to_be_attached(
        timeout=PATIENCE_MS
    )
    expect(page.locator(".trial-cases tbody tr")).to_have_count(7)
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator(".act-done")).to_contain_text("Version 2", timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="Switch on")).to_have_count(0)
    page.goto(f"{begun.url}/rules/expected")
    page.get_by_role("textbox", name="Key").fill("cam-b3-elec")
    page.get_by_role("textbox", name="Until").fill("2030-07-16")
    page.get_by_role("button", name="Expect", exact=True).click()
    expect(page.locator(".act-said", has_text="Say what")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("textbox", name="Reason").fill("Works")
    page.get_by_role("button", name="Expect", exact=True).click()
    row = page.locator(".expected-spans tr", has_text="cam-b3-elec")
    expect(row).to_contain_text("holds", timeout=PATIENCE_MS)
    row.get_by_role("button", name="End now").click()
    expect(row).to_contain_text("ended early", timeout=PATIENCE_MS)
    assert begun.watch.faults == []


def test_a_rule_is_withdrawn_by_who_decides_and_nobody_else(visit: Callable[..., Visit]) -> None:
    begun = visit("viewer")
    begun.page.goto(f"{begun.url}/rules/rule/both")
    expect(begun.page.locator(".rule-versions tbody tr")).to_have_count(1, timeout=PATIENCE_MS)
    expect(begun.page.locator(".page-rule summary", has_text="Withdraw")).to_have_count(0)
    begun = visit("energy_manager")
    page = begun.page
    page.goto(f"{begun.url}/")
    page.locator(".nav-link", has_text="Alert rules").click()
    page.get_by_role("link", name="Rule of both").click()
    page.locator("summary", has_text="Withdraw").click()
    page.get_by_role("button", name="Withdraw the rule").click()
    expect(page.locator(".act-done")).to_contain_text("both is withdrawn", timeout=PATIENCE_MS)
    expect(page.locator(".page-no-rule")).to_contain_text("There is no rule both")
    page.locator(".nav-link", has_text="Alert rules").click()
    expect(page.locator(".page-rules")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("link", name="Rule of load-high").first).to_be_visible()
    expect(page.get_by_role("link", name="Rule of both")).to_have_count(0)
    assert begun.watch.faults == []
