from __future__ import annotations

import pytest

from adapters.modbus import register_map
from adapters.quantities import (
    PLATE_QUANTITIES,
    QUANTITIES,
    is_energy_or_power,
    problem_with,
)
from processes.meter_profiles import SHELVES


def test_a_name_is_a_channel_or_a_plate_value_never_both() -> None:
    assert not QUANTITIES & PLATE_QUANTITIES


@pytest.mark.parametrize(
    "name", ["active_energy_import", "voltage_l3l1", "active_energy_export_t2", "volume_reverse"]
)
def test_canonical_names_pass(name: str) -> None:
    assert problem_with(name, plate=False) is None


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("activ_energy_import", "nearest: active_energy_import"),
        ("voltage", "voltage_l1"),
        ("Voltage_L1", "lower-case"),
        (7, "lower-case"),
        ("serial_number", "no canonical name"),
    ],
)
def test_other_names_are_refused_with_the_nearest(name: object, says: str) -> None:
    found = problem_with(name, plate=False)
    assert found is not None
    assert says in found


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("active_energy_import", True),
        ("active_power_l2", True),
        ("heat_power", True),
        ("power_factor", False),
        ("event_power_failure", False),
        ("voltage_l1", False),
    ],
)
def test_energies_and_powers_depend_on_the_transformers(name: str, is_one: bool) -> None:
    assert is_energy_or_power(name) is is_one


def every_profile() -> list[tuple[str, list[str]]]:
    found = [(name, list(register_map.load(name).points)) for name in register_map.MAPS.known()]
    for shelf in SHELVES.values():
        found += [(name, list(shelf.load(name).points)) for name in shelf.shipped()]
    return found


@pytest.mark.parametrize(("profile", "names"), every_profile())
def test_every_shipped_profile_names_its_quantities_canonically(
    profile: str, names: list[str]
) -> None:
    assert [name for name in names if name not in QUANTITIES] == [], profile
