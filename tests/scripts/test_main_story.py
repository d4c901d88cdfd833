"""One installation, from `db start` to `db stop`, by the command row alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from energy.base.aggregate import use_clock
from energy.base.clock import SystemClock
from energy.store.embedded import EmbeddedPostgres, EmbeddedSettings
from energy.store.server_settings import SUPERUSER
from scripts.main import app
from simulator.energy_file import load_series
from simulator.plant import read_plant
from tests.fixtures.gateway import gateway

pytestmark = pytest.mark.servers
DEMO = Path(__file__).resolve().parents[2] / "simulator" / "sites" / "cambridge"
SITE = """
[site]
key = "yard"
name = "Yard"
zone = "Europe/London"
currency = "GBP"
language = "en"
[[place]]
key = "b2"
kind = "building"
name = "Building 2"
[[source]]
key = "modbus-1"
kind = "modbus_tcp"
host = "127.0.0.1"
port = 15020
[[meter]]
point = "b5-elec"
name = "Building 5"
place = "b2"
utility = "electricity"
serial = "S-5"
profile = "abb_b23_b24"
source = "modbus-1"
address = {unit = 5}
multiplier = "1"
quantities = ["active_energy_import", "active_power"]
[[account]]
key = "A-1"
name = "Harbour Ltd"
address = "Quay 1"
email = "a@harbour.example"
opened_on = 2018-01-01
supplies = [ {point = "b5-elec", tariff = "campus-electricity"} ]
[[tariff]]
file = "tariffs/campus-electricity.toml"
"""


class Row:
    """The command row of one data directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, row: str, *more: object, code: int = 0) -> Result:
        arguments = [*row.split(), *(str(each) for each in more), "--data-dir", str(self.folder)]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == code, f"{row}: {result.exit_code}\n{result.output}"
        return result

    def json(self, row: str, *more: object, code: int = 0) -> Any:
        return json.loads(self(row, *more, "--json", code=code).stdout)


