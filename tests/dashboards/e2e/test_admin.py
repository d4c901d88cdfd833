"""An administrator enrols a second factor in a real Chromium, ends a session, gives a role."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from dashboards.security import totp
from tests.dashboards.e2e.conftest import seat, served
from tests.dashboards.fake_admin import PERSON
from tests.dashboards.fakes import PASSWORD, fake_web

pytestmark = pytest.mark.browser
PATIENCE_MS = 20_000


def test_an_administrator_enrols_ends_a_session_and_gives_a_role(browser: Browser) -> None:
    web = fake_web(roles=("admin",), rules={"second_factor": ["admin"]})
    with served(web) as url, seat(browser, url) as (page, watch):
        page.goto(f"{url}/admin")
        page.fill("#sign-in", "grace")
        page.fill("#password", PASSWORD)
        page.click("#submit")
        secret = page.locator(".factor-secret code").inner_text().replace(" ", "")
        step = int(web.doors.clock.now().timestamp()) // totp.STEP_S
        page.fill("#code", totp.code_of(secret, step))
        page.click("#submit")
        expect(page.locator(".recovery-codes li")).to_have_count(totp.RECOVERY_CODES)
        page.click("#onward")
        page.wait_for_selector("[data-ready=admin]", timeout=PATIENCE_MS)
        page.goto(f"{url}/admin/people/{PERSON}")
        with page.expect_response(lambda answer: "person-body" in (answer.request.post_data or "")):
            page.locator(".role-free button").first.click(timeout=PATIENCE_MS)
        assert ("roles", "billing_approver", "viewer@north", "viewer") in web.people.journal
        assert watch.faults == []
        page.goto(f"{url}/admin")
        page.locator(".session-list button").first.click(timeout=PATIENCE_MS)
        page.wait_for_selector("#sign-in", timeout=PATIENCE_MS)  # it was one's own
