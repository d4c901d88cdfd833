"""At a real Chromium a clerk serves customers by keyboard, gives money back, and cashes up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fakes import fake_web

pytestmark = pytest.mark.browser


def done(page: Page) -> Locator:
    return page.locator(".act-done")


def said(page: Page, panel: str) -> Locator:
    return page.locator(f".panel-{panel} .act-said")


def opened(begun: Visit) -> None:
    """Open a shift with 100.00, by keyboard, and go to it."""
    page, keys = begun.page, begun.page.keyboard
    page.goto(f"{begun.url}/desk")
    expect(page.get_by_label("Desk")).to_be_focused(timeout=PATIENCE_MS)
    keys.type("MAIN")
    page.get_by_label("50", exact=True).fill("2")
    keys.press("Enter")
    expect(done(page)).to_contain_text("MAIN/2", timeout=PATIENCE_MS)
    keys.press("Enter")  # the way to the shift is focused
    expect(page.locator("#till-find")).to_be_focused(timeout=PATIENCE_MS)


def test_a_clerk_serves_by_keyboard(visit: Callable[..., Visit]) -> None:
    web = fake_web(roles=("billing_clerk",))
    begun = visit(web=web)
    opened(begun)
    page, keys, search = begun.page, begun.page.keyboard, begun.page.locator("#till-find")
    keys.type("nobody at all")
    keys.press("Enter")
    expect(page.locator(".till-found")).to_contain_text("No account fits", timeout=PATIENCE_MS)
    search.fill("S-2")
    keys.press("Enter")
    expect(page.locator(".till-hits > li")).to_have_count(2, timeout=PATIENCE_MS)
    search.fill("Department 2")
    keys.press("Enter")  # the only one is served at once
    expect(page.locator(".page-customer")).to_be_visible(timeout=PATIENCE_MS)
    amount = page.locator(".panel-till-top-up").get_by_label("Amount")
    expect(amount).to_be_focused(timeout=PATIENCE_MS)
    keys.press("Enter")  # a scanner's second Enter takes nothing
    keys.type("20,00")
    keys.press("Enter")
    expect(said(page, "till-top-up")).to_contain_text("no amount", timeout=PATIENCE_MS)
    amount.fill("-5")
    keys.press("Enter")
    expect(said(page, "till-top-up")).to_contain_text("above zero", timeout=PATIENCE_MS)
    amount.fill("20.00")
    page.locator(".panel-till-top-up").get_by_label("Cash given").fill("50")
    keys.press("Enter")
    expect(done(page)).to_contain_text("Give back £30.00", timeout=PATIENCE_MS)
    with page.expect_download() as paper:
        keys.press("Enter")  # the receipt is focused
    assert paper.value.suggested_filename == "R-MAIN-2026-000001.pdf"
    keys.press("Escape")
    expect(page.locator("#till-find")).to_be_focused()

    pay = page.locator(".panel-till-pay")
    pay.get_by_text("bank card").click()
    pay.get_by_role("button", name="Take the payment").dblclick()
    expect(done(page)).to_contain_text("£3,017.82", timeout=PATIENCE_MS)
    (shift,) = (held[-1] for desk, held in web.site.shifts.items() if desk == "MAIN")
    taken = [(each.amount, each.means, each.invoice) for each in shift.takings.values()]
    assert [(f"{amount}", means) for amount, means, _ in taken] == [
        ("20.00", "cash"),
        ("3017.82", "card"),
    ], "a button pressed twice takes money once"
    assert taken[1][2] == "CAM-2026-00003"
    assert begun.watch.faults == []


def test_a_clerk_gives_money_back_and_cashes_up(visit: Callable[..., Visit]) -> None:
    begun = visit("billing_clerk")
    opened(begun)
    page = begun.page
    page.goto(f"{begun.url}/desk/MAIN/A-0002")
    page.get_by_label("Amount").first.fill("20.00")
    page.get_by_role("button", name="Take and top up").click()
    expect(done(page)).to_contain_text("R-MAIN-2026-000001", timeout=PATIENCE_MS)
    page.locator(".panel-till-pay").get_by_role("button", name="Take the payment").click()
    expect(done(page)).to_contain_text("R-MAIN-2026-000002", timeout=PATIENCE_MS)

    page.goto(f"{begun.url}/desk/MAIN")
    void = page.locator(".panel-till-void")
    void.get_by_role("button").click()
    expect(said(page, "till-void")).to_contain_text("reason", timeout=PATIENCE_MS)
    void.get_by_label("Reason").fill("paid twice")
    void.get_by_role("button").click()
    expect(done(page)).to_contain_text("give £3,017.82 back", timeout=PATIENCE_MS)
    expect(page.locator(".table.takings")).to_contain_text("void")

    count = page.locator(".panel-till-cash-up")
    count.get_by_label("50", exact=True).fill("two")
    count.get_by_role("button").click()
    expect(said(page, "till-cash-up")).to_contain_text("no number", timeout=PATIENCE_MS)
    count.get_by_label("50", exact=True).fill("2")
    count.get_by_role("button").click()
    expect(page.locator(".panel-till-difference")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".panel-till-result")).to_contain_text("-£20.00")
    expect(page.get_by_role("button", name="Sign for the difference")).to_have_count(0)
    page.get_by_label("Reason").fill("a note lay under the tray")
    page.get_by_role("button", name="Go on with the shift").click()
    expect(count).to_be_visible(timeout=PATIENCE_MS)
    count.get_by_label("50", exact=True).fill("2")
    count.get_by_label("20", exact=True).fill("1")
    count.get_by_role("button").click()
    expect(done(page)).to_contain_text("MAIN/2 is closed", timeout=PATIENCE_MS)
    with page.expect_download() as sheet:
        done(page).get_by_role("link", name="Cash-up sheet").click()
    assert sheet.value.suggested_filename == "MAIN-2.pdf"
    assert begun.watch.faults == []


def test_units_are_sold_and_written_to_a_card(visit: Callable[..., Visit]) -> None:
    begun = visit("billing_clerk")
    page = begun.page
    page.goto(f"{begun.url}/desk/EAST/A-0003")
    page.locator(".till-waits").get_by_role("button", name="Write the card").click()
    expect(done(page)).to_contain_text("5521-7740", timeout=PATIENCE_MS)
    form = page.locator(".panel-till-sell")
    form.get_by_role("button", name="Sell and write the card").click()
    expect(form.locator(".act-said").first).to_be_visible(timeout=PATIENCE_MS)
    form.get_by_label("For this much money").fill("10")
    form.get_by_role("button", name="Sell and write the card").click()
    expect(done(page)).to_contain_text("20 kWh", timeout=PATIENCE_MS)
    assert begun.watch.faults == []


def test_an_approver_signs_for_anothers_difference(visit: Callable[..., Visit]) -> None:
    web = fake_web(roles=("billing_approver",))
    begun = visit(web=web)
    page = begun.page
    web.site.shifts.update(web.site.counted_by_another())
    page.goto(f"{begun.url}/desk/WEST")
    expect(page.get_by_role("button", name="Go on with the shift")).to_have_count(0)
    page.get_by_label("Reason").fill("wrong change given")
    page.get_by_role("button", name="Sign for the difference").click()
    expect(done(page)).to_contain_text("WEST/1 is closed", timeout=PATIENCE_MS)
    assert begun.watch.faults == []


def test_a_second_person_releases_the_parallel_run(visit: Callable[..., Visit]) -> None:
    begun = visit("billing_approver")
    page = begun.page
    page.goto(f"{begun.url}/takeover")
    release = page.get_by_role("button", name="Release: bill here from now on")
    release.click()
    said_there = page.locator(".panel-takeover-comparison .act-said")
    expect(said_there).to_contain_text("reason", timeout=PATIENCE_MS)
    page.locator(".panel-takeover-comparison").get_by_label("Reason").fill("minutes of 3 July")
    release.click()
    expect(done(page)).to_contain_text("released", timeout=PATIENCE_MS)
    expect(release).to_have_count(0)
    assert begun.watch.faults == []