@pytest.fixture
def row(monkeypatch: pytest.MonkeyPatch) -> Iterator[Row]:
    for name in ("DSN", "DSN_WRITER", "DSN_WEB", "SITE", "LANG", "LANGUAGE", "DATA_DIR", "CONFIG"):
        monkeypatch.delenv(f"METERLINE_{name}", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    place = Path(tempfile.mkdtemp(prefix="meterline-test-"))
    place.chmod(0o755)
    meterline = Row(place / "yard")
    yield meterline
    if (meterline.folder / "postgres").exists():
        meterline("db stop")
    use_clock(SystemClock())
    shutil.rmtree(place)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The simulator's gateway at the machine's time, named to the commands."""
    plant = read_plant(DEMO / "site.toml", load_series(), shift_weeks=0)
    with gateway([*plant.electric, *plant.spares()], SystemClock()) as port:
        monkeypatch.setenv("METERLINE_SOURCE_MODBUS_1_PORT", str(port))
        yield port


def display(row: Row, unit: int) -> str:
    """Return what a display shows: whole kWh are what stands still long enough."""
    look = row.json(f"field check --source modbus-1 --profile abb_b23_b24 --unit {unit}")
    return str(look["values"]["active_energy_import"]).partition(".")[0]


def test_an_installation_from_start_to_stop(row: Row, bus: int, tmp_path: Path) -> None:
    assert "is up to date" in row("db start").output
    assert "runs in" in row("db start").output
    assert "no site yet" in row("meter list", code=2).output

    shutil.copytree(DEMO / "tariffs", tmp_path / "tariffs")
    file = tmp_path / "site.toml"
    file.write_text(SITE)
    assert "Site yard is ready" in row("site init", file).output
    assert [each["key"] for each in row.json("site list")] == ["yard"]
    assert "Building 2" in row("site tree").output
    assert "b2, 建筑" in row("site tree --lang zh").output

    _field(row)
    _bills(row)
    _people(row)

    lags = {each["follower"]: each["lag"] for each in row.json("view lag")}
    assert (lags["metering"], lags["books"]) == (0, 0)
    _views(row)
    assert row.json("alert list")["rows"] == []
    assert row.json("journal verify")["chain_ok"]
    _break_the_journal(row)
    broken = row.json("journal verify", code=1)
    assert not broken["chain_ok"]
    assert broken["applications"][0]["broken_at"] == 2
    assert "is stopped" in row("db stop").output
    assert "No PostgreSQL ran here" in row("db stop").output
    row("meter list", code=3)


def _field(row: Row) -> None:
    commission = "field commission --source modbus-1 --profile abb_b23_b24 --watch 0 --place b2"
    commission += " --utility electricity --point b2-elec --side direct"
    wrong = row(f"{commission} --unit 2 --serial S-2 --display 1.5 --name B2", code=2)
    assert "display 1.5 but register" in wrong.output
    silent = row(f"{commission} --unit 9 --serial S-2 --display 1 --name B2", code=3)
    assert "unit 9 in 1 s" in silent.output
    taken = row(f"{commission} --unit 2 --serial S-5 --display 1 --name B2", code=2)
    assert "S-5 already commissioned at b5-elec" in taken.output
    missing = row(f"{commission} --unit 2 --display 1 --name B2", code=2)
    assert "Missing option --serial" in missing.output

    done = row.json(f"{commission} --unit 2 --serial S-2 --name B2 --display", display(row, 2))
    assert done["serial"] == "S-2"
    assert not done["collected"]
    shown = row.json("meter show b2-elec")
    assert shown["meter"]["rows"]["plate"]["serial"] == "S-2"
    assert shown["segments"][0]["start_count"] == done["counts"]["active_energy_import"]

    replace = "field replace --point b2-elec --unit 102 --serial S-102 --reason burnt --watch 0"
    replaced = row.json(replace, "--final-display", display(row, 2), "--display", display(row, 102))
    assert replaced["final_counts"]["active_energy_import"] >= shown["segments"][0]["start_count"]
    assert "S-102" in row("meter list").output
    listed = row("meter list --lang zh").output
    assert ("电力" in listed, "实测" in listed, "electricity" in listed) == (True, True, False)
    assert "Meter" not in row("meter show b2-elec").output
    row("meter show nowhere", code=2)
    usage = row.json("usage show b2-elec --from 2019-01-01 --to 2019-01-02")
    assert [group["usage"] for group in usage["groups"]] == [None, None]
    days = "--from 2019-01-01 --to 2019-01-02"
    assert row.json(f"usage show b2-elec {days} --as-of 1")["as_of"] == 1
    refused = row(f"usage show b2-elec {days} --as-of 999999", code=2)
    assert "knowledge.unknown" in refused.output


def _bills(row: Row) -> None:
    assert (
        "No person signs in as 'clara'"
        in row("bill run --from 2019-01-01 --to 2019-01-31 --by clara", code=2).output
    )
    added = row("user add clara --name Clara --role billing_clerk").output
    assert "First password" in added
    row("user add adam --name Adam --role billing_approver")
    assert "Missing option --by" in row("bill run --from 2019-01-01 --to 2019-01-31", code=2).output
    review = row.json("bill run --from 2019-01-01 --to 2019-01-31 --by clara", code=1)
    assert review["state"] == "rated"
    assert review["drafts"][0]["findings"][0]["severity"] == "do_not_bill"
    run = review["run"]
    assert "billing_approver" in row(f"bill approve {run} --by clara", code=2).output
    assert "A-1" in row(f"bill approve {run} --by adam", code=2).output
    row(f"bill approve {run[:8]} --by adam --hold A-1")
    assert "0 invoices issued" in row(f"bill issue {run} --by clara").output
    row(f"bill review {run}", code=1)
    assert [each["run"] for each in row.json("bill show")["rows"]] == [run]
    row("bill show CAM-1", code=2)
    _bills_again(row, run)


def _bills_again(row: Row, issued_without_invoices: str) -> None:
    """Open the same days again, go on with the run, rate it again, give it up."""
    again = "bill run --from 2019-01-01 --to 2019-01-31 --by clara"
    run = row.json(again, code=1)["run"]
    assert run != issued_without_invoices
    key = "2019-01-01/2019-01-31/all/2"
    note, _, review = row(f"{again} --json", code=1).output.partition("\n")
    assert f"`bill abandon {key}` first" in note
    assert json.loads(review)["run"] == run
    assert row.json(f"bill rate {key} --by clara", code=1)["run"] == run
    assert "billing_clerk" in row(f"bill rate {key} --by adam", code=2).output
    assert "no draft of A-11" in row(f"bill approve {run} --by adam --hold A-11", code=2).output
    assert "no account A-9" in row(f"{again} --account A-9", code=2).output
    assert "is abandoned" in row(f"bill abandon {key} --reason wrong --by clara").output
    assert "is abandoned" in row(f"bill rate {key} --by clara", code=2).output


def _people(row: Row) -> None:
    row("user add root --name Root --role admin")
    row("user role clara --role viewer --by adam", code=2)
    row("user role clara --role viewer --by root")
    assert "new first password" in row("user password adam --by root").output
    row("user disable adam --by root")
    people = {each["sign_in"]: each for each in row.json("user list")}
    assert people["clara"]["roles"] == ["viewer"]
    assert people["adam"]["disabled"]
    row("alert ack 00 --by clara", code=2)


def _views(row: Row) -> None:
    """The views are what the journals say, before a rebuild and after it."""
    before = row.json("view verify")
    assert before["equal"]
    assert [each["application"] for each in before["applications"]] == [
        "metering",
        "operations",
        "books",
    ]
    assert "swapped in" in row("view rebuild all").output
    after = row.json("view verify")
    rows = [[t["hash"] for t in each["tables"]] for each in after["applications"]]
    assert rows == [[t["hash"] for t in each["tables"]] for each in before["applications"]]
    assert "No view 'reeding'" in row("view rebuild reeding", code=2).output


def _break_the_journal(row: Row) -> None:
    server = EmbeddedPostgres(EmbeddedSettings(data_dir=row.folder / "postgres"))
    with psycopg.connect(server.dsn(user=SUPERUSER), autocommit=True) as connection:
        connection.execute("DELETE FROM site_yard.metering_events WHERE notification_id = 2")


@pytest.mark.parametrize("row", ["--help", "profile list", "profile show abb_b23_b24"])
def test_a_reader_who_has_read_enough_ends_a_verb_quietly(row: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "scripts.main", *row.split()],
            cwd=DEMO.parents[2],
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")
