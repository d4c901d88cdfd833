"""Gas: z, calorific values, digits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.tariffs.tariff import GasConversion
from tests.billing.tariffs.files import PLAIN, edited, problems_of, yaml

GAS = edited("utility: electricity", "utility: gas", PLAIN)
D = Decimal


def gas(row: str) -> GasConversion | None:
    return yaml(GAS + f"gas: {{{row}}}\n").gas


def test_the_state_number_is_worked_out_and_rounded_to_four_digits() -> None:
    # 1035.5 / 1013.25 x 273.15 / 285.15 = 0.97895...
    found = gas("calorific_kwh_per_m3: '11.2', z: {p_abs_mbar: '1035.5', t_kelvin: '285.15'}")
    assert found == GasConversion(calorific_mj_per_m3=D("40.32"), correction=D("0.9790"))
    finer = gas("calorific_mj_per_m3: 40, z: {p_abs_mbar: 1000, k: '0.99', digits: 6}")
    assert finer is not None
    assert finer.correction == D("0.944998")


def test_a_calorific_value_may_stand_in_a_table_of_months() -> None:
    found = gas("correction: 1, table: g, column: hs, unit: kWh/m3, energy_digits: 0")
    assert found == GasConversion(
        calorific_mj_per_m3=D(1),
        correction=D(1),
        table="g",
        column="hs",
        mj_per_table_unit=D("3.6"),
        energy_digits=0,
    )


def test_gas_is_billed_in_kilowatt_hours_with_a_conversion_and_in_cubic_metres_without() -> None:
    assert yaml(GAS).unit == "m3"
    assert yaml(GAS + "gas: {correction: 1, calorific_mj_per_m3: 40}\n").unit == "kWh"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("correction: 1", "gas.calorific_mj_per_m3: write one of"),
        (
            "correction: 1, calorific_mj_per_m3: 40, table: g, column: c",
            "gas.calorific_mj_per_m3: write one of",
        ),
        ("calorific_mj_per_m3: 40", "gas.correction: is missing"),
        ("calorific_mj_per_m3: 40, correction: 0", "gas.correction: 0 is below 0.000001"),
        ("calorific_mj_per_m3: 40, correction: 1, z: {p_abs_mbar: 1}", "gas.correction: stands"),
        ("calorific_mj_per_m3: 40, z: {t_kelvin: 280}", "gas.z.p_abs_mbar: is missing"),
        ("calorific_mj_per_m3: 40, z: {p_abs_mbar: 1000, k: 0}", "gas.z.k: 0 is below"),
        ("correction: 1, table: g, column: c, unit: MJ", "gas.unit: 'MJ' must be MJ/m3 or kWh/m3"),
        ("correction: 1, table: g", "gas.column: is missing"),
        ("calorific_mj_per_m3: 40, correction: 1, energy_digits: x", "gas.energy_digits: must be"),
    ],
)
def test_a_wrong_conversion_is_told(row: str, problem: str) -> None:
    found = problems_of(GAS + f"gas: {{{row}}}\n")
    assert any(each.startswith(problem) for each in found), found


def test_only_gas_has_a_calorific_value() -> None:
    found = problems_of(PLAIN + "gas: {calorific_mj_per_m3: 40, correction: 1}\n")
    assert "gas: a calorific value belongs to gas, not to electricity" in found
