"""Hostile names stand as text on every page of a real Chromium, and leave as text in every file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TimedOut

from dashboards.pages.tables import TABLES
from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.test_accessible import web_of_everybody
from tests.dashboards.e2e.watch import PATIENCE_MS, go
from tests.dashboards.fake_hostile import FORMULA, IMAGE, HostileSite
from tests.dashboards.page_paths import ONE_OF_EACH, PATHS, READY, far_apart

pytestmark = pytest.mark.browser
WIDE, NARROW = 1440, 390
PARTS = 2
"""The pages are walked in so many tests, that all cores have work to the end."""
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@pytest.mark.parametrize("part", range(PARTS))
def test_hostile_names_are_texts_on_every_page_and_in_every_file(
    visit: Callable[..., Visit], part: int
) -> None:
    begun = visit(web=web_of_everybody(HostileSite), width=NARROW, at="/")
    page, dialogs, faults, shown = begun.page, [], [], ""
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for name, path in far_apart(PATHS)[part::PARTS]:
        go(page, path, READY.get(name, name))
        shown += page.locator("#page").inner_text()
        assert page.locator("img[src=x], main script").count() == 0, path
        faults += [f"{path}: {fault}" for fault in _beyond(page, NARROW)]
        if name in ONE_OF_EACH:  # a narrow screen is the harder one
            page.set_viewport_size({"width": WIDE, "height": 900})
            faults += [f"{path}: {fault}" for fault in _beyond(page, WIDE)]
            page.set_viewport_size({"width": NARROW, "height": 900})
    assert not faults, "\n".join(faults)
    assert IMAGE in shown
    assert FORMULA in shown
    assert dialogs == []
    assert begun.watch.faults == []
    if part == 0:
        _files_hold_texts(page, begun.url)


def _beyond(page: Page, width: int) -> list[str]:
    """Return what stays wider than the window: a chart follows it when it is drawn anew."""
    try:
        page.wait_for_function(
            "(width) => document.documentElement.scrollWidth <= width",
            arg=width,
            timeout=PATIENCE_MS,
        )
    except TimedOut:
        return [f"wider than {width} px: {_widest(page, width)}"]
    return []


def _widest(page: Page, width: int) -> str:
    """Return what reaches furthest beyond the window."""
    return str(
        page.evaluate(
            """(width) => [...document.querySelectorAll("main *")]
                .filter((e) => e.getBoundingClientRect().right > width + 1
                    && !e.closest(".table-scroll > *"))
                .slice(0, 4).map((e) => e.tagName + "." + e.getAttribute("class")).join(" > ")""",
            width,
        )
    )


def _files_hold_texts(page: Page, url: str) -> None:
    for name in TABLES:
        answer = page.request.get(f"{url}/download/tables/{name}.csv")
        if answer.status == 404:
            continue  # nothing of this kind is selected
        rows = list(csv.reader(io.StringIO(answer.body().decode("utf-8-sig"))))
        texts = [cell for row in rows for cell in row if not _is_number(cell)]
        assert [cell for cell in texts if cell.startswith(FORMULA_SIGNS)] == [], name
        book = load_workbook(
            io.BytesIO(page.request.get(f"{url}/download/tables/{name}.xlsx").body())
        )
        kinds = {cell.data_type for row in book.active.iter_rows() for cell in row}
        assert "f" not in kinds, name


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
