"""At a real Chromium a tenant looks, asks and is answered; what was sent appears at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from energy.base.ids import id_of
from tests.dashboards.e2e.conftest import Visit, enter
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch, await_drawn
from tests.dashboards.fake_portal import OWN
from tests.dashboards.fakes import fake_web

pytestmark = pytest.mark.browser


def test_a_tenant_asks_and_the_office_answers(visit: Callable[..., Visit]) -> None:
    web = fake_web(roles=("tenant",))
    web.people.tenancies = frozenset({OWN})
    clerk = id_of("person", "carl")
    grace = web.people.people["grace"]
    web.people.people["carl"] = replace(
        grace, person=clerk, sign_in="carl", name="Carl", roles=("billing_clerk",)
    )
    web.site.names[clerk] = "Carl"
    begun = visit(web=web, at="/portal")
    page = begun.page
    expect(page.locator("h1")).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator("nav a[href='/bills']").count() == 0
    page.locator("a.own-bill").first.click()
    form = page.locator(".panel-ask")
    form.get_by_role("button", name="Send").click()
    expect(form.locator(".act-said")).to_contain_text("Say something", timeout=PATIENCE_MS)
    form.get_by_label("Charge line").click()
    page.get_by_role("option", name="1 ").first.click()
    form.get_by_label("Your question").fill("Who used this on Sunday?")
    form.get_by_role("button", name="Send").click()
    expect(page.locator(".act-done")).to_contain_text("Sent.", timeout=PATIENCE_MS)
    asked = page.locator(".panel-enquiry", has_text="Who used this on Sunday?")
    expect(asked).to_contain_text("line 1")
    expect(asked).to_contain_text("waits for an answer")
    with page.expect_download() as paper:
        page.locator("a.link", has_text="PDF").first.click()
    assert paper.value.suggested_filename.endswith(".pdf")

    office = page.context.browser.new_context().new_page()  # type: ignore[union-attr]
    watch = Watch(office, begun.url)
    enter(office.context, begun.url, "carl")
    office.goto(f"{begun.url}/enquiries")
    waiting = office.locator(".panel-enquiry", has_text="Who used this on Sunday?")
    waiting.get_by_label("Answer").fill("The cold store.", timeout=PATIENCE_MS)
    waiting.get_by_role("button", name="Send").click()
    expect(waiting).to_contain_text("The cold store.", timeout=PATIENCE_MS)
    expect(waiting.get_by_label("Answer")).to_have_value("")
    office.context.close()

    page.locator("nav a[href='/portal/enquiries']").click()
    page.wait_for_selector("[data-ready=own-enquiries]", timeout=PATIENCE_MS)
    expect(page.locator(".panel-enquiry").first).to_contain_text("The cold store.")
    _complain(page)
    page.locator("nav a[href='/portal']").click()
    for name in ("own-receipts", "own-letters"):
        with page.expect_download(timeout=PATIENCE_MS) as paper:
            page.locator(f".panel-{name} a.link").first.click()
        assert paper.value.path().read_bytes().startswith(b"%PDF-"), name
    page.locator("a.own-meter").first.click(timeout=PATIENCE_MS)
    page.wait_for_selector("[data-ready=own-meter]", timeout=PATIENCE_MS)
    await_drawn(page)
    page.locator(".own-months a").first.click()
    expect(page.locator("#own-usage-chart .barlayer .point").first).to_be_attached(
        timeout=PATIENCE_MS
    )
    assert begun.watch.faults + watch.faults == []


def _complain(page: Page) -> None:
    """File a complaint about the account, see the number of another, and say how content one is."""
    form = page.locator(".panel-file")
    form.get_by_label("What you want").click()
    page.get_by_role("option", name="to complain").click()
    form.get_by_label("What was said").fill("Nobody came on Friday.")
    form.get_by_role("button", name="Send").click()
    filed = page.locator(".panel-enquiry", has_text="Nobody came on Friday.")
    expect(filed).to_contain_text("complaint", timeout=PATIENCE_MS)
    expect(filed).to_contain_text("Account A-0002")
    told = page.locator(".panel-enquiry", has_text="R-2026-00001").first
    expect(told).to_contain_text("An answer is promised by")
    over = page.locator(".panel-enquiry", has_text="R-2026-00005").first
    over.get_by_label("4 of 5").check()
    over.get_by_role("button", name="Rate it").click()
    expect(page.locator(".act-done")).to_contain_text("Thank you", timeout=PATIENCE_MS)
