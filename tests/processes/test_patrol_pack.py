"""A patrol round in a real browser, opened from a file without network, brought back whole."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from adapters.files.round_result import PATROL_FORMAT, read_result
from energy.service.rounds.plan_file import parse_patrol_plan
from energy.service.rounds.plans import Asked
from energy.store.sites import Site
from processes.patrol_pack import entries_of, pack_of, round_meant
from tests.adapters.files.test_round_page import browser
from tests.energy.service.rounds.walks import FILE

__all__ = ["browser"]
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_round_is_filled_without_network_and_outlives_a_reload(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    first, plan = parse_patrol_plan(FILE)
    assert first == date(2019, 1, 1)
    site = Site(
        key="yard", name="Yard", zone=ZoneInfo("Asia/Shanghai"), currency="CNY", language="zh"
    )
    due = datetime(2026, 12, 5, 6, tzinfo=UTC)
    made = pack_of(site, Asked(version=3, spec=plan.rounds[0], due_at=due), {}, language)
    file = tmp_path / made.name
    file.write_text(made.page, "utf-8")
    context = browser.new_context(viewport={"width": 390, "height": 780}, offline=True)
    broken: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(file.as_uri())
    expect(page.locator("h1")).to_contain_text(re.compile("2026-12-05 14:00.*3"))
    oil, noise, mode = (page.locator(f"#v{number}") for number in (1, 2, 3))
    oil.fill("-11,25")
    page.get_by_role("alert").get_by_role("checkbox").first.check()
    noise.select_option("no")
    mode.select_option("hand")  # not confirmed: it is no value yet
    page.locator("#v3n").fill("panel locked")
    page.reload()
    expect(oil).to_have_value("-11,25")
    with page.expect_download() as coming:
        page.locator("#download").click()
    text = Path(str(coming.value.path())).read_text("utf-8")
    context.close()
    assert broken == []
    result = read_result(text, PATROL_FORMAT)
    assert round_meant(site, result) == ("east", due, 3)
    old = replace(result, round=result.round.removesuffix(".v3"))
    assert round_meant(site, old) == ("east", due, None), "of before a page named its version"
    told = [(each.stop, each.value, each.said, each.note) for each in entries_of(result)]
    assert told == [
        ("tr1", "oil", "-11.25", ""),
        ("tr1", "noise", "no", ""),
        ("pump", "", None, "panel locked"),
    ]
