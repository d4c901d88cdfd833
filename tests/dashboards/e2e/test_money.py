"""At a real Chromium a clerk matches a bank entry and records a payment, and is told so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS

pytestmark = pytest.mark.browser


def test_a_clerk_matches_an_entry_and_records_a_payment(visit: Callable[..., Visit]) -> None:
    begun = visit("billing_clerk")
    page = begun.page
    page.goto(f"{begun.url}/money")
    entries = page.locator(".waiting-entries > li")
    expect(entries).to_have_count(3, timeout=PATIENCE_MS)
    expect(page.locator("#ageing-bars .barlayer .trace")).to_be_visible(timeout=PATIENCE_MS)
    second = entries.nth(1)
    expect(second.get_by_label("Account")).to_have_value("A-0003")
    second.get_by_role("button", name="Take as this account's payment").click()
    expect(entries).to_have_count(2, timeout=PATIENCE_MS)
    expect(page.locator(".act-done")).to_contain_text("A-0003")

    form = page.locator(".panel-record-payment")
    form.get_by_label("Account").fill("A-0001")
    form.get_by_label("Amount").fill("12,50")
    form.get_by_role("button", name="Record").click()
    expect(form.locator(".act-said")).to_contain_text("no amount", timeout=PATIENCE_MS)
    form.get_by_label("Amount").fill("12.50")
    form.get_by_role("button", name="Record").click()
    done = page.locator(".act-done")
    expect(done).to_contain_text("£12.50", timeout=PATIENCE_MS)
    assert begun.watch.faults == []
