"""Plans by the command row: what a workbook takes back is named, the months to come say nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from energy.base.clock import SystemClock
from energy.metering.plant import PlaceTree
from tests.fixtures.postgres import command, new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers


def filled(path: Path, monthly: float | None) -> None:
    """Type a quantity into every month of the hall; None empties them."""
    book = load_workbook(path)
    for cells in book.active.iter_rows(min_row=2):
        if cells[0].value == "place:hall" and cells[3].value == "quantity":
            for cell in cells[5:17]:
                cell.value = monthly
    book.save(path)


def test_a_plan_is_taken_back_by_its_empty_row_and_each_step_says_so(
    row: Row, tmp_path: Path
) -> None:
    row.site.counter("hall-main")
    places = [{"key": "hall", "parent": None, "kind": "building", "name": "Hall"}]
    tree = PlaceTree(site=row.site.site.key, places=places, command_id=command("tree"))
    tree.move_points(
        ["hall-main"],
        "hall",
        valid_from=datetime(2018, 1, 1, tzinfo=UTC),
        reason="x",
        by=command("anne"),
        command_id=command("move"),
    )
    row.site.application("metering").store(tree)
    row.site.project()
    year, path = SystemClock().now().year + 1, tmp_path / "plan.xlsx"
    row(f"plan template --year {year} --file {path}")
    filled(path, 4_500)
    late = row(f"plan import {path} --year {year + 1} --dry-run", code=2).output
    assert f"the sheet 'plan {year}' is of {year}, the plan of {year + 1}" in " ".join(late.split())
    missing = row(f"plan import {path} --year {year} --by clerk", code=2).output
    assert "why the plan is made or revised" in missing
    for monthly, reason in ((4_500, "budget"), (None, "let")):
        filled(path, monthly)
        said = row(f"plan import {path} --year {year} --reason {reason} --by clerk").output
        revision = said.split("Revision ")[1].split()[0]
        row(f"plan approve {revision} --by manager")
    told = " ".join(said.split())
    assert "54000 not planned kWh" in told
    assert "not planned any more once approved: 1 planned year" in told
    shown = row(f"plan show --node place:hall --year {year}").output
    assert "missing" not in shown
    assert "0.0 %" not in shown
