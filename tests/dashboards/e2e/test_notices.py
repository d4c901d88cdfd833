"""At a real Chromium: who was told, a test message, a text drafted by one, reviewed by another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from energy.alerting.notices.gateway import GatewayKind
from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fakes import ALERT, fake_web

pytestmark = pytest.mark.browser


def test_the_outbox_tells_and_a_test_message_is_queued(visit: Callable[..., Visit]) -> None:
    web = fake_web(roles=("technician",))
    begun = visit(web=web)
    page = begun.page
    page.goto(f"{begun.url}/notices")
    expect(page.locator(".notice-table tbody tr")).to_have_count(7, timeout=PATIENCE_MS)
    expect(page.locator("#notice-bars .barlayer .trace").nth(3)).to_be_attached(timeout=PATIENCE_MS)
    page.get_by_role("link", name="Given up 2").click()
    expect(page.locator(".notice-table tbody tr")).to_have_count(2, timeout=PATIENCE_MS)
    page.get_by_role("button", name="Send test message").click()
    expect(page.locator(".act-done")).to_contain_text("ada is queued", timeout=PATIENCE_MS)
    assert web.site.notice_desk.done == [("test", "ada", GatewayKind.MAIL)]
    page.goto(f"{begun.url}/alerts/{ALERT}")
    expect(page.locator(".notice-next")).to_contain_text("Level 2 is told at", timeout=PATIENCE_MS)
    expect(page.locator(".alert-told")).to_contain_text("Ada Bright")
    expect(page.locator(".alert-replies")).to_contain_text("acknowledged")
    page.locator(".panel-alert-told .twin summary").click()
    expect(page.locator(".panel-alert-told .ag-row").first).to_be_visible(timeout=PATIENCE_MS)
    assert begun.watch.faults == []


def test_a_text_is_counted_refused_drafted_and_reviewed_by_a_second_person(
    visit: Callable[..., Visit],
) -> None:
    web = fake_web(roles=("admin",))
    begun = visit(web=web)
    page = begun.page
    page.goto(f"{begun.url}/notices/texts/cleared")
    page.get_by_role("button", name="Approve: people are told by these words").click()
    expect(page.locator(".panel-text-in-force")).to_contain_text("Over:", timeout=PATIENCE_MS)
    text = page.get_by_label("Words (Chinese)")
    live = page.locator(".notice-live")
    expect(live).to_contain_text("1 segments", timeout=PATIENCE_MS)
    text.fill("中奖{what}" + "恢" * 70)
    expect(live).to_contain_text("2 segments", timeout=PATIENCE_MS)
    expect(live).to_contain_text("holds blocked words: 中奖", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Draft", exact=True).click()
    said = page.locator(".act-said", has_text="中奖")
    expect(said).to_contain_text("a word that gateways refuse", timeout=PATIENCE_MS)
    text.fill("{what} 已恢复。")
    page.get_by_role("button", name="Draft", exact=True).click()
    expect(page.locator(".act-done")).to_contain_text("Drafted.", timeout=PATIENCE_MS)
    waiting = page.locator(".panel-text-waiting")
    expect(waiting).to_contain_text("You wrote this draft", timeout=PATIENCE_MS)
    expect(waiting.get_by_role("button")).to_have_count(0)
    assert begun.watch.faults == []
