"""Incidents and work orders by the command row: opened, done, signed, shown in two languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.energy.service.work.shop import CHECKLIST
from tests.energy.service.work.test_levels import FILE
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
HEARD = ("--heard", "2020-07-01 08:10")


@pytest.fixture
def shop(row: Row, tmp_path: Path) -> Row:
    """Service levels and a checklist are published; a technician and a second one work here."""
    for name in ("tom", "tina"):
        row(f"user add {name} --name {name.title()} --role technician")
    (tmp_path / "levels.toml").write_text(FILE, "utf-8")
    (tmp_path / "checklist.toml").write_text(CHECKLIST, "utf-8")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff a photo")
    row(f"incident levels {tmp_path / 'levels.toml'} --by manager")
    row(f"work checklist {tmp_path / 'checklist.toml'} --by manager")
    return row


def number_of(said: str) -> str:
    return said.split(maxsplit=1)[0]


def test_an_incident_and_its_order_from_first_contact_to_signature(
    shop: Row, tmp_path: Path
) -> None:
    opening = ("incident open --class critical --point m1 --by manager", "m1 is dark", *HEARD)
    incident = number_of(shop(*opening).stdout)
    assert number_of(shop(*opening).stdout) == incident, "the row again"
    shop(f"incident respond {incident} --by manager")
    making = f"work open --incident {incident} --checklist meter-swap --by manager"
    order = number_of(shop(making, "exchange the meter", "--since", "2020-07-01 08:20").stdout)
    said = shop(f"work assign {order} --to tom --by manager").stdout
    assert "Manager owns it until" in said
    shop(f"work take {order} --by tom")
    shop(f"work begin {order} --by tom", "--at", "2020-07-01 08:40")
    shop(f"work pause {order} --for permit --by tom")
    shop(f"work resume {order} --by tom")
    for _ in range(2):
        shop(f"work part {order} --number 1 --by tom", "meter MID 5(80) A")
    shop(f"work part {order} --number 1 --again 1 --by tom", "meter MID 5(80) A")
    span = ("--from", "2020-07-01 08:40", "--to", "2020-07-01 09:25")
    shop(f"work time {order} --by tom", *span)
    shop(f"work answer {order} isolated yes --by tom")
    assert "voltage" in shop(f"work done {order} --by tom", code=2).output
    shop(f"work answer {order} voltage 231 --by tom")
    shop(f"work paper {order} --photo {tmp_path / 'photo.jpg'} --by tom")
    assert "to be signed" in shop(f"work done {order} --by tom").stdout
    assert "another person" in shop(f"work sign {order} --by tom", code=2).output
    shop(f"work refuse {order} --reason loose --by tina")
    shop(f"work done {order} --by tom")
    shop(f"incident diagnose {incident} worn --problem no_supply --cause device --by manager")
    shop(f"incident resolve {incident} --by manager")
    assert "open work orders" in shop(f"incident close {incident} --by tina", code=2).output
    assert "finished" in shop(f"work sign {order} --by tina").stdout
    shown = shop.json(f"work show {order}")
    assert [each["number"] for each in shown["parts"]] == [1, 1], "told twice it is once"
    assert shown["order"]["answers"] == {"isolated": "yes", "voltage": "231"}
    assert (len(shown["papers"]), len(shown["times"])) == (1, 1)
    text = shop(f"work show {order}").stdout
    for told in ("Meter", "231", "45", "Tom", "Tina", "image/jpeg", "sent back"):
        assert told in text or told.lower() in text, told
    assert "closed" in shop(f"incident close {incident} --by tina").stdout
    assert shop.json("incident list") == []
    (listed,) = shop.json("incident list --all")
    assert listed["clocks"]["response"]["broken"] is True
    told = shop(f"incident show {incident} --lang zh").stdout
    for word in ("已关闭", "超时", "经过", "表计、传感器或线路", order):
        assert word in told
    assert shop.json(f"incident show {incident}")["clocks"]["response"]["used_s"] > 10**8


def test_what_needs_another_role_or_other_words_is_refused(shop: Row, tmp_path: Path) -> None:
    refused = (
        (("incident open --by viewer --class normal", "x"), "not_permitted"),
        ((f"incident levels {tmp_path / 'levels.toml'} --by tom",), "not_permitted"),
        ((f"work checklist {tmp_path / 'none.toml'} --by manager",), "none.toml"),
        (("incident open --by tom --class gold", "x"), "critical, normal"),
        (("incident open --by tom --class normal --urgency soon", "x"), "danger"),
        (("incident open --by tom --class normal --alert ff --plan p", "x"), "Name one of"),
        (("incident open --by tom --class normal --alert ffff", "x"), "no such alert"),
        (("incident open --by tom --class normal --account A-9", "x"), "no account"),
        (("incident respond I-1 --by tom",), "no such incident"),
        (("work take W-1 --by tom",), "no such work order"),
    )
    for words, told in refused:
        assert told in shop(*words, code=2).output, words
    assert "No incident" in shop("incident list").stdout
    assert "No work order" in shop("work list").stdout


def test_an_incident_changes_hands_and_becomes_part_of_another(shop: Row) -> None:
    whole = number_of(shop("incident open --class normal --by tom", "no heat in hall A").stdout)
    part = number_of(shop("incident open --class normal --by tina", "cold water").stdout)
    shop(f"incident hand-over {whole} --to tina --by tom")
    assert "Tina" in shop(f"incident take {whole} --by tina").stdout
    shop(f"incident respond {whole} --by tina")
    shop(f"incident pause {whole} --for part --by tina")
    assert "stands still" in shop("incident list").stdout
    shop(f"incident resume {whole} --by tina")
    shop(f"incident change {whole} --by tina", "pump replaced")
    shop(f"incident join {part} {whole} --by tina")
    assert whole in shop(f"incident show {part}").stdout
    shop(f"incident respond {part} --by tina")
    shop(f"incident resolve {part} --by tina")
    shop(f"incident reopen {part} --by tina --reason cold")
    assert "工作时间内" in shop("incident classes --lang zh").stdout
    assert "V" in shop("work checklists").stdout
    order = number_of(shop("work open --class normal --kind planned --by tom", "oil").stdout)
    shop(f"work cancel {order} --reason done --by tom")
    assert shop.json("work list") == []
    assert "cancelled" in shop("work list --all").stdout
