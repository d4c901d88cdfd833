"""A tariff that names no unit: heat and cold are priced by the unit that the usage file counts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from billing.rating.rate_files import RatedFile, rate_files

TARIFF = """tariff: T
utility: {utility}
currency: CNY
zone: Asia/Shanghai
valid: {{from: 2025-01-01}}
{unit}tax: {{mode: exclusive, rate: "0"}}
charges:
  - {{id: E, kind: energy, price: "36"}}
"""


def rated(folder: Path, utility: str, column: str, unit: str = "") -> RatedFile:
    (folder / "t.yaml").write_text(TARIFF.format(utility=utility, unit=unit))
    (folder / "u.csv").write_text(f"start,{column}\n2025-06-01T00:00:00+08:00,3.6\n")
    return rate_files(
        folder / "t.yaml", folder / "u.csv", days=(date(2025, 6, 1), date(2025, 6, 30))
    )


def billed(found: RatedFile) -> tuple[str, str]:
    (charge,) = found.settlement.charges
    return str(charge.quantity), charge.unit


def test_heat_and_cold_are_billed_in_the_unit_of_the_column_and_that_is_told(
    tmp_path: Path,
) -> None:
    for utility, column, unit in (
        ("heating", "heat_gj", "GJ"),
        ("heating", "heat_kwh", "kWh"),
        ("cooling", "cooling_mwh", "MWh"),
    ):
        found = rated(tmp_path, utility, column)
        assert billed(found) == ("3.600", unit)
        assert f"Write `unit: {unit}`" in found.notes[0]


def test_a_unit_that_is_named_or_usual_holds(tmp_path: Path) -> None:
    for found, billed_as in (
        (rated(tmp_path, "heating", "heat_gj", "unit: MWh\n"), ("1.000", "MWh")),
        (rated(tmp_path, "heating", "heat_mwh"), ("3.600", "MWh")),
        (rated(tmp_path, "electricity", "active_import_wh"), ("0.004", "kWh")),
    ):
        assert billed(found) == billed_as
        assert found.notes == ()


def test_the_hash_stays_that_of_the_file(tmp_path: Path) -> None:
    hashes = {rated(tmp_path, "heating", f"heat_{unit}").tariff.sha256 for unit in ("gj", "mwh")}
    assert len(hashes) == 1
