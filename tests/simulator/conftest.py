"""In: the demo site and its series. Out: fixtures of the simulated plant. I/O: two files."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from simulator.energy_file import load_series
from simulator.plant import Plant, read_plant
from simulator.replay import HourlySeries

ROOT = Path(__file__).resolve().parents[2]
SITE_FILE = ROOT / "simulator" / "sites" / "cambridge" / "site.toml"
SHARED = Path(os.environ.get("METERLINE_SHARED", ROOT.parent / "shared"))
PARQUET = SHARED / "data" / "cambridge" / "readings_hourly_2018_2019.parquet"

# The published file is read by pyarrow alone, which the project does not use: where either is
# absent the committed totals (cambridge_2019_kwh.csv, made from that file) are what is checked.
collect_ignore = (
    [] if PARQUET.exists() and find_spec("pyarrow") else ["test_extract_against_source.py"]
)


@pytest.fixture(scope="session")
def site_file() -> Path:
    return SITE_FILE


@pytest.fixture(scope="session")
def series() -> dict[str, HourlySeries]:
    return load_series()


@pytest.fixture(scope="session")
def plant(series: dict[str, HourlySeries]) -> Plant:
    return read_plant(SITE_FILE, series, shift_weeks=0)


@pytest.fixture(scope="session")
def parquet() -> Path:
    return PARQUET
