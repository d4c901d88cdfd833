"""At a real Chromium an approver decides corrections: with a reason, once, and not one's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from energy.base.ids import id_of
from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fakes import fake_web

pytestmark = pytest.mark.browser
NAME = "CAM-2026-00002/1"


def test_a_correction_is_rejected_with_a_reason_and_accepted_by_a_second_person(
    visit: Callable[..., Visit],
) -> None:
    web = fake_web(roles=("billing_approver",))
    begun = visit(web=web)
    page = begun.page
    page.goto(f"{begun.url}/bills/corrections")
    page.locator(f"a[href='/bills/corrections/{NAME}']").first.click(timeout=PATIENCE_MS)
    page.wait_for_selector("[data-ready=correction]", timeout=PATIENCE_MS)
    expect(page.locator("main")).to_contain_text("-£31.20")
    page.locator(".act-reject-correction").click()
    expect(page.locator(".act-said .notice")).to_contain_text("reason", timeout=PATIENCE_MS)
    web.site.raised_by = id_of("person", "grace")
    page.locator(".act-accept-correction").click()
    refused = page.locator(".act-said .notice", has_text="cannot accept it")
    expect(refused).to_be_visible(timeout=PATIENCE_MS)
    assert web.site.decided.all == []
    web.site.raised_by = id_of("person", "somebody else")
    page.locator(".act-accept-correction").click()
    expect(page.locator(".act-done")).to_contain_text(NAME, timeout=PATIENCE_MS)
    expect(page.locator(".act-accept-correction")).to_have_count(0)
    assert [(name, state) for name, state, _ in web.site.decided.all] == [(NAME, "applied")]
    assert begun.watch.faults == []
