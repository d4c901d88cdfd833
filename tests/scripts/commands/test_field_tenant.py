"""`field tenant` by the command row, on simulated meters behind real sockets."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.bus_lease import BusLease
from scripts.main import app
from simulator.mbus_meter import MbusSlaves, heat_meter
from tests.processes.test_technician_tenant import ADDRESS, WATER, bus_of, cold_water, electric

pytestmark = pytest.mark.servers


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DSN", "DSN_WRITER", "DSN_WEB", "SITE", "LANG", "LANGUAGE", "CONFIG"):
        monkeypatch.delenv(f"METERLINE_{name}", raising=False)
    monkeypatch.setenv("METERLINE_DATA_DIR", str(tmp_path))


def tenant(*arguments: str, code: int) -> Result:
    result = CliRunner().invoke(app, ["field", "tenant", *arguments])
    assert result.exit_code == code, result.output
    return result


def test_a_meter_whose_clock_is_off_is_found_with_a_finding() -> None:
    with bus_of(electric()) as at:  # its clock stands at November 2026
        (row,) = json.loads(tenant("who", "--at", at, "--json", code=1).stdout)
        people = tenant("who", "--at", at, code=1).stdout
        chinese = CliRunner().invoke(app, ["field", "tenant", "who", "--at", at, "--lang", "zh"])
    assert (row["meter"], row["kind"]) == (ADDRESS, "electricity")
    assert row["plate"]["serial_number"] == ADDRESS
    assert f"The clock of {ADDRESS} is off" in " ".join(people.split())
    assert "电能表" in chinese.stdout
    assert "时钟偏差超过 5 分钟" in chinese.stdout


def test_values_and_frozen_values_are_told_exactly() -> None:
    meter = ("--meter", "12345678", "--profile", "dlt645_single_phase", "--json")
    with bus_of(electric()) as at:
        values = json.loads(tenant("show", "--at", at, *meter, code=0).stdout)
        kept = json.loads(tenant("frozen", "--at", at, *meter, "--days", "1", code=0).stdout)
    shown = {row["quantity"]: row["value"] for row in values}
    assert shown["active_energy_import"] == "15203.41"
    newest = {(row["quantity"], row["what"]): row for row in kept if row["back"] == 1}
    assert newest["active_energy_import", "day"]["value"] == "15200.41"
    assert newest["maximum_demand_import", "month"]["occurred"] == "2026-10-15T10:30:00+00:00"
    assert datetime.fromisoformat(newest["active_energy_import", "day"]["at"]).tzinfo == UTC


def test_a_meter_in_litres_under_cubic_metres_is_a_finding_in_words() -> None:
    row = ("--protocol", "cjt188", "--meter", WATER, "--profile", "cjt188_cold_water_litre")
    with bus_of(cold_water()) as at:
        people = tenant("show", "--at", at, *row, code=1).stdout
        none = tenant("show", "--at", at, *row[:-1], "cjt188_steam", code=2)
    assert "another unit than its profile says" in " ".join(people.split())
    assert "nearest: cjt188_heat" in none.output


def test_a_silent_meter_is_no_contact_in_the_persons_language() -> None:
    row = ("show", "--meter", "99", "--profile", "dlt645_single_phase")
    with bus_of(electric()) as at:
        result = tenant(*row, "--at", at, "--lang", "zh", code=3)
    assert "meter 000000000099" in result.output
    assert "请核对铭牌表号与地址" in result.output


def test_a_bus_that_is_polled_says_where_its_reading_is_and_how_to_ask_beside_the_poll() -> None:
    with bus_of(electric()) as at:
        polled = BusLease(at, "bus-east/0 of collect")
        polled.take()
        try:
            row = ("--meter", "12345678", "--profile", "dlt645_single_phase")
            for verb in (("who", "--at", at), ("show", "--at", at, *row)):
                told = " ".join(tenant(*verb, code=3).output.split())
                assert "held by bus-east/0 of collect" in told
                assert "`meter show POINT` shows its last reading" in told
                assert "`field check --source KEY --meter NUMBER" in told
        finally:
            polled.release()


def test_meters_on_m_bus_are_found_shown_and_asked_for_what_they_stored() -> None:
    mbus = ("--protocol", "mbus", "--meter", "12345678")
    slaves = MbusSlaves([heat_meter(1, "12345678", clock="202611221200")])
    with bus_of(slaves) as at:  # its clock stands at November 2026
        (row,) = json.loads(tenant("who", "--at", at, *mbus[:2], "--json", code=1).stdout)
        plain = tenant("show", "--at", at, *mbus, code=0).stdout
        profile = ("--profile", row["plate"]["profile"])
        values = json.loads(tenant("show", "--at", at, *mbus, *profile, "--json", code=0).stdout)
        own = tenant("show", "--at", at, *mbus, *profile, "--own", "shop_12", code=0).stdout
        kept = tenant("frozen", "--at", at, *mbus, *profile, "--months", "1", code=0).stdout
    assert (row["meter"], row["kind"]) == ("12345678MTL0104", "heat")
    assert {v["quantity"]: v["value"] for v in values}["heat_energy"] == "123456"
    assert "energy storage 1" in plain
    assert tomllib.loads(own)["id"] == "shop_12"
    assert "storage 1" in kept
    assert "2026-10-31 00:00" in kept
