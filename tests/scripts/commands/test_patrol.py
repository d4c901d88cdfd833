"""Patrol rounds by the command row: planned, walked, missed, the log sheet, who may."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from energy.base.clock import SystemClock
from tests.energy.service.work.test_levels import FILE as LEVELS
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
PLAN = """
valid_from = 2026-12-05

[[round]]
key = "east"
name = { en = "East station", zh = "东站" }
due = { every_h = 1 }
within_min = 40

[[round.stop]]
key = "tr1"
name = { en = "Transformer 1", zh = "1号变压器" }
point = "m1"

[[round.stop.value]]
key = "oil"
name = { en = "Oil temperature", zh = "油温" }
kind = "number"
unit = "°C"
low = -20
high = 75

[[round.stop.value]]
key = "noise"
name = { en = "Unusual noise", zh = "异响" }
kind = "yes_no"
good = ["no"]

[[round.stop]]
key = "pump"
name = { en = "Pump", zh = "水泵" }
point = "m1"

[[round.stop.value]]
key = "mode"
name = { en = "Mode", zh = "方式" }
kind = "choice"
choice = [
  { key = "auto", name = { en = "automatic", zh = "自动" } },
  { key = "hand", name = { en = "by hand", zh = "手动" } },
]
"""


@dataclass
class Hour:
    """What the machine's clock says."""

    now: datetime

    def at(self, text: str) -> None:
        self.now = datetime.fromisoformat(f"2026-12-05 {text}").replace(tzinfo=UTC)


@pytest.fixture
def hour(monkeypatch: pytest.MonkeyPatch) -> Hour:
    found = Hour(datetime(2026, 12, 5, 5, 50, tzinfo=UTC))
    monkeypatch.setattr(SystemClock, "now", lambda _: found.now)
    return found


@pytest.fixture
def office(hour: Hour, row: Row, tmp_path: Path) -> Row:
    """A plan of hourly rounds and service levels, published at 5:50."""
    assert hour.now.hour == 5
    for name in ("ada", "ben"):
        row(f"user add {name} --name {name.title()} --role technician")
    for name, text in (("levels", LEVELS), ("rounds", PLAN)):
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    row(f"incident levels {tmp_path / 'levels.toml'} --by manager")
    plan = f"patrol set-plan {tmp_path / 'rounds.toml'}"
    assert "energy_manager" in row(f"{plan} --by ada", code=2).output
    assert "version 1" in row(f"{plan} --by manager").stdout
    assert "version 1" in row(f"{plan} --by manager").stdout
    return row


def test_a_round_is_walked_and_one_is_missed(office: Row, hour: Hour, tmp_path: Path) -> None:
    assert "00:00, 01:00 … 23:00" in office("patrol plan").stdout
    assert "coming" in office("patrol due").stdout
    hour.at("06:02")
    assert "technician" in office("patrol start east --by viewer", code=2).output
    assert "due at 2026-12-05 06:00" in office("patrol start east --by ada").stdout
    refused = office("patrol value east tr1 oil=81.50 noise=no --by ada", code=2).output
    for text in ("81.50 °C", "-20 … 75", "--sure oil"):
        assert text in refused
    told = "patrol value east tr1 oil=81.50 noise=no --sure oil --by ada"
    assert "stops left: 1" in office(told, "--note", "fan stands still").stdout
    assert "Somebody else" in office(told.replace("ada", "ben"), code=2).output
    assert "--reason" in office("patrol value east tr1 oil=71.5 --by ada", code=2).output
    assert "KEY=VALUE" in office("patrol value east tr1 oil --by ada", code=2).output
    raised = "patrol raise east tr1 oil incident --class critical --what hot --by ada"
    assert "I-2026-00001" in office(raised).stdout
    office("patrol value east tr1 oil=71.5 --by ada", "--reason", "wrong scale")
    assert "pump" in office("patrol end east --by ada", code=2).output
    office("patrol skip east pump --by ada --reason", "door locked")
    assert "signed" in office("patrol end east --by ada").stdout
    shown = office("patrol show east --due", "2026-12-05 06:00").stdout
    for text in ("81.50 °C", "71.5 °C", "mended, wrong scale", "fan stands still", "door locked"):
        assert text in shown
    assert office.json("patrol show east")["walk"]["ended_at"] is not None
    hour.at("08:01")
    listed = office("patrol due", code=1).stdout
    assert "missed" in listed
    rows = office.json("patrol due", code=1)
    assert [(each["due_at"][11:13], each["standing"]) for each in rows] == [
        ("07", "missed"),
        ("08", "due"),
    ]
    sheet = office("patrol sheet east").stdout
    for text in ("71.5 ~", "(door locked)", "missed", "Ada", "-20 … 75", "! outside"):
        assert text in sheet
    chinese = office("patrol sheet east --lang zh").stdout
    for text in ("变压器", "漏检", "油温", "越限"):
        assert text in chinese
    book = tmp_path / "log.xlsx"
    office("patrol sheet east --day 2026-12-05", "--file", str(book))
    sheet_rows = list(openpyxl.load_workbook(book).active.iter_rows(values_only=True))
    assert sheet_rows[0][4:7] == ("06:00", "07:00", "08:00")
    assert sheet_rows[1][:5] == ("Transformer 1", "Oil temperature", "°C", "-20 … 75", "71.5 ~")
    paper = tmp_path / "log.pdf"
    assert str(paper) in office("patrol sheet east --day 2026-12-05", "--file", str(paper)).stdout
    assert paper.read_bytes().startswith(b"%PDF")
    assert "No round" in office("patrol sheet west", code=2).output


def test_a_round_is_taken_along_and_brought_back(office: Row, hour: Hour, tmp_path: Path) -> None:
    hour.at("06:01")
    page = tmp_path / "round.html"
    assert "3 values" in office("patrol pack east", "--file", str(page)).stdout
    assert "Oil temperature" in page.read_text("utf-8")
    office("patrol pack east", "--due", "2026-12-05 07:00", "--file", str(page))
    refused = office("patrol pack east", "--due", "2026-12-05 07:30", "--file", str(page), code=2)
    assert "not due at" in refused.output
    office("patrol start east --by ben")
    office("patrol value east tr1 oil=40 --by ben")
    read = [("tr1", "oil", "44.50"), ("tr1", "noise", "no")]
    result = {
        "format": "meterline-patrol-1",
        "site": office.site.site.key,
        "round": "east.20261205T060000Z",
        "reader": "",
        "entries": [
            {"point": stop, "quantity": value, "serial": "", "at": "2026-12-05T06:20:00Z"}
            | {"value": said, "note": "", "confirmed": False}
            for stop, value, said in read
        ],
    }
    file = tmp_path / "result.json"
    file.write_text(json.dumps(result))
    hour.at("06:30")
    brought = office(f"patrol bring {file} --by ada", code=1).stdout
    assert "in doubt: another value is there" in brought
    assert "1 of 2 entries taken" in brought
    assert [each["became"] for each in office.json(f"patrol bring {file} --by ada")] == [
        *("repeated", "repeated")
    ]
    assert "40 ?" in office("patrol sheet east").stdout
    file.write_text(json.dumps({**result, "site": "other"}))
    assert "not of" in office(f"patrol bring {file} --by ada", code=2).output
    file.write_text(json.dumps({**result, "round": "east"}))
    assert "patrol pack" in office(f"patrol bring {file} --by ada", code=2).output
