"""At a real Chromium a clerk looks at one exception of a run, its chart, and decides about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fake_energy import RUN
from tests.dashboards.fakes import fake_web

pytestmark = pytest.mark.browser


def test_one_exception_is_looked_at_and_decided_with_a_reason(visit: Callable[..., Visit]) -> None:
    web = fake_web(roles=("billing_clerk",))
    seen = visit(web=web)
    page = seen.page
    page.goto(f"{seen.url}/bills/runs/{RUN}/exceptions")
    first = page.locator(".ag-row", has_text="A-0002")
    first.get_by_role("link", name="outside band").click(timeout=PATIENCE_MS)
    page.wait_for_selector("[data-ready=exception]", timeout=PATIENCE_MS)
    bars = page.locator("#exception-chart .barlayer .point")
    expect(bars).to_have_count(30, timeout=PATIENCE_MS)
    page.locator(".panel-exception-usage .twin summary").click()
    expect(page.locator(".panel-exception-usage .ag-row").first).to_be_visible(timeout=PATIENCE_MS)
    page.click(".act-decide-exception")
    expect(page.locator(".act-said .notice")).to_contain_text("say why", timeout=PATIENCE_MS)
    decide = page.locator(".act-form", has=page.locator(".act-decide-exception"))
    decide.get_by_label("Reason").fill("a new cold store")
    page.click(".act-decide-exception")
    told = page.locator(".panel-exception")
    expect(told).to_contain_text("a new cold store (Grace Hopper)", timeout=PATIENCE_MS)
    page.locator(".state-reading summary").click()
    form = page.locator(".state-reading .act-form")
    form.locator("textarea").fill("2026-06-30 00:00=34518.27")
    form.get_by_label("Reason").fill("a digit was misread")
    form.locator(".act-review-state").click()
    expect(page.locator(".act-done")).to_contain_text("another person", timeout=PATIENCE_MS)
    readings = ("2026-06-30 00:00=34518.27",)
    done = web.site.review_desk.done
    assert done == [("state", "cam-b2-elec", "a digit was misread", readings)]
    expect(page.locator(".act-review-approve")).to_have_count(0)  # a clerk does not decide it
    assert seen.watch.faults == []
