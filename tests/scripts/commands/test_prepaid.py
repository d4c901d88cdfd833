"""Records of a Chinese card system by the command row: once each, conflicts refused, checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
HEADS = "流水号,卡号,表号,购电时间,类型,购电量(kWh),金额(元),单价,剩余电量"
ROWS = [
    "1001,88001,000220811345,2018-11-01 09:00:00,购电,100,66.00,0.66,150",
    "1002,88001,000220811345,2018-11-08 09:00:00,查询,,,,80.5",
    '1003,88001,000220811345,2018-11-15 09:00:00,购电,"1,000",660.00,0.66,"1,020.5"',
]


def export(tmp_path: Path, *rows: str) -> list[str]:
    path = tmp_path / "cards.csv"
    path.write_bytes("\r\n".join([HEADS, *rows, ""]).encode("gb18030"))
    return [str(path), "--map", "card_purchases"]


def test_records_come_once_and_are_listed(row: Row, tmp_path: Path) -> None:
    file = export(tmp_path, *ROWS)
    assert "Records to be taken over: 3" in row("prepaid import", *file, "--preview").stdout
    assert row.json("prepaid records")["records"] == []
    assert "3 records are in the books" in row("prepaid import", *file, "--by", "clerk").stdout
    assert "Nothing new" in row("prepaid import", *file, "--by", "clerk").stdout
    found = row.json("prepaid records --card 88001")
    assert [(r["record"], r["kind"], r["energy"], r["money"]) for r in found["records"]] == [
        ("1001", "purchase", "100", "66.00"),
        ("1002", "balance", None, None),
        ("1003", "purchase", "1000", "660.00"),
    ]
    assert "购电" in row("prepaid records --lang zh").stdout


def test_another_record_under_the_same_number_is_refused(row: Row, tmp_path: Path) -> None:
    row("prepaid import", *export(tmp_path, *ROWS), "--by", "clerk")
    changed = export(tmp_path, ROWS[0].replace("66.00", "60.00"), ROWS[1].replace("1002", "1004"))
    refused = row("prepaid import", *changed, "--by", "clerk", code=2).output
    assert "record '1001' says something else in cards.csv, row 2" in refused
    done = row.json("prepaid import", *changed, "--by", "clerk", "--partial", code=1)
    assert len(done["looked"]["new"]) == 1
    assert len(row.json("prepaid records")["records"]) == 4


def test_of_two_records_that_differ_under_one_number_neither_is_chosen(
    row: Row, tmp_path: Path
) -> None:
    file = export(tmp_path, ROWS[0], ROWS[1], ROWS[0].replace("66.00", "60.00"))
    done = row.json("prepaid import", *file, "--by", "clerk", "--partial", code=1)
    assert [each["record"] for each in done["looked"]["new"]] == ["1002"]
    assert [each[0] for each in done["looked"]["refused"]] == [2, 4]


def test_what_cannot_be_right_is_named(row: Row, tmp_path: Path) -> None:
    wrong = ROWS[2].replace('"1,020.5"', '"1,080.6"').replace("660.00", "606.00")
    text = row(
        "prepaid import", *export(tmp_path, *ROWS[:2], wrong), "--by", "clerk", code=1
    ).stdout
    assert "the money is 606.00, energy times price is 660.00" in text
    assert "1080.6 are left, at most 1080.5 can be" in text
    listed = row.json("prepaid records", code=1)
    assert [each["code"] for each in listed["findings"]] == ["card.amount", "card.balance"]


def test_a_wrong_row_names_itself(row: Row, tmp_path: Path) -> None:
    file = export(
        tmp_path, ROWS[0].replace("购电,", "赠送,"), ROWS[1], ROWS[2].replace('"1,000"', "x")
    )
    refused = row("prepaid import", *file, "--by", "clerk", code=2).output
    assert "row 2: kind '赠送' is not listed in [card]" in refused
    assert "row 4, 购电量(kWh): 'x' is not written" in refused
    assert "not_permitted" in row("prepaid import", *file, "--by", "viewer", code=2).output
