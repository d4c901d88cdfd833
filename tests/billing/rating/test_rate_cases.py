"""Every folder of cases/ is a bill that a person can add up: files -> expected.json.

The README of a case has the row that makes it and the arithmetic. A new bug is a new folder.
"""

from __future__ import annotations

import json
import shlex
from calendar import monthrange
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from billing.rating.known_file import read_agreed, read_history
from billing.rating.months import cycle_of
from billing.rating.rate import rate_supply
from billing.rating.rate_files import RatedFile, rate_files
from billing.rating.tax import settle
from billing.rating.usage_file import read_usage_file
from billing.tariffs.tariff_file import read_tariff

CASES = sorted(each for each in (Path(__file__).parent / "cases").iterdir() if each.is_dir())


def days_of(case: Path) -> tuple[date, date]:
    """Return the days that the row in the README bills."""
    text = (case / "README.md").read_text(encoding="utf-8")
    words = shlex.split(text.split("`")[1])
    options = dict(pairwise(words))
    if "--period" in options:
        first = date.fromisoformat(f"{options['--period']}-01")
        return first, first.replace(day=monthrange(first.year, first.month)[1])
    return date.fromisoformat(options["--from"]), date.fromisoformat(options["--to"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_is_rated_as_expected(case: Path) -> None:
    days, history = days_of(case), case / "history.json"
    if (case / "tariff_2.yaml").exists():
        found = _versions(case, days)
    else:
        found = rate_files(
            case / "tariff.yaml",
            case / "usage.csv",
            days=days,
            history_path=history if history.exists() else None,
        )
    document = found.document()
    assert len(str(document.pop("tariff_hash"))) == 64
    assert document == json.loads((case / "expected.json").read_text(encoding="utf-8"))


def _versions(case: Path, days: tuple[date, date]) -> RatedFile:
    versions = [read_tariff(case / name) for name in ("tariff.yaml", "tariff_2.yaml")]
    rated = rate_supply(
        point="file",
        quantities=read_usage_file(case / "usage.csv", versions[0], *days),
        versions=versions,
        first_day=days[0],
        last_day=days[1],
        position=0,
        cycle_day=cycle_of(*days),
    )
    assert rated.findings == ()
    settled = settle(rated.charges, versions[0].currency)
    return RatedFile(tariff=versions[0], settlement=settled, notes=())


def test_a_case_has_the_files_of_its_row() -> None:
    for case in CASES:
        text = (case / "README.md").read_text(encoding="utf-8")
        assert ("--history" in text) == (case / "history.json").exists(), case.name


def test_a_history_may_hold_what_is_agreed() -> None:
    case = next(each for each in CASES if each.name == "demand_floor_of_installed_capacity")
    tariff = read_tariff(case / "tariff.yaml")
    assert read_history(case / "history.json", tariff).maxima == ()
    agreed = {each.name: str(each.value) for each in read_agreed(case / "history.json")}
    assert agreed == {"contract_demand_kw": "100", "installed_kva": "630"}
