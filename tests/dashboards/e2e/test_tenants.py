"""At a real Chromium a clerk opens a tenant from the list, reads its story, records a payment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fakes import fake_web

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 390])
def test_a_clerk_reads_a_tenant_s_story_and_records_a_payment(
    visit: Callable[..., Visit], width: int
) -> None:
    web = fake_web(roles=("billing_clerk",))
    begun = visit(web=web, width=width)
    page = begun.page
    page.goto(f"{begun.url}/tenants")
    page.locator(".ag-row a", has_text="A-0002").first.click(timeout=PATIENCE_MS)
    page.wait_for_selector("[data-ready=tenant]", timeout=PATIENCE_MS)
    for panel, words in (
        ("tenant-agreed", "120 kW"),
        ("tenant-shared", "1/2 area + 1/2 own usage"),
        ("tenant-deposits", "£250.00"),
        ("tenant-moves", "120.0 kWh"),
        ("account-balance", "R-8"),
        ("account-payments", "taken back 10 Jul 2026"),
    ):
        expect(page.locator(f".panel-{panel}")).to_contain_text(words)
    form = page.locator(".panel-record-payment")
    form.get_by_label("Amount").fill("7.25")
    form.get_by_role("button", name="Record").click()
    expect(page.locator(".act-done")).to_contain_text("£7.25", timeout=PATIENCE_MS)
    ((account, incoming, _items),) = web.site.received.all
    assert (account, str(incoming.amount)) == ("A-0002", "7.25")
    page.locator("a.tenant-bill").first.click()
    page.wait_for_selector("[data-ready=bill]", timeout=PATIENCE_MS)
    assert begun.watch.faults == []
