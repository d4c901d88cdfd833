"""At a real Chromium a clerk credits a charge line: refused in words, proposed once, waiting."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from energy.base.ids import id_of
from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fakes import fake_web

pytestmark = pytest.mark.browser
BILL = id_of("invoice", "A-0003")


def test_a_clerk_credits_a_part_of_a_line(visit: Callable[..., Visit]) -> None:
    web = fake_web(roles=("billing_clerk",))
    begun = visit(web=web)
    page = begun.page
    page.goto(f"{begun.url}/bills/{BILL}")
    page.locator(".credit-line summary").click(timeout=PATIENCE_MS)
    form = page.locator(".credit-line .act-form")
    button, said = page.locator(".act-credit-line"), form.locator(".act-said .notice")
    form.get_by_label("Charge line").click()
    expect(page.get_by_role("option")).to_have_count(2)  # the third was credited already
    page.get_by_role("option").nth(1).click()
    button.click()
    expect(said).to_contain_text("Give a reason", timeout=PATIENCE_MS)
    form.get_by_label("Reason").fill("the meter room was flooded")
    form.get_by_label("How much of it").fill("1e3")
    button.click()
    expect(said).to_contain_text("no amount", timeout=PATIENCE_MS)
    form.get_by_label("How much of it").fill("624.90")
    button.click()
    expect(said).to_contain_text("Only 624.89 GBP are left of line 2", timeout=PATIENCE_MS)
    assert web.site.credited.all == []
    form.get_by_label("How much of it").fill("24.89")
    button.click()
    expect(page.locator(".act-done")).to_contain_text("CAM-2026-00003/1", timeout=PATIENCE_MS)
    expect(page.locator(".credit-line")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("waits for a second person")
    assert web.site.credited.all == [(2, Decimal("24.89"), "the meter room was flooded")]
    assert begun.watch.faults == []


def test_who_only_reads_bills_finds_no_form(visit: Callable[..., Visit]) -> None:
    begun = visit("billing_approver")
    begun.page.goto(f"{begun.url}/bills/{id_of('invoice', 'A-0002')}")
    expect(begun.page.locator("dl.credit-links").first).to_be_visible(timeout=PATIENCE_MS)
    expect(begun.page.locator(".credit-line")).to_have_count(0)
