"""The simulated meters of the demo site."""

from __future__ import annotations

import struct
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from energy.base.clock import to_us
from energy.base.errors import ConfigError
from simulator.device_maps import DEVICE_MAPS, FLOAT_LIMIT, pack
from simulator.plant import NEAR_ROLLOVER, Plant, build_plant, read_plant
from simulator.replay import WEEK_US, HourlySeries

JANUARY = datetime(2019, 1, 1, tzinfo=UTC)
SLOTS = 31 * 96 + 1
YEAR_US = 52 * WEEK_US


def january_slots() -> Iterator[int]:
    return (to_us(JANUARY + timedelta(minutes=15) * slot) for slot in range(SLOTS))


@pytest.fixture
def site(site_file: Path) -> dict[str, Any]:
    return tomllib.loads(site_file.read_text(encoding="utf-8"))


def test_the_demo_site_has_28_meters_half_of_its_electricity_in_floats(plant: Plant) -> None:
    profiles = [meter.profile for meter in plant.electric]
    assert (len(plant.electric), len(plant.pulse)) == (14, 14)
    assert profiles.count("eastron_sdm630") == profiles.count("abb_b23_b24") == 7
    assert len(plant.channels()) == 42 == len(set(plant.channels()))


def test_units_of_meters_and_spares_are_distinct_modbus_units(plant: Plant) -> None:
    units = [meter.unit for meter in (*plant.electric, *plant.spares())]
    assert len(set(units)) == 28
    assert all(1 <= unit <= 247 for unit in units)


def test_a_spare_measures_the_same_building_from_another_start(plant: Plant) -> None:
    begin_us, end_us = to_us(JANUARY), to_us(JANUARY) + 4 * WEEK_US
    for meter, spare in zip(plant.electric, plant.spares(), strict=True):
        assert spare.register.true_count(begin_us) == 0
        used = meter.register.true_count(end_us) - meter.register.true_count(begin_us)
        assert spare.register.true_count(end_us) == used


def test_start_counts_are_the_same_in_every_run(
    plant: Plant, site_file: Path, series: dict[str, HourlySeries]
) -> None:
    again = read_plant(site_file, series, shift_weeks=410)
    starts = {point: register.start_count for point, register in plant.registers().items()}
    assert starts == {point: r.start_count for point, r in again.registers().items()}
    assert len(set(starts.values())) == 28
    assert starts["cam-b2-elec"] == 17_415_645


def test_two_gas_meters_pass_zero_in_january_and_no_other_does(plant: Plant) -> None:
    first_us, last_us = to_us(JANUARY), to_us(JANUARY + timedelta(days=31))
    rolled = {
        meter.point
        for meter in plant.pulse
        if meter.register.shown_count(last_us) < meter.register.shown_count(first_us)
    }
    assert rolled == set(NEAR_ROLLOVER)


def test_every_january_slot_of_a_float_meter_gives_its_count_back(plant: Plant) -> None:
    floats = [meter for meter in plant.electric if meter.profile == "eastron_sdm630"]
    point = DEVICE_MAPS["eastron_sdm630"].points["active_energy_import"]
    run = DEVICE_MAPS["eastron_sdm630"].run_of(point.address, point.words)
    assert run is not None
    offset = 2 * (point.address - run.address)
    for meter in floats:
        for at_us in january_slots():
            state = meter.state(at_us)
            (kwh,) = struct.unpack_from(">f", pack(run, state), offset)
            assert round(kwh * 100) == state.import_count
            neighbour = struct.unpack(">f", struct.pack(">f", (state.import_count + 1) / 100))
            assert neighbour[0] != kwh


def test_float_meters_stay_exact_for_three_years(plant: Plant) -> None:
    plant.require_floats_exact(to_us(JANUARY) + 3 * YEAR_US)
    for meter in plant.electric:
        if meter.profile == "eastron_sdm630":
            assert meter.register.true_count(to_us(JANUARY) + 3 * YEAR_US) < FLOAT_LIMIT


def test_a_play_beyond_the_exact_years_of_a_float_meter_is_refused(plant: Plant) -> None:
    with pytest.raises(ConfigError, match="Raise --shift-weeks"):
        plant.require_floats_exact(to_us(JANUARY) + 20 * YEAR_US)


def test_a_meter_without_a_series_is_refused_by_name(
    site: dict[str, Any], series: dict[str, HourlySeries]
) -> None:
    known = {point: one for point, one in series.items() if point != "cam-b40-gas"}
    with pytest.raises(ConfigError, match="no hourly series for cam-b40-gas"):
        build_plant(site, known, shift_weeks=0)


def test_a_profile_that_the_simulator_cannot_be_is_refused(
    site: dict[str, Any], series: dict[str, HourlySeries]
) -> None:
    site["meter"][0]["profile"] = "spirax_tva"
    with pytest.raises(ConfigError, match="cannot be a spirax_tva"):
        build_plant(site, series, shift_weeks=0)


def test_a_file_that_is_no_site_file_is_refused(
    tmp_path: Path, series: dict[str, HourlySeries]
) -> None:
    file = tmp_path / "site.toml"
    file.write_text("[site]\nkey = 'x'\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="lacks 'source'"):
        read_plant(file, series, shift_weeks=0)
    file.write_text("no toml", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_plant(file, series, shift_weeks=0)
