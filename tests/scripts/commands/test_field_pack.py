"""A pack is one person's; on a laptop whose zone is another it is taken in, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.scripts.commands.test_field import Visit, plant, visit
from tests.scripts.commands.test_field_laptop import Laptop, laptop, laptop_code

__all__ = ["laptop", "plant", "visit"]
pytestmark = pytest.mark.servers


def _nine_hours_ahead(_: datetime) -> timedelta:
    return timedelta(hours=9)


def test_a_pack_is_written_over_an_older_one_of_the_same_person_only(visit: Visit) -> None:
    pack = visit.folder / "site.pack"
    visit("field pack --out site.pack --for ada")
    first = pack.read_bytes()
    assert (
        "is the pack of Ada Okoye" in visit("field pack --out site.pack --for mina", code=2).output
    )
    assert pack.read_bytes() == first
    visit("field pack --out site.pack --for ada")
    assert pack.read_bytes() != first
    visit.file("letter.txt", b"Dear Ada")
    assert "is no pack of Ada" in visit("field pack --out letter.txt --for ada", code=2).output
    nobody = visit("field pack --out site.pack --for nobody", code=2).output
    assert nobody.startswith("person.unknown: ")


def test_a_doubtful_clock_takes_a_pack_in_and_dates_nothing(
    visit: Visit, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processes.laptop_desk.laptop_offset", _nine_hours_ahead)
    visit("field pack --out site.pack --for ada")
    said = laptop("field unpack site.pack", code=1).output
    assert "Nothing was written" not in said
    assert "The pack is taken in all the same" in said
    assert "Nothing was written" not in laptop("field time", code=1).output
    refused = laptop.commission("labs", 19, code=2).output
    assert refused.startswith("laptop.clock: ")
    assert "Nothing was written." in refused
    laptop("field outbox")


def test_only_what_was_written_has_a_position(visit: Visit, laptop: Laptop) -> None:
    visit("field pack --out site.pack --for ada")
    laptop("field unpack site.pack", code=laptop_code(visit))
    laptop("field time --is-right")
    assert "position" not in laptop.commission("labs", 19).output
    certificate = ["--certificate", visit.file("c.pdf", b"%PDF-1.7 a certificate")]
    days = "--tested-on 2024-11-05 --valid-until 2032-11-04 --laboratory NPL"
    assert "position" not in laptop(f"field calibrate labs {days}", *certificate).output
    assert "laptop.name_bundle" in visit("field sync", code=2).output
    visit(
        "field commission --point b5 --place b19 --utility electricity --unit 5 "
        "--source modbus-1 --profile abb_b23_b24 --side direct --watch 0 --name Labs "
        f"--serial CAM-E-9005 --display {visit.display(5)}",
    )
    held = visit(f"field control b5 --display {visit.display(5)}").output
    assert "agree" in held
    assert "position" not in held
    assert "position" in visit(f"field calibrate b5 {days}", *certificate).output
    assert "position" not in visit(f"field calibrate b5 {days}", *certificate).output
