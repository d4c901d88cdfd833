from __future__ import annotations

from fractions import Fraction

import pytest

from adapters.mbus.decode import Wire
from adapters.mbus.records import Function
from adapters.modbus.register_map import load
from adapters.profile_shelf import UnknownProfileError
from processes.meter_profiles import every_profile
from processes.profile_reads import (
    record_text,
    rule_text,
    serial_text,
    sheet,
    shipped,
    text_of,
)


def test_all_protocols_are_in_one_list() -> None:
    protocols = [sheet(name).protocol for name in shipped()]
    assert protocols.count("Modbus") == 37
    assert {"DL/T 645-2007", "CJ/T 188", "M-Bus"} <= set(protocols)
    assert set(every_profile()) >= set(shipped())


def test_words_for_signature_and_serial_bus() -> None:
    chint = load("chint_dtsu666")
    assert serial_text(chint.serial) == "9600 8N1 unit 1"
    assert [rule_text(rule) for rule in chint.identify] == [
        "register 8198 (f32, function 3) holds 800 to 3000",
        "register 8198 (f32, function 3) holds 80 to 300",
    ]
    assert rule_text(load("circutor_rgu").identify[0]) == (
        "register 5000 (str2, function 4) holds 'MRCD'"
    )
    assert serial_text(load("abb_b23_b24").serial) == ""


def test_a_sheet_says_what_is_billed_and_what_is_not_settled() -> None:
    water = sheet("wb_mwac_v2_pulse")
    assert (water.bills, water.unsettled) == (["volume_1", "volume_2"], [])
    heat = sheet("diehl_sharky775")
    assert heat.bills == []
    assert "heat_energy" in heat.unsettled
    assert "temp_flow" not in heat.unsettled


def test_a_row_tells_place_step_and_what_else_is_to_be_known() -> None:
    rows = {row.quantity: row for row in sheet("sunspec_meter_int@40069").points}
    energy = rows["active_energy_import"]
    assert (energy.fc, energy.register, energy.type) == (3, "40115", "acc32")
    assert (energy.step, energy.unit) == (Fraction(1), "Wh")
    assert energy.note == "billed; import; times 10 to the power in 40123"
    assert rows["event_maker"].note == "bits 16 to 30"
    assert rows["event_under_voltage"].note == "bit 3"
    assert rows["model_id"].kind == "plate"
    turning = {row.quantity: row for row in sheet("siemens_7kt1665_pac1600").points}
    assert "turns at 4294967296 counts" in turning["active_energy_import"].note
    scaled = {row.quantity: row for row in sheet("janitza_umg96").points}
    assert scaled["active_energy_import"].note.startswith("billed; import; raw x 0.001")


def test_a_chinese_meter_shows_its_identifiers() -> None:
    rows = {row.quantity: row for row in sheet("dlt645_three_phase").points}
    assert rows["active_energy_import"].register == "00010000"
    assert rows["active_energy_import"].fc is None


@pytest.mark.parametrize("profile", ["xy_md02", "dlt645_three_phase", "cjt188_cold_water"])
def test_the_file_of_a_profile_is_shown_as_it_stands(profile: str) -> None:
    assert f'id = "{profile}"' in text_of(profile)


def test_a_profile_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownProfileError, match="`profile list` shows all"):
        text_of("../../etc/passwd")
    with pytest.raises(UnknownProfileError, match="nearest: siemens_pac2200_3200"):
        sheet("pac4200")


def test_an_m_bus_meter_shows_which_record_is_meant() -> None:
    rows = {row.quantity: row for row in sheet("mbus_heat_cooling_kwh").points}
    assert rows["heat_energy"].register == "energy"
    assert rows["cooling_energy_month_end"].register == "energy storage 1 extension 3C"
    assert rows["battery_low"].note.startswith("bit 2")
    assert record_text(Wire(what="flow", function=Function.MAXIMUM, tariff=2)) == (
        "maximum flow tariff 2"
    )
    assert "media 0D" in sheet("mbus_heat_cooling_kwh").signature
    assert text_of("mbus_water").startswith("# Any water meter on M-Bus")
