"""At a real Chromium a number says what it rests on, and everything can be reached by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.dashboards.e2e.conftest import Visit, visits
from tests.dashboards.e2e.watch import PATIENCE_MS, await_drawn, go

pytestmark = pytest.mark.browser


def test_a_number_tells_its_source_by_a_held_key_and_by_tab(visit: Callable[..., Visit]) -> None:
    begun = visit("viewer", at="/")
    page = begun.page
    await_drawn(page)
    number, box = page.locator(".tile [data-why]").first, page.locator("#why-box")
    number.hover()
    assert box.count() == 0, "nothing pops up unasked"
    page.keyboard.down("Alt")
    expect(box).to_contain_text("12 meters of Electricity", timeout=PATIENCE_MS)
    for told in ("712 of 720", "interpolated", "41 s", "48213"):
        expect(box).to_contain_text(told, ignore_case=True)
    page.keyboard.up("Alt")
    expect(box).to_have_count(0)
    number.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(box).to_be_visible()
    assert number.get_attribute("aria-describedby") == "why-box"
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    for path, numbers in (("/load", 4), ("/meters/cam-b2-elec", 3)):
        go(page, path)
        expect(page.locator("[data-why]")).to_have_count(numbers)
    assert begun.watch.faults == []


@pytest.fixture(scope="module")
def office(browser: Browser) -> Iterator[Visit]:
    """One visit for all lists that are only looked at."""
    with visits(browser) as begin:
        yield begin("energy_manager", "billing_clerk", at="/")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/meters", "Newest reading of the billing register"),
        ("/alerts", "Value when the alert was raised"),
        ("/bills", "Sum of the charge lines"),
        ("/flows", "What the node's meter counted"),
    ],
)
def test_a_cell_of_a_list_tells_what_its_figure_rests_on(
    office: Visit, path: str, told: str
) -> None:
    begun, page = office, office.page
    go(page, path)
    page.locator(f'[data-why*="{told}"]').first.hover()
    page.keyboard.down("Alt")
    box = page.locator("#why-box")
    expect(box).to_contain_text(told, timeout=PATIENCE_MS)
    expect(box).to_contain_text("48213")
    page.keyboard.up("Alt")
    expect(box).to_have_count(0)
    assert begun.watch.faults == []


def test_keys_lead_past_the_navigation_to_the_place_and_to_their_list(
    visit: Callable[..., Visit],
) -> None:
    begun = visit("viewer")
    page = begun.page
    page.goto(f"{begun.url}/load")
    await_drawn(page)
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#page")).to_be_focused()
    assert page.locator("[data-ready=load]").count() == 1, "the page stays"
    page.keyboard.press("?")
    keys = page.locator("#keys")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).not_to_be_visible()
    page.keyboard.press("/")
    place = page.locator("#pick-place")
    expect(place).to_be_focused()
    place.press("Escape")
    page.locator("h1").click()
    page.emulate_media(media="print")
    for gone in (".mantine-AppShell-navbar", ".mantine-AppShell-header", ".toolbar-dates", ".twin"):
        expect(page.locator(gone).first).not_to_be_visible()
    expect(page.locator("#load-range .main-svg").first).to_be_visible()
    assert begun.watch.faults == []
