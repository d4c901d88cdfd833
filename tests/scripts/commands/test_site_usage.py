from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from adapters.poll import PollAnswer, PollFailure, PollResult
from energy.base.aggregate import use_clock
from energy.base.clock import SystemClock
from energy.base.config import Config
from energy.metering.reading import ReadingColumns
from energy.store.server_settings import SUPERUSER
from processes.communication import Communication, Place
from processes.vitals import Health, Vitals
from scripts.main import app
from tests.fixtures.batches import MIDNIGHT, reading
from tests.fixtures.many_sites import ManySites, many_sites
from tests.fixtures.postgres import DatabaseServer

FIRST = MIDNIGHT.date()


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in ("SITE", "LANG", "LANGUAGE", "CONFIG"):
        monkeypatch.delenv(f"METERLINE_{name}", raising=False)
    monkeypatch.setenv("METERLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    yield
    use_clock(SystemClock())


def meterline(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def two_sites(
    database_server: DatabaseServer,
    directory: Any,
    new_site: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[ManySites]:
    monkeypatch.setenv("METERLINE_DSN", database_server.dsn(SUPERUSER))
    with many_sites(database_server, tmp_path, new_site, 2) as many:
        for number, site in enumerate(many.sites, start=1):
            site.accept(*(reading(1, m, number * m) for m in range(0, 2881, 15)))
            site.project(rollups=True)
        yield many


@pytest.mark.servers
def test_the_usage_of_all_sites_names_the_one_that_does_not_answer(two_sites: ManySites) -> None:
    first, second = two_sites.sites
    row = ["site", "usage", "--from", FIRST, "--to", FIRST + timedelta(days=1)]
    told = meterline(*row, "--json")
    assert told.exit_code == 0, told.output
    totals = json.loads(told.stdout)["totals"]
    assert [total["usage"] for total in totals] == [(1 + 2) * 14_400] * 2
    assert [total["sites"] for total in totals] == [sorted([first.site.key, second.site.key])] * 2
    with psycopg.connect(two_sites.server.dsn(SUPERUSER)) as holder:
        holder.execute(f"LOCK TABLE {first.schema}.usage_day IN ACCESS EXCLUSIVE MODE".encode())
        partial = meterline(*row, "--timeout", "0.3")
    assert partial.exit_code == 1
    assert f"{first.site.key} did not answer" in partial.stdout
    assert "28800" in partial.stdout
    only = meterline(*row, "--only", second.site.key, "--json")
    assert [t["usage"] for t in json.loads(only.stdout)["totals"]] == [28_800] * 2


def communicating() -> dict[str, object]:
    """One device that fails and one that answers, behind one gateway."""
    communication = Communication()
    place = Place(gateway="10.0.0.1", bus="10.0.0.1:502")
    communication.know("bus", place, ["gate-14", "gate-15"])
    now = datetime(2019, 1, 1, tzinfo=UTC)
    nothing = ReadingColumns.of(())
    failure = PollFailure(point="gate-14", code="modbus.no_answer", message="silent", slot=now)
    communication.note(PollResult(columns=nothing, failures=(failure,) * 9), now)
    answer = PollAnswer("gate-15", 41_000)
    communication.note(PollResult(columns=nothing, answered=(answer,)), now)
    return {
        "devices": communication.devices(),
        "buses": communication.buses(),
        "gateways": communication.gateways(),
    }


def test_field_health_shows_what_the_collector_says(tmp_path: Path) -> None:
    devices = communicating()
    silent = meterline("field", "health")
    assert (silent.exit_code, "does not answer" in silent.output) == (3, True)
    spool = {
        "open_readings": 5,
        "sealed_batches": 2,
        "quarantined": 0,
        "drained": 77,
        "held": ["views.lag"],
    }
    vitals = Vitals(
        "collect",
        Config(data_dir=tmp_path, collect_port=0),
        health=lambda: Health(
            reasons=("north: the spool holds (views.lag)",), facts={"spools": {"north": spool}}
        ),
        metrics=list,
        more={"/devices": lambda: {"north": devices}},
    )
    vitals.start()
    try:
        told = meterline("field", "health")
        assert told.exit_code == 1
        assert "north: the spool holds (views.lag)" in told.stdout
        assert "77" in told.stdout
        assert "1 of 2 polled devices fail, 1 have not answered" in told.stdout
        assert "gate-14" in told.stdout
        assert "modbus.no_answer 9" in told.stdout
        assert "gate-15" not in told.stdout
        assert "gate-15" in meterline("field", "health", "--all").stdout
        machine = json.loads(meterline("field", "health", "--json").stdout)
        assert machine["ok"] is False
        assert len(machine["communication"]["north"]["devices"]) == 2
    finally:
        vitals.close()


def test_days_that_run_backwards_are_refused() -> None:
    refused = meterline("site", "usage", "--from", "2019-01-03", "--to", "2019-01-01")
    assert refused.exit_code == 2
    assert "runs backwards" in refused.output
