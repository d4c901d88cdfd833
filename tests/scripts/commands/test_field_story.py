"""A technician's whole first visit: from who answers to the signed sheet, and the round after it.

docs/technician.md shows what the commands said. METERLINE_REWRITE=1 writes it anew.
"""

from __future__ import annotations

import io
import json
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from energy.base.quality import Quality
from energy.metering.reading import Reading
from energy.store.pool import Database
from tests.fixtures.field import PHOTO
from tests.fixtures.first_visit import ADDRESS, BOX, UNIT, FirstVisit, first_visit
from tests.fixtures.postgres import new_site

__all__ = ["new_site"]
pytestmark = pytest.mark.servers
PAGE = Path(__file__).parents[3] / "docs" / "technician.md"
LINK = f"tcp:{ADDRESS}"


@pytest.fixture
def visit(
    new_site: Any, directory: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FirstVisit]:
    from tests.fixtures.first_visit import BEGIN

    with first_visit(new_site(at=BEGIN), directory, tmp_path, monkeypatch) as made:
        yield made


def test_a_first_visit_from_the_scan_to_the_signed_sheet_and_the_round(visit: FirstVisit) -> None:
    look_at_the_bus(visit)
    prove_the_side(visit)
    put_to_work(visit)
    sign(visit)
    count_pulses(visit)
    walk_a_round(visit)
    told = PAGE.read_text("utf-8") if PAGE.exists() else ""
    if os.environ.get("METERLINE_REWRITE"):
        PAGE.write_text(rewritten(told, visit.said), "utf-8")
        return
    assert blocks(told) == visit.said, "write docs/technician.md anew: METERLINE_REWRITE=1"


def look_at_the_bus(visit: FirstVisit) -> None:
    found = visit(f"field scan --link {LINK} --units 1-8").stdout
    assert "Eastron SDM630" in found
    assert "exception 0x0B" in found
    said = visit(f"field probe --link {LINK} --unit {UNIT}").stdout
    assert "chint_dtsu666@-1~little" in said


def prove_the_side(visit: FirstVisit) -> None:
    check = f"field check --link {LINK} --unit {UNIT} --profile chint_dtsu666@-1~little"
    told = ["--ratio", "200/5", "--load", "4.4 kW heater on L1"]
    twice = visit(f"{check} --multiplier 40", *told, code=1, tell=False).stdout
    assert "CT ratio applied twice" in " ".join(twice.split())
    visit(check, *told, "--display", visit.hall.display, "--watch", "60")


def put_to_work(visit: FirstVisit) -> None:
    point = ["--point", "t2-gate14", "--name", "Gate 14 shops", "--place", "t2-gates"]
    bus = ["--source", "hall-1", "--unit", str(UNIT), "--profile", "chint_dtsu666@-1~little"]
    people = ["--technician", "Ada Okoye", "--witness", "Bo Lindqvist", "--seal", "A88123"]
    where = ["--location", "Board 3, left of the door", "--photo", visit.file("IMG_0421.jpg")]
    told = ["--utility", "electricity", *bus, "--serial", "220811345", "--ratio", "200/5"]
    visit("field commission", *point, *told, "--display", "152.3", *people, *where, code=2)
    done = visit(
        "field commission", *point, *told, "--display", visit.hall.display, *people, *where
    )
    assert "as `field check` has settled it" in " ".join(done.stdout.split())
    visit.hall.tick(900)
    visit.collect()
    shown = visit("meter show t2-gate14").stdout
    assert "220811345" in shown
    rows = visit.site.rows(
        "SELECT count, quality FROM {s}.reading JOIN {s}.channel ON number = channel "
        "WHERE quantity = 'active_energy_import' ORDER BY at"
    )
    assert rows[-1] == (int(visit.hall.register * 100), Quality.MEASURED)
    [(record,)] = visit.site.rows("SELECT record FROM {s}.meter")
    assert (record["side"], record["transformer_ratio"]) == ("primary", "40")


def sign(visit: FirstVisit) -> None:
    visit("field label t2-gate14")
    assert (visit.folder / "label-t2-gate14.png").read_bytes().startswith(b"\x89PNG")
    visit("field sheet t2-gate14")
    sheet = (visit.folder / "sheet-t2-gate14.pdf").read_bytes()
    text = " ".join(PdfReader(io.BytesIO(sheet)).pages[0].extract_text().split())
    for words in ("220811345", "A88123", "Ada Okoye", "Bo Lindqvist", "Board 3", "Gate 14 shops"):
        assert words in text
    signed = visit.file("signed.jpg", PHOTO + b" of the signed sheet")
    visit("field close t2-gate14 --technician", "Ada Okoye", "--photo", signed)
    acts = visit.json("meter history t2-gate14")
    assert [act["did"] for act in acts] == ["commissioned", "record_closed"]
    visit("meter history t2-gate14")


def count_pulses(visit: FirstVisit) -> None:
    visit.hall.pulses_a_wait = 10
    told = "--point t2-water --place t2-gates --utility water --source pulses-1 --device"
    weight = ["--serial", "W-77120", "--plate-weight", "0.01", "--unit", "m3", "--pulses", "10"]
    people = ["--technician", "Ada Okoye", "--display", "4711.53"]
    with visit.hall.sending(visit.broker_port):
        visit(f"field commission-pulse {told} {BOX} --name", "Gate 14 water", *weight, *people)
    visit.hall.pulses_a_wait = 250
    visit.hall.tick(1_800)
    visit.hall.pulses_a_wait = 0
    visit.site.accept(Reading(channel=3, at=visit.hall.clock.now(), count=visit.hall.pulses))
    visit.site.project()
    visit("field control t2-water --display 4714.03 --technician", "Ada Okoye")
    visit.hall.tick(900)
    visit.site.accept(Reading(channel=3, at=visit.hall.clock.now(), count=visit.hall.pulses))
    visit.site.project()
    visit("field control t2-water --display 4715.03 --technician", "Ada Okoye", code=1)


def walk_a_round(visit: FirstVisit) -> None:
    visit.hall.tick(7 * 86_400)
    visit.collect()
    visit("field round export --place t2-gates")
    visit.hall.tick(600)
    visit.file("codes.txt", codes(visit).encode())
    visit("field round import codes.txt --by mina")
    assert "nothing was added" in visit("field round import codes.txt --by mina", tell=False).stdout


def codes(visit: FirstVisit) -> str:
    """Return what a scanner types who reads the phone's QR codes."""
    [page] = visit.folder.glob("round-*.html")
    made = json.loads(page.read_text().partition('id="round">')[2].partition("</script>")[0])
    stop = next(each for each in made["stops"] if each["point"] == "t2-gate14")
    at = visit.hall.clock.now().isoformat()
    row = [stop["point"], stop["quantity"], stop["serial"], at, visit.hall.display, "", 0]
    told = ["meterline-round-1", made["site"], made["round"], "Ada", [row]]
    whole = json.dumps(told, separators=(",", ":"))
    return f"MR1/1/1/{zlib.crc32(whole.encode()):08x}/{whole}\n"


BLOCK = re.compile(r"```\n(\$ scripts/meterline .*?)\n```", re.DOTALL)


def blocks(page: str) -> list[str]:
    """Return what a page shows of commands."""
    return BLOCK.findall(page)


def rewritten(page: str, said: list[str]) -> str:
    """Return a page with what the commands say now; what it lacks comes at its end."""
    left = iter(said)
    page = BLOCK.sub(lambda _: f"```\n{next(left, '$ scripts/meterline')}\n```", page)
    return page + "".join(f"\n```\n{each}\n```\n" for each in left)
