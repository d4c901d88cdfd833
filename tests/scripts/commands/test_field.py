"""The technician's records by the command row; the first visit is test_field_story's.

With METERLINE_KEEP_VISIT=FOLDER what the commands said is kept there, for the technician's guide.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from openpyxl import Workbook
from typer.testing import CliRunner

from dashboards.security.passwords import hashed
from energy.base.clock import SystemClock, to_us
from energy.base.config import load_config
from energy.base.secrets import PersonVault, master_key
from energy.journal.directory import People, TableKeys, found_site
from energy.metering.plant import PlaceTree, Source
from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from scripts.main import app
from simulator.energy_file import load_series
from simulator.plant import Plant, read_plant
from tests.fixtures.field import PHOTO, SITE_FILE
from tests.fixtures.gateway import gateway
from tests.fixtures.postgres import TestSite, command, new_site

__all__ = ["new_site"]
pytestmark = pytest.mark.servers
CLOCK = SystemClock()
PDF = b"%PDF-1.7 a certificate"
PEOPLE = (
    ("mina", "Mina Park", "energy_manager"),
    ("ada", "Ada Okoye", "technician"),
    ("bo", "Bo Lindqvist", "technician"),
    ("neil", "Neil Fry", "technician"),
)
hashed_once = cache(hashed)


class Visit:
    """The command row of a technician, and what it said."""

    def __init__(self, site: TestSite, plant: Plant, folder: Path) -> None:
        self.site, self.folder = site, folder
        self.meters = {m.unit: m for m in (*plant.electric, *plant.spares())}
        self.said: list[str] = []

    def __call__(self, row: str, *more: str, code: int = 0, tell: bool = True) -> Result:
        arguments = [*row.split(), *more]
        result = CliRunner().invoke(app, [*arguments, "--site", self.site.site.key])
        if tell:
            words = " ".join(f'"{word}"' if " " in word else word for word in arguments)
            self.said.append(f"$ scripts/meterline {words}\n{result.output}")
        assert result.exit_code == code, f"{row}: {result.exit_code}\n{result.output}"
        return result

    def json(self, row: str, *more: str, code: int = 0) -> Any:
        return json.loads(self(row, *more, "--json", code=code, tell=False).stdout)

    def display(self, unit: int) -> str:
        """Return what a display shows now: its last digit is a tenth."""
        count = self.meters[unit].register.shown_count(to_us(CLOCK.now())) // 10
        return f"{count // 10}.{count % 10}"

    def load(self, unit: int, times: int) -> str:
        """Return a load so many times what the register of a unit shows."""
        return f"{times * self.meters[unit].register.power_cw(to_us(CLOCK.now())) / 100:.2f} W"

    def file(self, name: str, content: bytes = PHOTO) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def keep(self, name: str) -> None:
        """Keep what was said where somebody asked for it."""
        folder = os.environ.get("METERLINE_KEEP_VISIT")
        if folder:
            told = "\n".join(self.said).replace(str(self.folder) + "/", "")
            Path(folder, f"{name}.txt").write_text(told, encoding="utf-8")


@pytest.fixture(scope="module")
def plant() -> Plant:
    return read_plant(SITE_FILE, load_series(), shift_weeks=0)


@pytest.fixture
def visit(
    new_site: Any,
    directory: Database,
    plant: Plant,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Visit]:
    site: TestSite = new_site(at=CLOCK.now())
    key = site.site.key
    monkeypatch.setattr("processes.settling.PROJECT_S", 0.0)
    monkeypatch.setenv("METERLINE_DSN", site.server.dsn(SUPERUSER))
    monkeypatch.setenv("METERLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "150")
    monkeypatch.chdir(tmp_path)
    found_site(
        directory,
        CLOCK,
        key=key,
        name="Harbour campus",
        zone=site.site.zone.key,
        currency="GBP",
        language="en",
        command_id=command(key),
    )
    vault = PersonVault(master_key(load_config().secrets_dir / "master.key"), TableKeys(directory))
    for sign_in, name, role in PEOPLE:
        People(directory, CLOCK, vault).add(
            sign_in=sign_in,
            name=name,
            password_hash=hashed_once(f"{sign_in}'s own password"),
            must_change=sign_in == "neil",
            roles=[role],
            language="en",
            command_id=command(key, sign_in),
        )
    place = {"key": "b19", "kind": "building", "name": "Building 19"}
    site.application("metering").store(
        PlaceTree(site=key, places=[place], command_id=command("places")),
        Source(
            site=key,
            key="modbus-1",
            kind="modbus_tcp",
            settings={"host": "127.0.0.1", "port": 15020},
            command_id=command("source"),
        ),
    )
    site.project()
    made = Visit(site, plant, tmp_path)
    with gateway(made.meters.values(), CLOCK) as port:
        monkeypatch.setenv("METERLINE_SOURCE_MODBUS_1_PORT", str(port))
        yield made


def test_the_papers_of_a_meter_stand_in_its_history(visit: Visit) -> None:
    told = "field commission --point labs --place b19 --utility electricity --name Labs --unit 19"
    told += " --source modbus-1 --profile abb_b23_b24 --serial S-19 --watch 0 --side direct"
    told += " --display"
    visit(told, visit.display(19), "--technician", "Ada Okoye", tell=False)
    signed = visit.file("signed.jpg", PHOTO + b" of the signed sheet")
    visit("field close labs --technician", "Ada Okoye", "--photo", signed)
    visit(
        "field calibrate labs --tested-on 2024-11-05 --valid-until 2032-11-04 --error -0.12",
        "--laboratory",
        "Metrology Institute",
        "--certificate",
        visit.file("certificate.pdf", PDF),
    )
    shown = visit("meter show labs").stdout
    for words in ("2032-11-04", "-0.12", "closed 20"):
        assert words in shown
    acts = visit.json("meter history labs")
    assert [act["did"] for act in acts] == ["commissioned", "record_closed", "calibrated"]
    assert "Ada Okoye" in visit("meter history labs").stdout
    visit(f"meter document {acts[2]['paper']['certificate'][:12]} --file back.pdf")
    assert (visit.folder / "back.pdf").read_bytes() == PDF
    visit.keep("papers")
    visit("view verify")  # folded anew from the journal the papers are the same


def test_a_meter_is_changed_its_ratio_too_and_at_last_it_goes(visit: Visit) -> None:
    bus = ["--source", "modbus-1", "--profile", "abb_b23_b24"]
    told = ["--point", "labs", "--place", "b19", "--utility", "electricity", "--name", "Labs"]
    visit(
        "field commission --unit 19 --serial S-19 --watch 0 --side secondary",
        *told,
        *bus,
        "--display",
        visit.display(19),
        tell=False,
    )
    visit(
        "field change-ratio --point labs --multiplier 200/5 --reason",
        "transformers changed to 200/5",
        "--load",
        visit.load(19, 40),
        "--display",
        visit.display(19),
        "--seal",
        "A90001",
    )
    assert visit.json("meter show labs")["meter"]["rows"]["plate"]["multiplier"] == "40"
    visit(
        "field retire --point labs --reason",
        "tenant moved out",
        "--final-display",
        visit.display(19),
        "--technician",
        "Ada Okoye",
    )
    again = visit("field retire --point labs --final-display 1 --reason", "tenant moved out")
    assert "already" in again.stdout
    visit("field sheet labs --lang zh --file removal.pdf", tell=False)
    visit("field label labs", code=2)
    visit("meter history labs")
    visit.keep("leaving")


def test_what_is_refused_names_cause_and_next_step(visit: Visit) -> None:
    text = visit.file("photo.jpg", b"just text")
    told = "field commission --point labs --place b19 --utility electricity --name Labs --unit 19"
    told += " --source modbus-1 --profile abb_b23_b24 --serial S-19 --watch 0 --display 1"
    refused = visit(told, "--photo", text, code=2)
    assert "field.document" in refused.output
    assert "Name the photo itself" in refused.output
    visit("field close labs --photo", visit.file("a.jpg"), code=2)
    visit("field sheet labs", code=2)
    visit("meter history labs", code=2)
    visit("meter document abc", code=2)
    visit("field calibrate labs --certificate", visit.file("c.pdf", PDF), code=2)


def test_a_table_of_meters_is_judged_then_taken(visit: Visit) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    heads = ["point", "name", "place", "utility", "profile", "source", "unit", "serial", "since"]
    sheet.append([*heads, "start", "multiplier", "side"])
    good = ["Shop 1", "b19", "electricity", "abb_b23_b24", "modbus-1"]
    sheet.append(["shop-1", *good, 40, "CAM-E-0040", "2026-01-05", 15203.4, "200/5", "secondary"])
    sheet.append(["shop-2", "Shop 2", "b19", "gas", "abb_b23_b24", "modbus-1", 41])
    sheet.append(["shop-3", *good, 40, "CAM-E-0041", "2026-01-05", None, None, "direct"])
    book.save("meters.xlsx")
    visit("field import meters.xlsx --dry-run", code=1)
    visit("field import meters.xlsx", code=2)
    assert visit.json("meter list")["rows"] == []
    visit("field import meters.xlsx --partial", code=1)
    assert [row["point"] for row in visit.json("meter list")["rows"]] == ["shop-1"]
    assert "field prove" in visit("finding list", code=1).stdout
    visit("field prove shop-1", code=2)
    visit("field prove shop-1 --technician", "Ada Okoye", "--load", visit.load(40, 40))
    visit("finding list", tell=False)
    visit.keep("import")
    visit("view verify", tell=False)


def test_a_round_is_written_for_a_phone_and_its_result_recorded(visit: Visit) -> None:
    told = "field commission --point labs --place b19 --utility electricity --name Labs --unit 19"
    told += " --source modbus-1 --profile abb_b23_b24 --serial S-19 --watch 0 --side direct"
    told += " --display"
    visit(told, visit.display(19), tell=False)
    visit("field round export --place b19")
    [page] = visit.folder.glob("round-*.html")
    [printed] = visit.folder.glob("round-*.pdf")
    assert printed.read_bytes().startswith(b"%PDF")
    made = json.loads(page.read_text().partition('id="round">')[2].partition("</script>")[0])
    [stop] = made["stops"]
    at = CLOCK.now()
    entry = {key: stop[key] for key in ("point", "quantity", "serial")}
    entry |= {"at": at.isoformat(), "value": visit.display(19), "note": "", "confirmed": False}
    result = {"format": "meterline-round-1", "site": made["site"], "round": made["round"]}
    content = json.dumps({**result, "reader": "Ada Okoye", "entries": [entry]})
    file = visit.file("result.json", content.encode())
    visit("field round import result.json --by mina --dry-run", tell=False)
    visit("field round import result.json --by mina")
    assert "nothing was added" in visit(f"field round import {file} --by mina").stdout
    [row] = visit.json("readings corrections labs")
    assert row["kind"] == "manual"
    visit.keep("round")
