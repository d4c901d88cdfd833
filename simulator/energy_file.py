"""In: an extract of build_extract. Out: the hourly series by metering point. I/O: one file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from simulator.replay import HourlySeries

CAMBRIDGE = Path(__file__).with_name("data") / "cambridge_2019.npz"
"""Hourly energy of 28 meters of 14 university buildings, 2019."""


def load_series(file: Path = CAMBRIDGE) -> dict[str, HourlySeries]:
    """Return the hourly series of every metering point of an extract.

    Args:
        file: Extract: points, start of the first hour and tenths of a kWh an hour.
    """
    with np.load(file, allow_pickle=False) as arrays:
        points = [str(point) for point in arrays["point"]]
        start_us = int(arrays["start_us"])
        rows = arrays["tenths_kwh"]
    return {point: HourlySeries.of(start_us, row) for point, row in zip(points, rows, strict=True)}
