"""Contingency plans by the command row: reviewed, exercised, closed, the next drill due."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.energy.service.contingency.test_steps import FILE
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_duty import PLAN
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers


@pytest.fixture
def room(row: Row, tmp_path: Path) -> Row:
    """People, a plan of duty, the file of a plan."""
    for name in ("ada", "ben", "cy", "eve"):
        row(f"user add {name} --name {name.title()} --role technician")
    row("user add boss --name Boss --role energy_manager")
    for name, text in (("duty", PLAN), ("plan", FILE)):
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    row(f"duty set-plan {tmp_path / 'duty.toml'} --by boss")
    return row


def test_plan_is_reviewed_exercised_and_closed(room: Row, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    assert "energy_manager" in room(f"contingency draft {file} --by ada", code=2).output
    for _ in range(2):
        assert "version 1, is written" in room(f"contingency draft {file} --by boss").stdout
    own = room("contingency review power-loss 1 --by boss", code=2).output
    assert "does not review" in own
    room("contingency review power-loss 1 --by manager")
    assert "power-loss" in room("contingency due").stdout
    shown = room("contingency activate power-loss --reason grid --drill --by ada").stdout
    number = shown.split()[0]
    for part in ("as a drill", "Start the generator.", "Ada · Ben · Cy", "not called", "waits"):
        assert part in shown
    assert number in room("contingency list").stdout
    for result in ("reached", "not_reached", "reached"):
        room(f"contingency call {number} 1 {result} --by ada")
    room(f"contingency call {number} 2 not_reached --words busy --by ada")
    assert "reached" in room(f"contingency call {number} 2 perhaps --by ada", code=2).output
    room(f"contingency step {number} 1 --by eve")
    assert "Steps 2" in room(f"contingency close {number} --words over --by ada", code=2).output
    assert "略过" in room(f"contingency skip {number} 2 --reason back --by ada --lang zh").stdout
    room(f"contingency finding {number} key-missing --by eve")
    assert "is closed" in room(f"contingency close {number} --words over --by ada").stdout
    told = room.json(f"contingency show {number}")
    assert [each["state"] for each in told["calls"]] == ["reached", "not_reached"]
    assert [each["state"] for each in told["steps"]] == ["done", "skipped"]
    closed = room(f"contingency show {number} --lang zh").stdout
    for part in ("演练", "失电", "busy", "key-missing"):
        assert part in closed
    assert "No contingency plan is activated" in room("contingency list").stdout
    assert "演练" in room("contingency list --all --lang zh").stdout
    (due,) = room.json("contingency due")
    assert due["drilled_on"] is not None
    assert "drill every" in room("contingency plans").stdout
