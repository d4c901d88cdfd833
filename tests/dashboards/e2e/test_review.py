"""At a real Chromium a case of doubt is decided on its page, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS, go
from tests.dashboards.fake_review import CASE
from tests.dashboards.fakes import fake_web

pytestmark = pytest.mark.browser


def test_a_case_is_held_and_accepted_with_a_reason(visit: Callable[..., Visit]) -> None:
    web = fake_web(roles=("energy_manager",))
    begun = visit(web=web, at="/")
    page = begun.page
    go(page, f"/review/{CASE.hex[:8]}")
    hold = page.locator(".decide-hold")
    hold.locator("summary").click()
    hold.get_by_role("button", name="Hold").click()
    expect(hold.locator(".act-said")).to_contain_text("until which day", timeout=PATIENCE_MS)
    assert web.site.review_desk.done == []
    hold.get_by_label("Wait until").fill("2026-08-01")
    hold.get_by_label("Wait until").press("Tab")
    hold.get_by_label("Reason").fill("Tom looks at it")
    hold.get_by_role("button", name="Hold").click()
    expect(page.locator(".act-done")).to_be_visible(timeout=PATIENCE_MS)
    accept = page.locator(".decide-accept")
    accept.locator("summary").click()
    accept.get_by_label("Reason").fill("It was the display")
    accept.get_by_label("Reason").press("Tab")
    accept.get_by_role("button", name="Accept").click()
    expect(page.locator(".act-done")).to_be_visible(timeout=PATIENCE_MS)
    assert web.site.review_desk.done[0] == ("hold", CASE, "Tom looks at it", date(2026, 8, 1))
    assert begun.watch.faults == []
