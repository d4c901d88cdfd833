"""Reports by the command row: made, read in both languages, reviewed, sent upward, owed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.fixtures.command_steps_notice import _CONTACTS, _PLAN
from tests.fixtures.command_steps_report import PLAN
from tests.fixtures.command_steps_work import LEVELS
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers


@pytest.fixture
def desk(row: Row, tmp_path: Path) -> Path:
    """People who can be told, a plan of reports, service levels."""
    for name, role in {"ada": "technician", "root": "admin", "warden": "admin"}.items():
        row(f"user add {name} --name {name.title()} --role {role}")
    files = {"contacts.csv": _CONTACTS, "n.toml": _PLAN, "r.toml": PLAN, "l.toml": LEVELS}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    row(f"notice import {tmp_path / 'contacts.csv'} --by root")
    row("notice group duty ben --by root")
    row("notice draft all --by root")
    row("notice review all --by warden")
    row(f"notice set-plan {tmp_path / 'n.toml'} --by root")
    row(f"incident levels {tmp_path / 'l.toml'} --by manager")
    assert "version 1" in row(f"report set-plan {tmp_path / 'r.toml'} --by manager").stdout
    return tmp_path


def test_a_day_is_made_read_reviewed_and_sent(row: Row, desk: Path) -> None:
    assert "energy_manager" in row(f"report set-plan {desk / 'r.toml'} --by ada", code=2).output
    assert "08:30" in row("report plan").stdout
    assert "No report" in row("report list").stdout
    made = row(f"report make day 2019-01-01 --pdf {desk / 'day.pdf'} --xlsx {desk / 'day.xlsx'}")
    assert "Report day 2019-01-01: edition 1 is kept." in made.stdout
    assert "nothing new" in row("report make day 2019-01-01").stdout
    assert "Day report" in PdfReader(desk / "day.pdf").pages[0].extract_text()
    assert load_workbook(desk / "day.xlsx").sheetnames[0] == "About"
    again = desk / "again.pdf"
    row(f"report show day 2019-01-01 --pdf {again}")
    assert again.read_bytes() == (desk / "day.pdf").read_bytes()
    row(f"report show day 2019-01-01 --pdf {desk / 'zh.pdf'} --lang zh")
    assert "日报" in PdfReader(desk / "zh.pdf").pages[0].extract_text()
    assert "Alerts by severity" in row("report show day 2019-01-01").stdout
    late = row("report list --days 3660", code=1)  # 2019 is long ago
    assert "late" in late.stdout
    assert "Nobody has reviewed" in row("report send day 2019-01-01 --by ada", code=2).output
    assert "is reviewed" in row("report review day 2019-01-01 --by ada").stdout
    assert "1 contact" in row("report send day 2019-01-01 --by manager").stdout
    listed = json.loads(row("report list --days 3660 --json").stdout)
    assert (listed[0]["span"], listed[0]["sent_at"] is None) == ("2019-01-01", False)
    assert "sent late" in row("report list --days 3660").stdout


def test_an_incident_of_a_class_is_owed_and_told(row: Row, desk: Path) -> None:
    assert "No incident owes" in row("report owed").stdout
    number = row("incident open mast --class critical --by ada").stdout.split()[0]
    assert json.loads(row("report owed --json").stdout)[0]["owed"]["name"] == "initial"
    written = row(f"report incident {number} initial --text broken --by ada").stdout
    assert f"{number}/initial: edition 1" in written
    own = row(f"report review incident {number}/initial --by ada", code=2)
    assert "wrote" in own.output
    row(f"report review incident {number}/initial --by manager")
    row(f"report send incident {number}/initial --by ada")
    assert number in row("report owed").stdout
    row(f"report show incident {number}/initial --pdf {desk / 'i.pdf'} --lang zh")
    assert "事件报告" in PdfReader(desk / "i.pdf").pages[0].extract_text()
    told = row(f"report incident {number} final --text over --by ada", code=2).output
    assert "owes no report 'final'" in told


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("make month 2019-01", "none of: shift, day, week, incident"),
        ("make day 2019-13-01", "is no day"),
        ("make shift 2019-01-01", "names no shift"),
        ("make week 2019", "is no week"),
        ("make day 2999-01-01", "is not over"),
        ("make incident I-1/initial", "report incident"),
        ("show day 2019-01-01", "no report"),
        ("send day 2019-01-01 --by manager", "no report"),
    ],
)
def test_what_cannot_be_is_refused_with_the_next_step(row: Row, words: str, named: str) -> None:
    assert named in " ".join(row(f"report {words}", code=2).output.split())
