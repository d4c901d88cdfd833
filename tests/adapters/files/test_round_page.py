"""A reading round in a real browser, opened from a file, without any network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from adapters.files.round_page import round_page
from adapters.files.round_result import read_result
from energy.base.clock import SystemClock
from energy.base.text import t
from scripts.screenshots import ARGUMENTS, chromium_path

pytestmark = pytest.mark.browser
KEYS = ("reader", "how", "download", "copy", "text", "serial", "last", "no_last", "note", "confirm")
KEYS += ("no_number", "too_fine", "below", "above", "progress", "show", "code", "one_code")
KEYS += ("code_next", "code_back")


def stop(number: int, point: str, **changes: Any) -> dict[str, Any]:
    last_at = SystemClock().now() - timedelta(hours=10)
    told = {
        "number": number,
        "key": f"{point}/active_energy_import",
        "point": point,
        "quantity": "active_energy_import",
        "quantity_text": "Active energy, import",
        "name": f"Shop {number} ({point})",
        "where": "Terminal 1 · Board 3",
        "serial": f"S-{number}",
        "unit": "kWh",
        "digits": 2,
        "last": "15203.40",
        "last_at": last_at.isoformat(),
        "last_text": "2026-11-01 10:00",
        "per_hour": "2.0",
        "slack": "0.1",
        "boxes": 6,
    }
    return {**told, **changes}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if not path:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield made
        made.close()


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A phone that opened the file and has no network."""
    content = {
        "site": "town",
        "round": "town-1",
        "title": "Reading round town",
        "texts": {key: t("en", f"field_round.{key}") for key in KEYS},
        "stops": [stop(1, "a"), stop(2, "b", last=None, last_at=None, per_hour=None)],
    }
    file = tmp_path / "round.html"
    file.write_text(round_page(content, title="Reading round town", language="en"))
    context = browser.new_context(viewport={"width": 390, "height": 780}, offline=True)
    context.set_default_timeout(10_000)
    phone = context.new_page()
    broken: list[str] = []
    phone.on("pageerror", lambda error: broken.append(str(error)))
    phone.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    phone.goto(file.as_uri())
    yield phone
    assert broken == []
    context.close()


def brought(page: Page) -> Any:
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the result").click()
    assert coming.value.suggested_filename == "result-town-1.json"
    return read_result(Path(str(coming.value.path())).read_text(encoding="utf-8"))


def test_a_reading_is_typed_and_comes_back_as_a_file_with_its_instant(page: Page) -> None:
    expect(page.get_by_role("status")).to_have_text("0 of 2 read")
    page.get_by_label("Read by").fill("Ada Okoye")
    page.locator("#v1").fill("15210.5")
    expect(page.get_by_role("status")).to_have_text("1 of 2 read")
    before = SystemClock().now()
    result = brought(page)
    assert (result.reader, result.round, result.site) == ("Ada Okoye", "town-1", "town")
    [entry] = result.entries
    assert (entry.point, entry.serial, entry.value) == ("a", "S-1", "15210.5")
    assert abs(before - entry.at) < timedelta(minutes=1)
    assert not entry.confirmed


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("152105", "More than expected"),
        ("15203.1", "Less than the last reading"),
        ("15204.123", "2 digits behind the point"),
    ],
)
def test_a_doubtful_value_is_read_again_and_confirmed(page: Page, typed: str, words: str) -> None:
    page.locator("#v1").fill(typed)
    expect(page.get_by_role("alert").first).to_contain_text(words)
    expect(page.get_by_role("status")).to_have_text("0 of 2 read")
    assert brought(page).entries == ()
    page.locator("#v1c").check()
    expect(page.get_by_role("status")).to_have_text("1 of 2 read")
    [entry] = brought(page).entries
    assert (entry.value, entry.confirmed) == (typed, True)
    page.locator("#v1").fill("15204")
    expect(page.locator("#v1w")).to_be_hidden()


def test_what_is_no_number_cannot_be_confirmed_and_a_comma_is_a_point(page: Page) -> None:
    page.locator("#v2").fill("12a")
    expect(page.locator("#v2w")).to_contain_text("Digits and one point")
    expect(page.locator("#v2c")).to_be_hidden()
    page.locator("#v2").fill("12,5")
    assert [entry.value for entry in brought(page).entries] == ["12.5"]


def test_entries_outlive_a_closed_page_and_a_remark_alone_comes_back(page: Page) -> None:
    page.locator("#v1").fill("15205")
    page.locator("#v2n").fill("no access")
    page.reload()
    expect(page.locator("#v1")).to_have_value("15205")
    expect(page.get_by_role("status")).to_have_text("1 of 2 read")
    page.get_by_role("button", name="Copy the result as text").click()
    told = json.loads(page.locator("#text").input_value())
    assert [(e["value"], e["note"]) for e in told["entries"]] == [
        ("15205", ""),
        (None, "no access"),
    ]
