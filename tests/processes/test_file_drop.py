"""Dropped files: only finished ones, each once, moved with a report beside it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.files.mapping_file import SAMPLES
from processes.file_drop import DropFolderError, FileDrop
from processes.import_alone import Alone
from processes.import_mappings import OWN
from processes.import_readings import FileImport, Looked
from tests.fixtures.files import LONG_CSV, long_csv
from tests.fixtures.postgres import TestSite
from tests.processes.test_import_readings import Desk, facts, quarters

pytestmark = pytest.mark.servers


@pytest.fixture
def desk(new_site: Any, tmp_path: Path) -> Desk:
    site: TestSite = new_site("Europe/Berlin", at=datetime(2026, 7, 1, tzinfo=UTC))
    site.counter("m1", facts=facts())
    site.project()
    (tmp_path / OWN).mkdir()
    (tmp_path / OWN / "m.toml").write_text(LONG_CSV)
    return Desk(site, tmp_path)


def folder(desk: Desk) -> Path:
    place = desk.folder / "drop" / desk.site.site.key / "m"
    place.mkdir(parents=True, exist_ok=True)
    return place


def names(place: Path) -> list[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())


def told(file: Path) -> Any:
    return json.loads(file.with_name(f"{file.name}.report.json").read_text())


def test_a_file_that_has_come_to_rest_is_imported_once_and_moved(desk: Desk) -> None:
    drop, place = FileDrop(desk.system, desk.site.site), folder(desk)
    for again in range(2):
        (place / "a.csv").write_bytes(long_csv(quarters("m1", 0, 5)))
        drop.step()
        assert (place / "a.csv").exists(), "it might still be written"
        with (place / "a.csv").open("ab") as more:
            more.write(long_csv(quarters("m1", 5, 9)).split(b"\n", 1)[1])
        drop.step()
        assert (place / "a.csv").exists(), "it was still being written"
        drop.step()
        desk.site.project()
        assert desk.stored() == quarters("m1", 0, 9)
        assert len(names(place)) == 2 * (again + 1)
    assert names(place) == [
        "done/a.2.csv",
        "done/a.2.csv.report.json",
        "done/a.csv",
        "done/a.csv.report.json",
    ]
    first, second = (
        json.loads((place / f"done/{name}.report.json").read_text())
        for name in ("a.csv", "a.2.csv")
    )
    assert (first["readings"], second["readings"], second["known"]) == (9, 0, 9)


def test_a_wrong_file_is_put_aside_with_its_causes(desk: Desk) -> None:
    drop, place = FileDrop(desk.system, desk.site.site), folder(desk)
    hostile = "<b>..%2f; DROP TABLE.csv"
    (place / hostile).write_bytes(long_csv([("m9", 0, 1)]))
    (place / "cut.csv").write_bytes(b"PK\x03\x04")
    for _ in range(4):
        drop.step()
    report = told(place / "refused" / hostile)
    assert "no point 'm9'" in report["refused_rows"][0]["cause"]
    assert "is a workbook" in told(place / "refused/cut.csv")["error"]
    assert desk.stored() == []


def test_unfinished_files_and_links_are_left_alone(desk: Desk) -> None:
    drop, place = FileDrop(desk.system, desk.site.site), folder(desk)
    (place / "a.csv.part").write_bytes(long_csv(quarters("m1", 0, 5)))
    (place / ".hidden").write_bytes(b"x")
    (place / "link.csv").symlink_to("/etc/passwd")
    for _ in range(3):
        assert not drop.step()
    (place / "a.csv.part").rename(place / "a.csv")
    for _ in range(2):
        drop.step()
    assert names(place) == [".hidden", "done/a.csv", "done/a.csv.report.json", "link.csv"]


def test_a_wrong_mapping_is_told_and_the_others_go_on(desk: Desk) -> None:
    (desk.folder / OWN / "broken.toml").write_text("id = 3")
    drop, place = FileDrop(desk.system, desk.site.site), folder(desk)
    (place / "a.csv").write_bytes(long_csv(quarters("m1", 0, 5)))
    for _ in range(2):
        with pytest.raises(DropFolderError, match="Mapping 'broken' has"):
            drop.step()
    assert names(place) == ["done/a.csv", "done/a.csv.report.json"]


def test_records_of_cards_may_be_dropped_too(desk: Desk) -> None:
    sample = SAMPLES / "card_purchases.toml"
    (desk.folder / OWN / sample.name).write_bytes(sample.read_bytes())
    drop = FileDrop(desk.system, desk.site.site)
    place = folder(desk).with_name("card_purchases")
    place.mkdir()
    heads = "流水号,卡号,表号,购电时间,类型,购电量(kWh),金额(元),单价,剩余电量"
    row = "1001,88001,0002208,2026-06-01 09:00:00,购电,100,66.00,0.66,150"
    (place / "cards.csv").write_bytes(f"{heads}\n{row}\n".encode("gb18030"))
    for _ in range(2):
        drop.step()
    assert told(place / "done/cards.csv")["new"] == 1


def test_a_record_that_differs_from_one_just_dropped_is_refused(desk: Desk) -> None:
    sample = SAMPLES / "card_purchases.toml"
    (desk.folder / OWN / sample.name).write_bytes(sample.read_bytes())
    drop = FileDrop(desk.system, desk.site.site)
    place = folder(desk).with_name("card_purchases")
    place.mkdir()
    heads = "流水号,卡号,表号,购电时间,类型,购电量(kWh),金额(元),单价,剩余电量"
    row = "1001,88001,0002208,2026-06-01 09:00:00,购电,100,66.00,0.66,150"
    for name, text in (("a.csv", row), ("b.csv", row.replace(",100,", ",200,"))):
        (place / name).write_bytes(f"{heads}\n{text}\n".encode("gb18030"))
    for _ in range(3):  # no views are projected meanwhile
        drop.step()
    assert told(place / "done/a.csv")["new"] == 1
    (refused,) = told(place / "refused/b.csv")["refused_rows"]
    assert "says something else in a.csv, row 2" in refused["cause"]


def test_a_file_that_cannot_be_judged_does_not_stop_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop, place = FileDrop(desk.system, desk.site.site), folder(desk)
    (place / "a.csv").write_bytes(long_csv(quarters("m1", 0, 5)))
    (place / "b.csv").write_bytes(long_csv(quarters("m1", 0, 5)))
    look = FileImport.look

    def broken(one: FileImport) -> Looked:
        if one._path.name == "a.csv":
            raise ZeroDivisionError("nobody thought of it")
        return look(one)

    monkeypatch.setattr(FileImport, "look", broken)
    drop.step()
    with pytest.raises(ZeroDivisionError):
        drop.step()
    drop.step()
    assert names(place) == ["a.csv", "done/b.csv", "done/b.csv.report.json"]
    with pytest.raises(ZeroDivisionError):
        drop.step()


def test_a_file_that_comes_under_the_same_name_meanwhile_is_imported_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop, place = FileDrop(desk.system, desk.site.site), folder(desk)
    (place / "a.csv").write_bytes(long_csv(quarters("m1", 0, 5)))
    write = FileImport.write

    def replaced(
        one: FileImport, *, partial: bool, by: UUID | None, alone: Alone | None
    ) -> int | None:
        position = write(one, partial=partial, by=by, alone=alone)
        monkeypatch.undo()
        (place / "new.part").write_bytes(long_csv(quarters("m1", 5, 9)))
        (place / "new.part").rename(place / "a.csv")
        return position

    monkeypatch.setattr(FileImport, "write", replaced)
    for _ in range(4):
        drop.step()
    desk.site.project()
    assert desk.stored() == quarters("m1", 0, 9)


def test_a_name_that_is_no_text_gets_its_report(desk: Desk) -> None:
    drop, place = FileDrop(desk.system, desk.site.site), folder(desk)
    Path(os.fsdecode(bytes(place) + b"/\xff\x1b[2J.csv")).write_bytes(b"PK\x03\x04")
    for _ in range(2):
        drop.step()
    (report,) = (place / "refused").glob("*.report.json")
    assert "is a workbook" in json.loads(report.read_text("utf-8"))["error"]
    assert "\x1b" not in report.read_text("utf-8")
