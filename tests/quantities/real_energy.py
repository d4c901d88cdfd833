"""In: the measured energy of real campuses beside the project. Out: registers that counted it.

Reads files of `../shared/data` (METERLINE_SHARED). What a building used in an hour becomes what its
register shows at the hour's end; registers begin anywhere and some turn over.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("METERLINE_SHARED", ROOT.parent / "shared")) / "data"
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class RealEnergy:
    """What some meters counted in some hours."""

    begin: datetime
    meters: list[str]
    counts: NDArray[np.int64]
    """Counted in each hour, shape (hours, meters). [0.1 kWh]"""


def cambridge(hours: int, *, meters: int | None = None) -> RealEnergy:
    """Return the buildings of Cambridge from 2018 on: those that have a figure for every hour.

    Args:
        hours: How many.
        meters: Only so many of them.
    """
    rows = pd.read_parquet(DATA / "cambridge" / "readings_hourly_2018_2019.parquet")
    table = rows.pivot_table(index="interval_start_utc", columns="meter", values="kwh").sort_index()
    begin = datetime(2018, 1, 1, tzinfo=UTC)
    whole = table.loc[table.index >= pd.Timestamp(begin).tz_localize(None)].head(hours)
    whole = whole.dropna(axis=1)
    assert len(whole) == hours and whole.shape[1] > 100, "the archive is as it was"
    whole = whole.iloc[:, :meters]
    return RealEnergy(
        begin=begin,
        meters=[str(name) for name in whole.columns],
        counts=np.rint(whole.to_numpy() * 10).astype(np.int64),
    )


def research_building(hours: int) -> RealEnergy:
    """Return the end uses of the research building in 2011, by the order of its rows.

    Args:
        hours: How many.
    """
    rows = pd.read_csv(DATA / "nrel-rsf" / "rsf_measured_2011_raw.csv.gz")
    names = [name for name in rows.columns if name.endswith("(kW)") and "Net" not in name]
    uses = rows[names].astype(float).dropna().abs().head(hours)
    assert len(uses) == hours, "the archive is as it was"
    return RealEnergy(
        begin=datetime(2011, 1, 1, 7, tzinfo=UTC),
        meters=[name.removesuffix(" (kW)") for name in names],
        counts=np.rint(uses.to_numpy() * 10).astype(np.int64),
    )
