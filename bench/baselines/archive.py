"""In: the archive of Cambridge beside the project. Out: its usage by local hours. I/O: files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from energy.alerting.baseline.rolling import HOURS, Floats

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("METERLINE_SHARED", ROOT.parent / "shared")) / "data" / "cambridge"
"""Folder of the archive; METERLINE_SHARED names another place of it."""
FIRST, LAST = date(2018, 1, 1), date(2019, 12, 31)
ZONE = "Europe/London"
LEAST_MEAN_KW = 3.0
LONGEST_ZERO_H = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What the meters chosen used in both years."""

    meters: tuple[str, ...]
    usage: Floats
    """By clock hour of Europe/London, NaN where the clock skips one, shape (meters, 730, 24).
    [kWh]"""
    temperature: Floats
    """Of the air, shape (730, 24). [degC]"""


def read_archive(folder: Path = FOLDER) -> Archive:
    """Return the electricity meters of both years: no zeros for 72 h, more than 3 kW on average.

    Args:
        folder: Of the archive.

    Raises:
        FileNotFoundError: The archive is not there.
    """
    table = pd.read_csv(folder / "meters.csv")
    chosen = table[
        (table["utility"] == "electricity")
        & (table["years"] == "2018,2019")
        & (table["longest_zero_run_h"] < LONGEST_ZERO_H)
        & (table["mean_kw"] > LEAST_MEAN_KW)
    ]["meter"]
    rows = pd.read_parquet(folder / "readings_hourly_2018_2019.parquet")
    kwh = rows.pivot_table(index="interval_start_utc", columns="meter", values="kwh")
    kwh = _local(kwh[sorted(chosen)])
    weather = pd.read_csv(
        folder / "weather_carbon_price_hourly.csv.gz", parse_dates=["interval_start_utc"]
    ).set_index("interval_start_utc")
    # The file holds float32 of figures with one digit.
    usage = np.round(kwh.to_numpy(dtype=np.float64).T, 2)
    return Archive(
        meters=tuple(str(name) for name in kwh.columns),
        usage=usage.reshape(len(usage), -1, HOURS),
        temperature=_local(weather[["air_temp_c"]]).to_numpy(dtype=np.float64).reshape(-1, HOURS),
    )


def _local(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows of UTC hours by local clock hours: a doubled hour is the mean of both."""
    index = pd.DatetimeIndex(table.index).tz_localize("UTC").tz_convert(ZONE).tz_localize(None)
    local = table.set_axis(index, axis=0)
    hours = pd.date_range(FIRST, f"{LAST} 23:00", freq="h")
    return local.groupby(level=0).mean().reindex(hours)
