"""Files by the command row: looked at first, then in the journal, and every reading explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.files import LONG_CSV
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
FILE = """point,time,value
m1,2019-01-01T01:00:00Z,1.01
m1,2019-01-01T02:00:00Z,1.02
m1,2019-01-01T00:00:00Z,1.00
"""


def written(tmp_path: Path, text: str, name: str = "f.csv") -> list[str]:
    (tmp_path / name).write_text(text)
    (tmp_path / "m.toml").write_text(LONG_CSV)
    return [str(tmp_path / name), "--map", str(tmp_path / "m.toml")]


def test_a_file_is_looked_at_and_then_written_once(row: Row, tmp_path: Path) -> None:
    file = written(tmp_path, FILE)
    preview = row("readings import", *file, "--preview").stdout
    assert "Readings to be written: 2" in preview
    assert "Already in the journal, left out: 1" in preview
    assert row.json("readings imports") == []
    done = row("readings import", *file, "--by", "clerk").stdout
    assert "2 readings in the journal" in done
    again = row("readings import", *file, "--by", "clerk").stdout
    assert "The same file was imported on" in again
    assert "Nothing new: nothing was written." in again
    (one,) = row.json("readings imports")
    assert (one["file"], one["readings"]) == ("f.csv", 2)
    assert "Clerk" in row("readings imports").stdout


def test_refused_rows_are_told_in_both_languages(row: Row, tmp_path: Path) -> None:
    file = written(tmp_path, FILE + "m1,2019-01-01T03:00:00Z,--\nm9,2019-01-01T03:00:00Z,1\n")
    refused = row("readings import", *file, "--by", "clerk", code=2)
    assert "row 5, value: '--' is not written in number format 'plain'" in refused.stdout
    assert "nothing was written" in refused.output
    chinese = row("readings import --lang zh", *file, "--preview", code=1).stdout
    assert "数值不符合声明格式：1" in chinese
    assert "第 5 行 value：'--' 不符合数字格式 'plain'" in chinese
    assert "第 6 行：站点没有计量点 'm9'" in chinese
    told = row.json("readings import", *file, "--by", "clerk", code=2)
    assert told["looked"]["refused_by"] == {"name": 1, "value": 1}
    done = row.json("readings import", *file, "--by", "clerk", "--partial", code=1)
    assert done["position"] is not None
    assert row("readings import", *file, "--by", "viewer", code=2).output.startswith(
        "not_permitted"
    )


def test_a_corrected_file_proposes_what_two_people_decide(row: Row, tmp_path: Path) -> None:
    row("readings import", *written(tmp_path, FILE), "--by", "clerk")
    file = written(tmp_path, FILE.replace("1.02", "1.03"), "mended.csv")
    row("readings import", *file, "--by", "clerk", code=2)
    done = row.json(
        "readings import", *file, "--by", "clerk", "--partial", "--correct", "mended", code=1
    )
    (proposed,) = done["corrections"]
    row(f"readings approve {proposed[:8]} --by approver")
    shown = row.json("readings show m1 --from 2019-01-01 --to 2019-01-01")
    assert [(r["count"], r["quality"]) for r in shown][2] == (103, "corrected")
    later = row.json("readings import", *file, "--by", "clerk")
    assert (later["position"], later["looked"]["known"]) == (None, 3)


def test_a_reading_explains_itself(row: Row, tmp_path: Path) -> None:
    row("readings import", *written(tmp_path, FILE), "--by", "clerk")
    told = row("readings explain m1 --at", "2019-01-01 02:00").stdout
    assert "f.csv" in told
    assert "Clerk" in told
    found = row.json("readings explain m1 --at", "2019-01-01 02:00")
    assert (found["rows"], found["count"]) == ([3], 102)
    batch = row.json("readings explain m1 --at", "2019-01-01 12:00")
    assert (batch["imported"], batch["rows"]) == (None, [])


def test_a_wrong_mapping_and_a_missing_file_say_what_to_do(row: Row, tmp_path: Path) -> None:
    file = written(tmp_path, FILE)
    (tmp_path / "m.toml").write_text(LONG_CSV.replace("iso", "isso"))
    assert "format 'isso' is none of" in row("readings import", *file, "--preview", code=2).output
    unknown = row("readings import", file[0], "--map", "nothing", "--preview", code=2).output
    assert "chinese_register_sheet, dso_quarter_hours" in unknown
    missing = row("readings import /no/file --map weather --preview", code=2).output
    assert "No such file" in missing
