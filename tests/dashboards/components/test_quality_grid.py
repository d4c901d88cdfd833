"""The heat map: a cell carries its counts, a column its days; a meter's name leads to them."""

from __future__ import annotations

from datetime import date

import pytest

from dashboards.components.quality_grid import STEPS, quality_cards, quality_grid, share_text
from dashboards.queries.quality_rows import QualityPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Role, Scope
from dashboards.selection import Selection, selection_of
from dashboards.theme import Theme
from dashboards.viewer import Viewer
from energy.base.clock import ManualClock
from energy.base.ids import id_of
from energy.metering.completeness import Completeness
from tests.dashboards.fake_energy import NOW, SITE
from tests.dashboards.fakes import FakeSite

SCOPE = Scope(
    person=id_of("person", "x"),
    name="X",
    roles=frozenset({Role.VIEWER}),
    sites=frozenset({SITE}),
)
VIEWER = Viewer(scope=SCOPE, language="en", theme=Theme.LIGHT)
TODAY = date(2026, 7, 15)


def asked(search: str) -> tuple[Answer[QualityPage], Selection]:
    selection = selection_of(search, TODAY)
    answer = FakeSite(clock=ManualClock(NOW)).quality(SCOPE, selection)
    assert answer is not None
    return answer, selection


@pytest.mark.parametrize(
    ("search", "columns", "first", "where"),
    [
        ("?span=month&at=2026-06-10", 30, "1 Jun 2026", "?at=2026-06-01"),
        ("?span=year", 29, "1 Jan 2026 – 4 Jan 2026", "?span=week&at=2026-01-01"),
    ],
)
def test_a_column_is_a_day_or_beyond_two_months_a_week(
    search: str, columns: int, first: str, where: str
) -> None:
    grid = quality_grid(VIEWER, *asked(search))
    months = grid.columnDefs[1:]
    names = [each["colId"] for month in months for each in month["children"]]
    assert names == [f"d{n}" for n in range(columns)]
    context = grid.dashGridOptions["context"]
    assert (context["days"][0], context["searches"][0]) == (first, where)
    assert len(context["days"]) == len(context["searches"]) == columns


def test_a_cell_carries_what_is_expected_known_and_estimated() -> None:
    answer, selection = asked("?span=month&at=2026-06-10")
    grid = quality_grid(VIEWER, answer, selection)
    for row, told in enumerate(grid.rowData):
        for step in range(len(answer.rows.steps)):
            whole = answer.rows.grid.of(row, step)
            known = whole.measured + whole.shaped
            assert told[STEPS][3 * step : 3 * step + 3] == [whole.expected, known, whole.estimated]
    (together,) = grid.dashGridOptions["pinnedTopRowData"]
    assert sum(together[STEPS][::3]) == answer.rows.total.expected
    assert "point" not in together, "all meters together have no page"
    assert grid.rowData[0]["name_href"] == "/meters/cam-b1-elec?span=month&at=2026-06-10"
    assert "Building 1 electricity" in grid.rowData[0]["why"]
    assert "{known}" in grid.dashGridOptions["context"]["counts"]


def test_a_phone_has_the_worst_as_cards() -> None:
    answer, selection = asked("")
    shown = str(quality_cards(VIEWER, answer.rows, selection))
    assert "/meters/cam-b1-elec" in shown
    assert "Building 12" in shown


def test_only_all_of_it_is_a_hundred_per_cent_and_nothing_due_is_a_dash() -> None:
    assert share_text(Completeness(expected=10_000, measured=9_999), 9_999) == "99.9 %"
    assert share_text(Completeness(), 0) == "–"
