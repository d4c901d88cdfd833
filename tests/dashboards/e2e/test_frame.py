"""At a real Chromium: what failed is said with what to do; the tab and the navigation say where."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS, await_drawn, go
from tests.dashboards.fakes import EVERYTHING, INVOICE

pytestmark = pytest.mark.browser
CALLBACKS = "**/_dash-update-component*"


def follow(page: Page, href: str) -> None:
    page.locator(f"nav a[href='{href}']").click()


@pytest.mark.parametrize(
    ("language", "server", "network"),
    [("en", "could not do this", "does not answer"), ("zh", "未能完成", "服务器无响应")],
)
def test_a_request_that_fails_is_said_in_the_language_of_the_person(
    visit: Callable[..., Visit], language: str, server: str, network: str
) -> None:
    begun = visit(*EVERYTHING)
    page, box = begun.page, begun.page.locator("#failed")
    page.goto(f"{begun.url}/preferences?language={language}")
    page.wait_for_selector("[data-ready=overview]", timeout=PATIENCE_MS)
    expect(box).to_be_hidden()
    page.route(CALLBACKS, lambda route: route.fulfill(status=500, body="no"))
    follow(page, "/meters")
    expect(box.locator("p:visible")).to_contain_text([server], timeout=PATIENCE_MS)
    page.locator(".failed-close").click()
    expect(box).to_be_hidden()
    page.unroute(CALLBACKS)
    page.route(CALLBACKS, lambda route: route.abort())
    follow(page, "/bills")
    expect(box.locator("p:visible")).to_contain_text([network], timeout=PATIENCE_MS)
    page.unroute(CALLBACKS)
    follow(page, "/tariffs")
    page.wait_for_selector("[data-ready=tariffs]", timeout=PATIENCE_MS)
    expect(box).to_be_hidden()


def test_an_ended_session_leads_to_the_sign_in_and_back_to_the_same_address(
    visit: Callable[..., Visit],
) -> None:
    begun = visit(*EVERYTHING, at="/")
    page = begun.page
    await_drawn(page)
    go(page, "/load?span=week&utility=gas")
    page.context.clear_cookies()
    follow(page, "/meters")
    expect(page.locator(".plain-message")).to_contain_text("session has ended", timeout=PATIENCE_MS)
    assert page.locator("input[name=next]").get_attribute("value") == "/meters"
    page.goto(f"{begun.url}/load?span=week&utility=gas")
    kept = page.locator("input[name=next]").get_attribute("value")
    assert kept == "/load?span=week&utility=gas"


def test_the_tab_and_one_link_of_the_navigation_say_where_one_is(
    visit: Callable[..., Visit],
) -> None:
    begun = visit(*EVERYTHING, at="/")
    page = begun.page
    await_drawn(page)
    for path, title, link in (
        ("/", "Overview", "/"),
        ("/bills/corrections", "Corrections of issued bills", "/bills/corrections"),
        (f"/bills/{INVOICE}", "CAM-2026-00002", "/bills"),
        ("/load?span=week", "Load and demand", "/load"),
        ("/account", "My sign-ins", None),
    ):
        go(page, path)
        expect(page).to_have_title(f"{title} · Meterline", timeout=PATIENCE_MS)
        marked = page.locator("nav a[aria-current=page]")
        assert [each.get_attribute("href") for each in marked.all()] == ([link] if link else [])
    page.goto(f"{begun.url}/preferences?language=zh")
    expect(page).to_have_title("总览 · Meterline", timeout=PATIENCE_MS)
    page.set_viewport_size({"width": 390, "height": 800})
    page.locator(".menu-button").click()
    marked = page.locator(".mantine-Menu-dropdown a[aria-current=page]")
    expect(marked).to_have_attribute("href", "/", timeout=PATIENCE_MS)
    assert begun.watch.faults == []
