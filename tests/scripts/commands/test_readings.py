"""Readings, findings and figures by the command row: two people, two times, one explanation."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from energy.base.clock import SystemClock
from energy.base.config import load_config
from energy.base.errors import NotPermittedError
from energy.base.secrets import PersonVault, master_key
from energy.journal.directory import People, TableKeys, found_site
from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from scripts.main import app
from tests.fixtures.batches import MIDNIGHT, reading
from tests.fixtures.postgres import TestSite, command, new_site

__all__ = ["new_site"]
pytestmark = pytest.mark.servers
PEOPLE = {
    "clerk": "billing_clerk",
    "manager": "energy_manager",
    "approver": "billing_approver",
    "viewer": "viewer",
}


class Row:
    """The command row of one site."""

    def __init__(self, site: TestSite) -> None:
        self.site = site

    def __call__(self, row: str, *more: str, code: int = 0) -> Result:
        arguments = [*row.split(), *more, "--site", self.site.site.key]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == code, f"{row}: {result.exit_code}\n{result.output}"
        return result

    def json(self, row: str, *more: str, code: int = 0) -> Any:
        return json.loads(self(row, *more, "--json", code=code).stdout)


@pytest.fixture
def row(new_site: Any, directory: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Row:
    site: TestSite = new_site()
    monkeypatch.setenv("METERLINE_DSN", site.server.dsn(SUPERUSER))
    monkeypatch.setenv("METERLINE_DATA_DIR", str(tmp_path))
    key = site.site.key
    found_site(
        directory,
        SystemClock(),
        key=key,
        name=key,
        zone=site.site.zone.key,
        currency="GBP",
        language="en",
        command_id=command(key),
    )
    vault = PersonVault(master_key(load_config().secrets_dir / "master.key"), TableKeys(directory))
    people = People(directory, SystemClock(), vault)
    for name, role in PEOPLE.items():
        people.add(
            sign_in=name,
            name=name.title(),
            password_hash="x",
            roles=[role],
            language="en",
            command_id=command(key, name),
        )
    channel = site.counter()
    site.accept(reading(channel, 0, 100), reading(channel, 720, 150), reading(channel, 1440, 200))
    site.mark("midnight 2019-01-02", MIDNIGHT + timedelta(days=1))
    site.project()
    return Row(site)


def test_a_correction_takes_two_people_and_explains_the_new_figure(row: Row) -> None:
    days = ["--from", "2019-01-01", "--to", "2019-01-01"]
    before = row.json("usage show m1", *days)
    assert before["groups"][0]["usage"] == 1000
    told = ["--reading", "2019-01-02 00:00=2.6", "--reason", "digits swapped"]
    refused = row("readings correct m1", *told, "--by", "viewer", code=2)
    assert NotPermittedError.code in refused.output
    sheet = Path(__file__)
    proposed = row.json("readings correct m1", *told, "--by", "manager", "--evidence", str(sheet))[
        "correction"
    ]
    assert row.json("usage show m1", *days)["groups"] == before["groups"]
    assert (
        "correction.four_eyes"
        in row(f"readings approve {proposed[:8]} --by manager", code=2).output
    )
    row(f"readings approve {proposed[:8]} --by approver")
    assert row.json("usage show m1", *days)["groups"][0]["usage"] == 1600
    assert (
        row.json("usage show m1", *days, "--as-of", "midnight 2019-01-02")["groups"]
        == (before["groups"])
    )
    listed = row.json("readings corrections m1")
    assert [(c["kind"], c["state"], len(c["evidence"])) for c in listed] == [
        ("correction", "approved", 1)
    ]
    story = row.json("usage arrived m1", *days, "--since", "2019-01-02")["arrivals"]
    assert (story["before"], story["after"]) == (1000, 1600)
    assert [(lot["kind"], lot["difference"]) for lot in story["lots"]] == [("correction", 600)]
    assert "Approver" in row("usage arrived m1", *days, "--since", "2019-01-02").stdout
    assert "Approver" in row("readings corrections m1").stdout


def test_every_reading_has_two_times_and_its_history(row: Row) -> None:
    days = ["--from", "2019-01-01", "--to", "2019-01-02"]
    correction = row.json(
        "readings correct m1 --by clerk --reason r", "--reading", "2019-01-01 12:00=1.51"
    )["correction"]
    row(f"readings approve {correction} --by manager")
    row("readings record m1 --by clerk", "--reading", "2019-01-01 12:00=1.49")
    shown = row.json("readings show m1", *days)
    assert [(r["count"], r["quality"], r["standing"]) for r in shown] == [
        (100, "measured", "counts"),
        (151, "corrected", "counts"),
        (200, "measured", "counts"),
    ]
    assert [r["learned_at"] > r["at"] for r in shown] == [True, True, False]
    every = row.json("readings show m1 --history", *days)
    assert [(r["count"], r["standing"]) for r in every if r["at"].startswith("2019-01-01T12")] == [
        (150, "superseded"),
        (151, "counts"),
        (149, "beside"),
    ]
    then = row.json("readings show m1", *days, "--as-of", "midnight 2019-01-02")
    assert [r["count"] for r in then] == [100, 150, 200]
    assert "superseded" in row("readings show m1 --history", *days).stdout


def test_readings_leave_and_come_as_files(row: Row, tmp_path: Path) -> None:
    out = tmp_path / "readings.csv"
    row("readings export m1 --from 2019-01-01 --to 2019-01-02 --file", str(out))
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert [(r["at"], r["count"], r["value"]) for r in rows] == [
        ("2019-01-01T00:00:00+00:00", "100", "1"),
        ("2019-01-01T12:00:00+00:00", "150", "1.5"),
        ("2019-01-02T00:00:00+00:00", "200", "2"),
    ]
    sheet = tmp_path / "round.csv"
    sheet.write_text("point,at,value\nm1,2019-01-03 00:00,2.9\nm1,2019-01-04 00:00,3.9\n")
    for _ in range(2):
        found = row.json("readings import", str(sheet), "--by", "clerk")
        assert (found["readings"], found["channels"]) == (2, 1)
    entered = row.json("readings corrections m1 --state stands")
    assert [(c["kind"], len(c["readings"])) for c in entered] == [("manual", 2)]
    sheet.write_text("point,at,value\nm1,2019-01-05 00:00,4\nm9,2019-01-04 00:00,3.9\n")
    refused = row("readings import", str(sheet), "--by", "clerk", code=2)
    assert "Row 3" in refused.output
    assert len(row.json("readings corrections m1")) == 1


def test_an_estimate_fills_what_is_missing_and_gives_way(row: Row) -> None:
    days = ["--from", "2019-01-02", "--to", "2019-01-02"]
    told = ["--method", "last week", "--input", "week=52", "--reading", "2019-01-03 00:00=3"]
    row("readings estimate m1 --by clerk", *told)
    group = row.json("usage show m1", *days)["groups"][0]
    assert (group["usage"], group["quality"]) == (1000, "estimated")
    row("readings record m1 --by clerk", "--reading", "2019-01-03 00:00=2.5")
    group = row.json("usage show m1", *days)["groups"][0]
    assert (group["usage"], group["quality"]) == (500, "interpolated")


def test_a_finding_is_resolved_once_with_its_reason(row: Row) -> None:
    row("finding list")
    codes = {each["code"]: each["severity"] for each in row.json("finding codes")}
    assert codes["register.spike"] == "warn"
    assert "读数突变" in row("finding codes --lang zh").stdout
    site = row.site
    site.accept(reading(1, 1450, 5))
    site.project()
    (found,) = row.json("finding list --point m1", code=1)
    assert found["key"]["code"] == "register.negative_step"
    listed = row("finding list --lang zh", code=1).stdout
    assert ("不可出账" in listed, "待处理" in listed) == (True, True)
    assert "do_not_bill" not in listed
    resolve = ["finding resolve " + found["finding"][:8], "--reason", "the meter was reset"]
    assert "not_permitted" in row(*resolve, "--by", "clerk", code=2).output
    row(*resolve, "--by", "approver")
    row("finding list")
    assert "decision.made" in row(*resolve, "--by", "manager", code=2).output
    (known,) = row.json("finding list --all")
    assert known["resolution"] == "the meter was reset"
    (then,) = row.json("finding list --as-of", str(known["resolved_position"] - 1), code=1)
    assert then["resolution"] is None
    assert "the meter was reset" in row("finding list --all").stdout


def test_marks_are_listed(row: Row) -> None:
    (mark,) = row.json("usage marks")
    assert mark["reason"] == "midnight 2019-01-02"
    assert "midnight 2019-01-02" in row("usage marks").stdout
    unknown = row("usage show m1 --from 2019-01-01 --to 2019-01-01 --as-of tomorrow", code=2)
    assert "knowledge.unknown" in unknown.output


def test_who_may_approve_may_refuse_and_the_list_shows_what_is_stated(row: Row) -> None:
    told = ["--reading", "2019-01-02 00:00=2.6", "--reason", "digits swapped", "--by", "clerk"]
    proposed = row.json("readings correct m1", *told)["correction"]
    assert "2.60 kWh" in row("readings corrections m1").stdout
    refused = row(f"readings reject {proposed[:8]} --reason no --by viewer", code=2)
    assert NotPermittedError.code in refused.output
    row(f"readings reject {proposed[:8]} --reason no --by approver")
    listed = row("readings corrections m1 --lang zh").stdout
    assert "已驳回" in listed
    assert "rejected" not in listed


def test_the_same_file_again_says_that_nothing_was_added(row: Row, tmp_path: Path) -> None:
    sheet = tmp_path / "round.csv"
    sheet.write_text("point,at,value\nm1,2019-01-01 06:00,1.2\n", encoding="utf-8")
    assert "recorded." in row(f"readings import {sheet} --by clerk").stdout
    assert "nothing was added" in row(f"readings import {sheet} --by clerk").stdout
