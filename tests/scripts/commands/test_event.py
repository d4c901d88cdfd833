"""Assured events by the command row: planned, approved, checked, called off, who may."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader

from energy.alerting.rule_desk import RuleDesk
from energy.base.ids import id_of
from energy.metering.plant import PlaceTree
from tests.energy.service.assurance.hall import RULE
from tests.energy.service.assurance.test_event_file import FILE
from tests.fixtures.postgres import command, new_site
from tests.fixtures.supply import electricity, node
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
FUTURE = (
    FILE.replace("2019-01-07 14:00", "2098-12-31 20:00")
    .replace("2019-01-08 02:00", "2099-01-01 02:00")
    .replace("2019-01-07 20:00", "2098-12-31 22:00")
    .replace("t1", "b1")
)


@pytest.fixture
def hall(row: Row, tmp_path: Path) -> Row:
    """A place with a meter that feeder f1 supplies, a rule, a file, people."""
    for name, role in {"cy": "technician", "eve": "energy_manager"}.items():
        row(f"user add {name} --name {name.title()} --role {role}")
    site = row.site
    building = {"key": "b1", "kind": "building", "name": "Building 1"}
    site.counter("m9", gauge=True)
    site.application("metering").store(
        PlaceTree(site=site.site.key, places=[building], command_id=command("places")),
        electricity(site.site.key, node("f1", point="m9")),
    )
    site.project()
    RuleDesk(site.writer, site.site, site.clock).define(RULE, id_of("person", "x"))
    (tmp_path / "event.toml").write_text(FUTURE, "utf-8")
    return row


def test_event_is_planned_approved_checked_and_called_off(hall: Row, tmp_path: Path) -> None:
    file = tmp_path / "event.toml"
    assert "energy_manager" in hall(f"event plan {file} --by cy", code=2).output
    planned = hall(f"event plan {file} --by manager").stdout
    number = planned.split()[0]
    assert hall(f"event plan {file} --by manager").stdout == planned, "said again it is one"
    assert "Ask another person" in hall(f"event approve {number} --by manager", code=2).output
    assert "stricter in its time: 1" in hall(f"event approve {number} --by eve").stdout
    rules = hall("alert rule list").stdout
    assert f"{number}-1-load" in rules
    assert "2098-12-31 20:00 – 2099-01-01 02:00" in rules
    for answer in ("no", "yes", "no"):
        hall(f"event check {number} ups {answer} --by cy")
    assert "has begun" in hall(f"event check {number} volts 230 --by cy", code=2).output
    shown = hall(f"event show {number}").stdout
    for part in ("State visit", "× 0.8", "nobody: no roster has it", "Cy", "UPS on battery"):
        assert part in shown
    told = hall.json(f"event show {number}")
    assert [each["value"] for each in told["answers"]] == ["no", "yes", "no"]
    assert told["state"] == "approved"
    file.write_text(FUTURE.replace("State visit", "State visit, day 2"), "utf-8")
    for _ in range(2):
        changed = hall(f"event change {number} {file} --reason late --by eve").stdout
        assert "edition 2 is written" in changed
    assert "已批准" in hall(f"event approve {number} --by manager --lang zh").stdout
    assert "not signed" in hall(f"event report {number}").stdout
    paper = tmp_path / "zh.pdf"
    assert "zh.pdf" in hall(f"event report {number} --pdf {paper} --lang zh").stdout
    told = PdfReader(paper).pages[0].extract_text()
    assert all(each in told for each in ("保障任务报告", "未签署", number, "day 2", "Cy"))
    assert "is called off" in hall(f"event call-off {number} --reason rain --by eve").stdout
    assert "已取消" in hall("event list --all --lang zh").stdout
    assert "load" in hall("alert rule list").stdout
    assert number not in hall("alert rule list").stdout


def test_what_cannot_be_is_said_with_the_next_step(hall: Row, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(FUTURE.replace('"0.8"', '"1.1"').replace("cy", "nobody"), "utf-8")
    assert "nobody" in hall(f"event plan {file} --by manager", code=2).output
    file.write_text("title = 3", "utf-8")
    assert "请修改" in hall(f"event plan {file} --by manager --lang zh", code=2).output
    assert "no such assured event" in hall("event show V-2019-00009", code=2).output
    assert "没有此保障任务" in hall("event show V-2019-00009 --lang zh", code=2).output
    assert "No assured event" in hall("event list").stdout
