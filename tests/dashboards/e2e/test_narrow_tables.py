"""On a phone's screen no cell of the tables of alerts is out of sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS, await_drawn
from tests.dashboards.page_paths import PATHS

pytestmark = pytest.mark.browser
RIGHTMOST = """(name) => Math.max(...[...document.querySelectorAll(`.${name} td > *, .${name} td`)]
    .filter((each) => each.getClientRects().length)
    .map((each) => each.getBoundingClientRect().right))"""
TABLES = {"expected": "expected-spans", "rule": "rule-versions", "alert": "alert-told"}


def test_every_cell_is_within_the_screen(visit: Callable[..., Visit]) -> None:
    begun = visit("energy_manager", width=390)
    for page, table in TABLES.items():
        begun.page.goto(f"{begun.url}{PATHS[page]}")
        begun.page.wait_for_selector(f"[data-ready={page}]", timeout=PATIENCE_MS)
        await_drawn(begun.page)
        assert 100 < begun.page.evaluate(RIGHTMOST, table) <= 390, table
    begun.page.set_viewport_size({"width": 1440, "height": 900})
    assert begun.page.locator(".alert-told thead").is_visible()
    assert begun.watch.faults == []
