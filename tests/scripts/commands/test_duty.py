"""Duty by the command row: plan, roster, leave with a stand-in, swap, shift log, handover."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from energy.alerting.sounding.desk import SoundDesk
from energy.base.clock import SystemClock
from energy.base.ids import id_of
from energy.base.period import local_day
from tests.energy.service.work.test_levels import FILE
from tests.fixtures.postgres import command, new_site
from tests.scripts.commands.test_readings import Row, pytestmark, row

__all__ = ["new_site", "pytestmark", "row"]
PLAN = """
rest_h = 11
shift = [{name = "day", at = "07:00"}, {name = "night", at = "19:00"}]
post = [
  {key = "desk", kind = "desk", group = "controllers"},
  {key = "first", kind = "on_call", group = "engineers"},
]
[group]
controllers = ["ada", "ben", "cy"]
engineers = ["eve"]
"""
NAMED = (
    PLAN.replace('{name = "day",', '{key = "day", name = {en = "Early", zh = "白班"},')
    .replace('{name = "night",', '{key = "night", name = {en = "Late", zh = "夜班"},')
    .replace('key = "desk",', 'key = "desk", name = {en = "Control room", zh = "控制室"},')
)
ROSTER = """
first = 2031-07-01
last = 2031-07-04
[pattern.desk]
day = ["ada"]
night = ["ben"]
[pattern.first]
day = ["eve"]
night = ["eve", "-"]
"""


def said(result: Any) -> str:
    return " ".join(result.output.split())


@pytest.fixture
def office(row: Row, tmp_path: Path) -> Row:
    """Three controllers, an engineer, two who plan; a roster of four days."""
    for name in ("ada", "ben", "cy", "eve"):
        row(f"user add {name} --name {name.title()} --role technician")
    for name in ("boss", "chief"):
        row(f"user add {name} --name {name.title()} --role energy_manager")
    (tmp_path / "duty.toml").write_text(PLAN, "utf-8")
    (tmp_path / "roster.toml").write_text(ROSTER, "utf-8")
    row(f"duty set-plan {tmp_path / 'duty.toml'} --by boss")
    row(f"duty draft {tmp_path / 'roster.toml'} --by boss")
    roster = row.json("duty rosters")[0]["roster"]
    told = said(row(f"duty publish {roster[:8]} --by boss"))
    assert "2031-07-02/night/first: nobody" in told
    return row


def test_a_roster_is_shown_with_its_gaps(office: Row, tmp_path: Path) -> None:
    drafted = office(f"duty draft {tmp_path / 'roster.toml'} --by boss")
    assert "2031-07-02/night/first: nobody" in said(drafted)
    shown = said(office("duty show --from 2031-07-01 --days 2", code=1))
    assert "2031-07-01 day Ada Eve 2031-07-01 night Ben Eve 2031-07-02 day Ada Eve" in shown
    assert "2031-07-02/night/first: nobody" in shown
    office("duty show --from 2031-07-01 --days 1")
    now = said(office("duty now --instant", "2031-07-03 03:00", code=1))
    assert "Shift night, 2031-07-02 19:00+01:00 to 2031-07-03 07:00+01:00" in now
    assert "desk Ben - first - nobody in the roster" in now
    plan = said(office("duty plan"))
    assert "day 07:00, night 19:00" in plan
    assert "desk desk Ada, Ben, Cy first on call Eve" in plan
    changed = "duty change 2031-07-02/night/first"
    assert "Eve" in said(office(f"{changed} --to eve --reason course --by boss"))
    told = said(office(f"{changed} --uncovered --reason course --by boss"))
    assert "nobody, on purpose" in told
    assert "Say who is there" in said(office(f"{changed} --reason x --by boss", code=2))
    assert "energy_manager" in said(office(f"{changed} --to eve --reason x --by ada", code=2))
    refused = said(office(f"{changed} --to nobody --reason x --by boss", code=2))
    assert "No person signs in as 'nobody'" in refused


def test_names_stand_before_the_keys_that_one_types(office: Row, tmp_path: Path) -> None:
    (tmp_path / "named.toml").write_text(NAMED, "utf-8")
    office(f"duty set-plan {tmp_path / 'named.toml'} --by boss")
    plan = said(office("--lang zh duty plan"))
    assert "白班 (day) 07:00, 夜班 (night) 19:00" in plan
    assert "控制室 (desk) 值守 Ada, Ben, Cy first 待命 Eve" in plan
    now = said(office("--lang zh duty now --instant", "2031-07-03 03:00", code=1))
    assert "班次 夜班 (night)，2031-07-02 19:00+01:00" in now
    assert "控制室 (desk) Ben" in now
    shown = said(office("duty show --from 2031-07-01 --days 2", code=1))
    assert "day shift Control room (desk) first" in shown
    assert "2031-07-01 Early (day) Ada Eve 2031-07-01 Late (night) Ben Eve" in shown
    assert "2031-07-02/night/first (Late · first): nobody" in shown
    office("duty ask --from 2031-07-02 --to 2031-07-02 --by ben")
    leave = office.json("duty leave")[0]["leave"][:8]
    slots = said(office(f"duty leave-slots {leave}"))
    assert "2031-07-02/night/desk (Late · Control room) Cy Cy" in slots
    told = said(office(f"duty approve {leave} --by-rule --by boss"))
    assert "2031-07-02/night/desk (Late · Control room) Cy" in told
    back = said(office(f"duty withdraw {leave} --by ben"))
    assert "it gives back: 2031-07-02/night/desk (Late · Control room)" in back
    office("duty swap 2031-07-03/night/desk --to cy --by ben")
    assert "Ben 2031-07-03/night/desk (Late · Control room) Cy - offered" in said(
        office("duty swaps")
    )
    office("duty offer desk --by ada")
    handover = office.json("duty handovers")[0]["handover"][:8]
    assert "Ben has Control room (desk)" in said(office(f"duty sign {handover} --by ben"))
    assert "Control room (desk) signed" in said(office("duty handovers"))
    (tmp_path / "wrong.toml").write_text(NAMED.replace(', zh = "夜班"', ""), "utf-8")
    refused = said(office(f"duty set-plan {tmp_path / 'wrong.toml'} --by boss", code=2))
    assert "The `name` of the shift 'night' is no table" in refused


def test_leave_reshuffles_the_roster_by_the_second_persons_word(office: Row) -> None:
    asked = said(office("duty ask --from 2031-07-02 --to 2031-07-02 --by ben"))
    leave = office.json("duty leave")[0]["leave"][:8]
    assert f"duty approve {leave}" in asked
    slots = said(office(f"duty leave-slots {leave}"))
    assert "2031-07-02/night/desk Cy Cy" in slots
    refused = said(office(f"duty approve {leave} --by boss", code=2))
    assert "Nobody would be at 2031-07-02/night/desk" in refused
    covered = f"duty approve {leave} --cover 2031-07-02/night/desk=ada --by boss"
    assert "too short a rest" in said(office(covered, code=2))
    told = said(office(f"duty approve {leave} --by-rule --by boss"))
    assert "2031-07-02/night/desk Cy" in told
    now = office("duty now --instant", "2031-07-03 03:00", code=1)
    assert "desk Cy -" in said(now)
    assert "approved" in said(office("duty leave"))
    office("duty change 2031-07-03/day/desk --to ben --reason course --by boss")
    back = said(office(f"duty withdraw {leave} --by ben"))
    assert "it gives back: 2031-07-02/night/desk" in back
    assert "2031-07-03/day/desk: too short a rest before" in back
    office("duty ask --from 2031-07-02 --to 2031-07-02 --for ben --by boss")
    again = next(e["leave"] for e in office.json("duty leave") if e["state"] == "asked")
    office(f"duty refuse {again} --by chief")
    assert "refused" in said(office("duty leave"))
    assert "no such request" in said(office("duty refuse 0000 --by chief", code=2))


def test_two_swap(office: Row) -> None:
    office("duty swap 2031-07-03/night/desk --to cy --by ben")
    swap = office.json("duty swaps")[0]["swap"][:8]
    assert "taken" not in said(office("duty swaps"))
    office(f"duty take {swap} --by cy")
    assert "Ben 2031-07-03/night/desk Cy" in said(office("duty swaps"))
    assert "1 Ben" in said(office("duty stand-ins 2031-07-03/night/desk"))
    office("duty swap 2031-07-03/night/desk --to ben --by cy")
    swap = next(e["swap"] for e in office.json("duty swaps") if e["state"] == "offered")
    office(f"duty swap-off {swap} --by ben")


def test_the_sheet_of_handover_has_roster_points_and_sound(office: Row, tmp_path: Path) -> None:
    clock, site = SystemClock(), office.site
    today = local_day(clock.now(), site.site.zone)
    days = f"first = {today - timedelta(days=1)}\nlast = {today + timedelta(days=2)}\n"
    (tmp_path / "now.toml").write_text(days + ROSTER.partition("last = 2031-07-04\n")[2], "utf-8")
    office(f"duty draft {tmp_path / 'now.toml'} --by boss")
    roster = next(e["roster"] for e in office.json("duty rosters") if not e["version"])
    office(f"duty publish {roster} --by boss")
    office("duty tell --open --by ada", "pump 2 hums")
    office("duty tell --by ada", "round done")
    sound = SoundDesk(site.writer, site.site.key, site.schema, clock)
    eve = id_of("person", "eve")
    sound.silence(5, by=eve, command_id=command("silence"))
    sound.begin_test("desk/east", by=eve, command_id=command("test"))
    office("duty log")  # folds nothing by itself
    office("duty tell x --by ada")
    (tmp_path / "levels.toml").write_text(FILE, "utf-8")
    office(f"incident levels {tmp_path / 'levels.toml'} --by boss")
    opening = ("incident open --class critical --point m1 --by boss", "m1 is dark")
    incident = said(office(*opening, "--heard", "2020-07-01 08:10")).partition(" ")[0]
    sheet = office.json("alert handover")
    assert [(each["number"], each["owned"]) for each in sheet["work"]] == [(incident, "Boss")]
    posts = {(each["post"], each["person"]) for each in sheet["roster"]}
    assert {("desk", "Ada"), ("desk", "Ben")} <= posts
    assert [each["what"] for each in sheet["points"]] == ["pump 2 hums"]
    assert [each["act"] for each in sheet["sounds"]] == ["silenced", "test that nobody heard"]
    assert "Open points (1)" in said(office("alert handover"))
    office(f"alert handover --file {tmp_path / 'sheet.pdf'}")
    told = said(office("duty offer desk --by ada"))
    handover = office.json("duty handovers")[0]["handover"][:8]
    assert f"duty sign {handover}" in told
    assert "1 open point" in told
    assert "offered already" in said(office("duty offer desk --with-work --by ada", code=2))
    assert "yourself" in said(office(f"duty sign {handover} --by ada", code=2))
    assert "Ben has desk" in said(office(f"duty sign {handover} --by ben"))
    _pass_with_work(office)
    office("duty offer desk --by ben")
    second = office.json("duty handovers")[0]["handover"]
    assert "Ben stays" in said(office(f"duty stay {second} --by ben"))
    assert "desk signed Ada" in said(office("duty handovers"))
    entry = next(e["entry"] for e in office.json("duty log") if e["open"])
    office(f"duty close {entry} --by ben --text", "bearing changed")
    assert "bearing changed Ben" in said(office("duty log"))


def _pass_with_work(office: Row) -> None:
    """Ben hands the desk to Cy with his incident, and has it back without."""
    office("incident open --class critical --by ben", "pump 2 leaks")
    office("duty offer desk --with-work --by ben")
    handover = office.json("duty handovers")[0]["handover"][:8]
    signed = office(f"duty sign {handover} --by cy")
    assert "What Ben owned passed on with it" in said(signed)
    comes = office.json("duty handovers")[0]["comes"]
    ((owner,),) = office.site.rows("SELECT owner FROM {s}.incident WHERE what = 'pump 2 leaks'")
    assert str(owner) == comes
    office("duty offer desk --by cy")
    office(f"duty sign {office.json('duty handovers')[0]['handover']} --by ben")
