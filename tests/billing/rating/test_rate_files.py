"""Every folder of tests/cases/tariff is a case: tariff.toml + usage.csv -> expected_*.

A new bug is a new folder, no code. The expected amounts were worked out by an independent
script (explicit clock-change instants, Decimal.quantize), not by the engine.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billing.rating.rate_files import rate_files
from energy.base.errors import EnergyError

CASES = sorted((Path(__file__).parents[2] / "cases" / "tariff").iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_is_rated_as_expected(case: Path) -> None:
    files = (case / "tariff.toml", case / "usage.csv")
    expected = case / "expected.json"
    if expected.exists():
        settled = rate_files(*files).settlement
        found = {
            "charges": settled.charge_documents(),
            "tax": settled.tax_documents(),
            "totals": settled.totals_document(),
        }
        assert found == json.loads(expected.read_text(encoding="utf-8"))
        return
    with pytest.raises(EnergyError) as caught:
        rate_files(*files)
    told = str(caught.value).replace(f"{case}/", "")
    assert told + "\n" == (case / "expected_error.txt").read_text(encoding="utf-8")
