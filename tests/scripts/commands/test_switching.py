"""Switching orders by the command row: what people say, what they read, the paper for the room."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from dashboards.security.scope import RIGHTS, Right, Role
from tests.energy.service.switching.board import FILE
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
SUPPLY = """
[[supply]]
utility = "electricity"
valid_from = 2018-01-01
nodes = [{key = "grid", kind = "incomer", name = "Grid"},
  {key = "f1", kind = "feeder", name = "F1"}]
edges = [["grid", "f1"]]
"""
SPAN = ("--from", "2099-07-01 06:00", "--to", "2099-07-01 09:00", "--reason", "new breaker")
PEOPLE = {"ada": "technician", "ben": "technician", "eve": "desk", "root": "admin"}


@pytest.fixture
def room(row: Row, tmp_path: Path) -> str:
    """A reviewed template, a feeder, people; returns the number of an order that is written."""
    for name, role in PEOPLE.items():
        row(f"user add {name} --name {name.title()} --role {role}")
    (tmp_path / "supply.toml").write_text(SUPPLY, "utf-8")
    row("supply define", str(tmp_path / "supply.toml"), *["--reason", "new", "--by", "manager"])
    (tmp_path / "feeder.toml").write_text(FILE, "utf-8")
    row("switching template", str(tmp_path / "feeder.toml"), "--by", "manager")
    assert "yourself" in row("switching review feeder-off 1 --by manager", code=2).output
    row("switching review feeder-off 1 --by root")
    who = "--operator ada --guardian ben --by ada"
    told = row(f"switching write feeder-off electricity/f1 {who}", *SPAN).stdout
    return told.split()[2]


def test_who_has_a_part_in_an_order_is_not_erased_before_its_end(row: Row, room: str) -> None:
    for name in ("ada", "eve"):
        row(f"user disable {name} --by root")
    assert room in row("user erase ada --name Ada --by root", code=2).output
    row("user erase eve --name Eve --by root")
    row(f"switching withdraw {room} --reason rain --by ben")
    row("user erase ada --name Ada --by root")


def test_an_order_is_approved_told_read_back_and_completed(row: Row, room: str) -> None:
    assert "energy_manager" in row(f"switching approve {room} --by ben", code=2).output
    row(f"switching approve {room} --by manager")
    assert "desk" in row(f"switching release {room} --by ada", code=2).output
    assert "Next is step 1: Switch room 1, Q1: Open Q1." in (
        row(f"switching release {room} --by eve").stdout
    )
    assert "Seen then: Q1 shows OFF." in row(f"switching tell {room} 1 --by ben").stdout
    assert "Next is step 2" in row(f"switching read-back {room} 1 --by ada").stdout
    assert "Mind: Check the tester first." in row(f"switching tell {room} 2 --by ben").stdout
    row(f"switching read-back {room} 2 --by ada")
    row(f"switching stop {room} --reason smoke --by root")
    assert "stays stopped" in row(f"switching resume {room} --by ben").stdout
    assert "Next is step 3" in row(f"switching resume {room} --by eve").stdout
    row(f"switching tell {room} 3 --by ben")
    assert "permit to work comes next" in row(f"switching read-back {room} 3 --by ada").stdout
    assert "people work there" not in row(f"switching tell {room} 4 --by ben", code=2).output
    given = "--what breaker --where cubicle --earthed E1 --holder root --by ben"
    row(f"switching permit {room} {given}", "--until", "2099-07-01 08:00")
    assert "people work there" in row(f"switching tell {room} 4 --by ben", code=2).output
    assert "Nothing is switched until" in row(f"switching read-back {room} 3 --by ada").stdout
    row(f"switching hand-back {room} --by root")
    row(f"switching skip {room} 4 --reason kept --by ben")
    assert "completed" in row(f"switching complete {room} --by ada").stdout
    shown = row(f"switching show {room}").stdout
    assert "left out: kept" in shown
    assert "said that it goes on" in shown
    story = row.json(f"switching show {room}")
    assert [each["state"] for each in story["steps"]] == ["done", "done", "done", "skipped"]
    assert row.json("switching list") == []
    assert [each["number"] for each in row.json("switching list --all")] == [room]


def test_words_said_again_tell_nobody_to_switch(row: Row, room: str) -> None:
    row(f"switching approve {room} --by manager")
    row(f"switching release {room} --by eve")
    row(f"switching tell {room} 1 --by ben")
    row(f"switching stop {room} --reason smoke --by root")
    told = row(f"switching tell {room} 1 --by ben").stdout
    assert "stopped" in told
    assert "Open Q1." not in told
    row(f"switching resume {room} --by ben")
    row(f"switching resume {room} --by eve")
    assert "Open Q1." in row(f"switching tell {room} 1 --by ben").stdout
    row(f"switching read-back {room} 1 --by ada")
    told = row(f"switching tell {room} 1 --by ben").stdout
    assert "Next is step 2" in told
    assert "Open Q1." not in told
    row(f"switching stop {room} --reason fire --by root")
    told = row(f"switching read-back {room} 1 --by ada").stdout
    assert "stopped" in told
    assert "Next is" not in told


def test_an_abort_names_the_steps_and_the_order_back_takes_them(row: Row, room: str) -> None:
    row(f"switching approve {room} --by manager")
    row(f"switching release {room} --by root")
    row(f"switching tell {room} 1 --by ben")
    assert "--told-done" in row(f"switching abort {room} --reason rain --by ada", code=2).output
    told = row(f"switching abort {room} --reason rain --told-done --by ada").stdout
    assert "in this order: 1" in told
    who = "--operator ada --guardian ben --by ada"
    back = row(f"switching back {room} {who}", *SPAN).stdout.split()[2]
    story = row.json(f"switching show {back}")
    assert [each["step"]["do"]["en"] for each in story["steps"]] == ["Close Q1."]
    assert back in row(f"switching show {room}").stdout


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_paper_is_written_in_either_language(
    row: Row, room: str, tmp_path: Path, language: str
) -> None:
    file = tmp_path / "order.pdf"
    row(f"switching print {room} --language {language} --file {file}")
    assert file.read_bytes().startswith(b"%PDF")
    assert "pdf" in row(f"switching print {room} --file {tmp_path / 'order.png'}", code=2).output


def test_the_same_words_behind_a_withdrawn_order_write_another(row: Row, room: str) -> None:
    who = "--operator ada --guardian ben --by ada"
    words = f"switching write feeder-off electricity/f1 {who}"
    assert room in row(words, *SPAN).stdout  # typed again it is the same one
    row(f"switching withdraw {room} --reason rain --by ada")
    other = row(words, *SPAN).stdout.split()[2]
    assert other != room
    assert other in row(words, *SPAN).stdout
    assert [each["number"] for each in row.json("switching list")] == [other]


def test_the_paper_of_an_order_that_stands_still_says_so(
    row: Row, room: str, tmp_path: Path
) -> None:
    row(f"switching approve {room} --by manager")
    row(f"switching release {room} --by eve")
    assert "carried out" not in paper(row, room, tmp_path)
    row(f"switching stop {room} --reason smoke --by root")
    assert "Stopped, nothing is to be carried out: smoke" in paper(row, room, tmp_path)
    row(f"switching resume {room} --by ben")
    row(f"switching resume {room} --by eve")
    for step in (1, 2, 3):
        row(f"switching tell {room} {step} --by ben")
        row(f"switching read-back {room} {step} --by ada")
    given = "--what breaker --where cubicle --earthed E1 --holder root --by ben"
    row(f"switching permit {room} {given}", "--until", "2099-07-01 08:00")
    assert "A permit to work is out" in paper(row, room, tmp_path)
    row(f"switching hand-back {room} --by root")
    assert "A permit to work is out" not in paper(row, room, tmp_path)


def paper(row: Row, number: str, folder: Path) -> str:
    row(f"switching print {number} --file {folder / 'order.pdf'}")
    pages = PdfReader(folder / "order.pdf").pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_templates_are_listed_and_a_request_must_be_there(row: Row, room: str) -> None:
    rows = json.loads(row("switching templates --json").stdout)
    assert [(each["key"], each["version"]) for each in rows] == [("feeder-off", 1)]
    who = "--operator ada --guardian ben --by ada --request A-9/1"
    output = row(f"switching write feeder-off electricity/f1 {who}", *SPAN, code=2).output
    assert "no approved request" in output
    assert room in row("switching list").stdout


def test_a_version_that_nobody_read_is_not_reviewed(row: Row, room: str, tmp_path: Path) -> None:
    for first in (1, 2):
        (tmp_path / "next.toml").write_text(FILE.replace("Open Q1.", f"Open Q{first}1."), "utf-8")
        row("switching template", str(tmp_path / "next.toml"), "--by", "manager")
    assert "Version 3 was written meanwhile" in (
        row("switching review feeder-off 2 --by root", code=2).output
    )
    rows = row.json("switching templates")
    assert [each["reviewed_by"] is None for each in rows] == [True, True, False]
    row("switching review feeder-off 3 --by root")


def test_the_command_centre_releases_and_technicians_do_not() -> None:
    may = {role for role in Role if Right.RELEASE_SWITCHING in RIGHTS[role]}
    assert may == {Role.DESK, Role.ENERGY_MANAGER, Role.ADMIN}
