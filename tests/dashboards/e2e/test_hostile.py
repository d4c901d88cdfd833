"""Hostile names stand as text on every page of a real Chromium, and leave as text in every file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page

from dashboards.pages.tables import TABLES
from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.test_accessible import web_of_everybody
from tests.dashboards.e2e.watch import go
from tests.dashboards.fake_hostile import FORMULA, IMAGE, HostileSite
from tests.dashboards.page_paths import ONE_OF_EACH, PATHS, READY

pytestmark = pytest.mark.browser
WIDE = 1440
PARTS = 2
"""The pages are walked in so many tests, that all cores have work to the end."""
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("width", [WIDE, 390])
def test_hostile_names_are_texts_on_every_page_and_in_every_file(
    visit: Callable[..., Visit], width: int, part: int
) -> None:
    begun = visit(web=web_of_everybody(HostileSite), width=width, at="/")
    page, dialogs, faults, shown = begun.page, [], [], ""
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    paths = PATHS if width < WIDE else ONE_OF_EACH  # a narrow screen is the harder one
    for name, path in list(paths.items())[part::PARTS]:
        go(page, path, READY.get(name, name))
        shown += page.locator("#page").inner_text()
        assert page.locator("img[src=x], main script").count() == 0, path
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            faults.append(f"{path}: {wide} px wide: {_widest(page, width)}")
    assert not faults, "\n".join(faults)
    assert IMAGE in shown
    assert FORMULA in shown
    assert dialogs == []
    assert begun.watch.faults == []
    if part == 0:
        _files_hold_texts(page, begun.url)


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
