"""At a real Chromium a clerk decides exceptions, an approver approves, the clerk issues."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from energy.base.ids import id_of
from tests.dashboards.e2e.conftest import served
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fake_energy import RUN
from tests.dashboards.fake_runs import OPENER
from tests.dashboards.fakes import FakeWeb, fake_web

pytestmark = pytest.mark.browser


@pytest.fixture
def web() -> FakeWeb:
    """The office: Ada opened the run and may do all, Carl is a clerk, Adam an approver."""
    web = fake_web(roles=("billing_clerk", "billing_approver"))
    people = web.people.people
    grace = people.pop("grace")
    people["ada"] = replace(grace, person=OPENER, sign_in="ada", name="Ada Byron")
    for name, role in (("carl", "billing_clerk"), ("adam", "billing_approver")):
        person = id_of("person", name)
        people[name] = replace(grace, person=person, sign_in=name, name=name.title(), roles=(role,))
        web.site.names[person] = name.title()
    return web


@pytest.fixture
def office(web: FakeWeb) -> Iterator[str]:
    with served(web) as url:
        yield url


def opened(
    sit: Callable[..., tuple[Page, Watch]], url: str, name: str, faults: list[Watch]
) -> Page:
    page, watch = sit(url, name)
    faults.append(watch)
    page.goto(f"{url}/bills/runs/{RUN}")
    page.wait_for_selector("[data-ready=run]", timeout=PATIENCE_MS)
    return page


def decides(page: Page, reason: str, *, selected: bool) -> None:
    page.fill("#exceptions-why", reason)
    page.click(".decide-selected" if selected else ".decide-waiting")


def test_a_run_goes_from_its_exceptions_to_its_issue(
    office: str, sit: Callable[..., tuple[Page, Watch]], web: FakeWeb
) -> None:
    seen: list[Watch] = []
    clerk = opened(sit, office, "carl", seen)
    assert clerk.locator(".decide-approve").count() == 0
    expect(clerk.locator("#run-bridge .barlayer .point")).to_have_count(7, timeout=PATIENCE_MS)
    clerk.locator(".panel-run-bridge .twin summary").click()
    expect(clerk.locator(".panel-run-bridge .ag-row").first).to_be_visible(timeout=PATIENCE_MS)
    clerk.click("a.to-exceptions")
    said = clerk.locator(".panel-exceptions h2")
    expect(said).to_contain_text("5 wait for a decision", timeout=PATIENCE_MS)
    decides(clerk, "", selected=False)
    expect(clerk.locator(".notice")).to_contain_text("say why", timeout=PATIENCE_MS)
    clerk.locator(".causes a", has_text="missing").click()
    expect(clerk.locator(".ag-center-cols-container .ag-row")).to_have_count(1, timeout=PATIENCE_MS)
    decides(clerk, "all is right", selected=False)
    expect(clerk.locator(".notice")).to_contain_text("1 cannot be so decided", timeout=PATIENCE_MS)
    clerk.get_by_label("Hold the bill").check()
    clerk.locator(".ag-center-cols-container .ag-row .ag-checkbox-input").first.check()
    decides(clerk, "readings come on Friday", selected=True)
    expect(clerk.locator(".notice")).to_contain_text("1 held out", timeout=PATIENCE_MS)
    expect(clerk.locator(".ag-row").first).to_contain_text("readings come on Friday (Carl)")
    clerk.get_by_role("link", name="All causes").click()
    expect(clerk.locator(".ag-center-cols-container .ag-row")).to_have_count(5, timeout=PATIENCE_MS)
    decides(clerk, "looked at each", selected=False)
    expect(said).to_contain_text("0 wait for a decision", timeout=PATIENCE_MS)

    opener = opened(sit, office, "ada", seen)
    opener.click(".decide-approve")
    expect(opener.locator(".notice")).to_contain_text(
        "cannot approve it. Ask another billing approver", timeout=PATIENCE_MS
    )
    approver = opened(sit, office, "adam", seen)
    seal = approver.locator(".seal").inner_text()
    approver.click(".decide-approve")
    expect(approver.locator(".notice")).to_contain_text("Approved", timeout=PATIENCE_MS)
    expect(approver.locator(".seal")).to_have_text(seal)

    clerk.goto(f"{office}/bills/runs/{RUN}")
    expect(clerk.locator(".run-told").first).to_contain_text("A-0004", timeout=PATIENCE_MS)
    clerk.click(".decide-issue")
    expect(clerk.locator(".notice")).to_contain_text("Issued", timeout=PATIENCE_MS)
    expect(clerk.locator(".panel-run")).to_contain_text("a card pays for cam-b11-elec")
    with clerk.expect_download() as download:
        clerk.get_by_role("link", name="PDF CAM-2026-00001").click()
    assert download.value.suggested_filename == "CAM-2026-00001.pdf"
    assert web.site.run_state == "issued"
    assert [fault for watch in seen for fault in watch.faults] == []
