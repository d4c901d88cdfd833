"""A person at a real Chromium signs in, looks, switches, acknowledges, walks a bill to proof."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboards.e2e.conftest import served
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import PASSWORD, FakeWeb, fake_web

pytestmark = pytest.mark.browser
NEW_PASSWORD = "a-much-longer-own-password"


def walk(page: Page, base_url: str, sign_in: str, password: str) -> list[str]:
    """Go the whole way of a person on her first day; return every fault seen.

    Works against any running dashboard with a full site, an unacknowledged alert and an invoice,
    and a person who may acknowledge and read bills.
    """
    watch = Watch(page, base_url)
    page.goto(base_url + "/")
    _signs_in(page, sign_in, password)
    _sees_the_curve(page)
    _switches(page)
    _acknowledges(page)
    _walks_a_bill(page)
    return watch.faults


def _signs_in(page: Page, sign_in: str, password: str) -> None:
    page.fill("#sign-in", sign_in)
    page.fill("#password", password)
    page.click("#submit")
    if page.url.endswith("/change-password"):
        page.fill("#old", password)
        page.fill("#new", NEW_PASSWORD)
        page.fill("#again", NEW_PASSWORD)
        page.click("#submit")
    page.wait_for_selector("[data-ready=overview]", timeout=PATIENCE_MS)


def _sees_the_curve(page: Page) -> None:
    """Today's curve is drawn: yesterday's trace comes first, then today's with its steps."""
    curve = page.locator("#load-chart .scatterlayer .trace path.js-line").nth(1)
    expect(curve).to_be_attached(timeout=PATIENCE_MS)
    assert re.search(r"[LHV]", curve.get_attribute("d") or "")
    expect(page.locator("#flow-chart .sankey")).to_be_attached(timeout=PATIENCE_MS)


def _switches(page: Page) -> None:
    page.click(".switches .switch-language")
    expect(page.locator("h1")).to_have_text("总览", timeout=PATIENCE_MS)
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.click(".switches .switch-theme")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    expect(page.locator("h1")).to_have_text("总览", timeout=PATIENCE_MS)
    page.click(".switches .switch-language")
    expect(page.locator("h1")).to_have_text("Overview", timeout=PATIENCE_MS)
    page.click(".switches .switch-theme")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")
    page.wait_for_selector("[data-ready=overview]", timeout=PATIENCE_MS)


def _acknowledges(page: Page) -> None:
    """The person's own name stands at the alert afterwards, and one button is gone."""
    name = page.locator(".switches .person").inner_text()
    buttons = page.locator(".acknowledge")
    expect(buttons.first).to_be_visible(timeout=PATIENCE_MS)
    waiting = buttons.count()
    buttons.first.click()
    expect(buttons).to_have_count(waiting - 1, timeout=PATIENCE_MS)
    said = page.locator(".alert-acknowledged", has_text=f"Acknowledged by {name}")
    expect(said.first).to_be_attached(timeout=PATIENCE_MS)


def _walks_a_bill(page: Page) -> None:
    """Three clicks from an amount at most; here two."""
    page.click("nav a[href='/bills'], a[href='/bills']")
    page.wait_for_selector("[data-ready=bills]", timeout=PATIENCE_MS)
    page.locator("a.amount").first.click()
    page.wait_for_selector("[data-ready=bill]", timeout=PATIENCE_MS)
    page.locator("a.proof").first.click()
    page.wait_for_selector("[data-ready=proof]", timeout=PATIENCE_MS)
    readings = page.locator("table.proof-readings tbody tr")
    assert readings.count() >= 2
    assert re.search(r"\d", page.locator(".panel-proof-clause .facts").inner_text())
    serial = readings.first.locator("td").nth(1).inner_text()
    assert serial in page.locator(".panel-proof-plate").inner_text()


@pytest.fixture
def web() -> FakeWeb:
    return fake_web(must_change=True)


@pytest.fixture
def made_up_site(web: FakeWeb) -> Iterator[str]:
    with served(web) as url:
        yield url


def test_a_person_goes_from_the_first_sign_in_to_the_proof_of_a_bill(
    browser: Browser, made_up_site: str
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    faults = walk(context.new_page(), made_up_site, "grace", PASSWORD)
    context.close()
    assert faults == []


def test_the_meters_open_from_the_grid_and_sign_out_ends_the_visit(
    browser: Browser, made_up_site: str
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    watch = Watch(page, made_up_site)
    page.goto(made_up_site + "/meters")
    _signs_in(page, "grace", PASSWORD)
    page.goto(made_up_site + "/meters")
    page.locator(".ag-row a.link").first.click()
    page.wait_for_selector("[data-ready=meter]", timeout=PATIENCE_MS)
    assert "/meters/cam-" in page.url
    page.click(".switches .sign-out")
    page.wait_for_selector("#sign-in", timeout=PATIENCE_MS)
    page.goto(made_up_site + "/")
    assert page.url.endswith("/login")
    context.close()
    assert watch.faults == []


def test_nothing_is_wider_than_a_phone(browser: Browser, made_up_site: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(made_up_site)
    _signs_in(page, "grace", PASSWORD)
    for path in ("/", "/meters", "/meters/cam-b2-elec", "/bills"):
        page.goto(made_up_site + path)
        page.wait_for_selector("[data-ready]", timeout=PATIENCE_MS)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    context.close()


def test_a_page_whose_session_has_ended_leads_back_to_the_sign_in(
    browser: Browser, made_up_site: str, web: FakeWeb
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(made_up_site)
    _signs_in(page, "grace", PASSWORD)
    web.store.rows.clear()
    page.get_by_text("Gas", exact=True).last.click()
    page.wait_for_selector("#sign-in", timeout=PATIENCE_MS)
    context.close()
