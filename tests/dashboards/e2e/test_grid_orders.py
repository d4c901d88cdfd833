"""At a real Chromium the columns of grids are ordered by their numbers, not by how these read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import PATIENCE_MS
from tests.dashboards.fakes import fake_web

pytestmark = pytest.mark.browser
ORDERED = """([grid, column, field]) => {
    const api = dash_ag_grid.getApi(grid);
    const found = [];
    for (const sort of ["asc", "desc"]) {
        api.applyColumnState({ state: [{ colId: column, sort }], defaultState: { sort: null } });
        const told = [];
        api.forEachNodeAfterFilterAndSort((node) => told.push(node.data[field]));
        found.push(told);
    }
    return found;
}"""
ALERTS = {"type": "alert-grid", "tab": "open"}
GRIDS = (
    ("/alerts", ALERTS, "severity", "weight"),
    ("/alerts", ALERTS, "raised", "raised_s"),
    ("/alerts", ALERTS, "age", "age_s"),
    ("/meters", "meter-grid", "last", "last_number"),
    ("/meters", "meter-grid", "age", "age_number"),
    ("/meters/quality", "quality-grid", "missing", "missing_number"),
)


def test_a_column_is_ordered_by_its_number_up_and_down(visit: Callable[..., Visit]) -> None:
    web = fake_web(roles=("energy_manager",))
    web.site.quality_meters = 30
    begun = visit(web=web)
    for path, grid, column, field in GRIDS:
        begun.page.goto(begun.url + path)
        begun.page.wait_for_selector(".ag-row", timeout=PATIENCE_MS)
        up, down = begun.page.evaluate(ORDERED, [grid, column, field])
        assert len(set(up)) > 1, f"{grid}: nothing to order"
        least = float("-inf")
        assert up == sorted(up, key=lambda each: least if each is None else each), column
        assert down == sorted(
            down, key=lambda each: least if each is None else each, reverse=True
        ), column
    assert begun.watch.faults == []
