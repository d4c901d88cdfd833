"""The shipped hours of 28 meters."""

from __future__ import annotations

import csv
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np

from simulator.energy_file import CAMBRIDGE, load_series
from simulator.replay import CYCLE_HOURS, HourlySeries

TOTALS = Path(__file__).with_name("cambridge_2019_kwh.csv")
MONTH_HOURS = np.cumsum(
    [0, *(24 * days for days in (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31))]
)


def longest_zero_run(hours: np.ndarray) -> int:
    longest = run = 0
    for energy in hours.tolist():
        run = run + 1 if energy == 0 else 0
        longest = max(longest, run)
    return longest


def test_every_month_of_every_meter_adds_up_to_the_published_file() -> None:
    with np.load(CAMBRIDGE) as arrays:
        shipped = dict(zip(arrays["point"].tolist(), arrays["tenths_kwh"], strict=True))
    with TOTALS.open() as opened:
        rows = list(csv.reader(opened))[1:]
    assert sorted(row[0] for row in rows) == sorted(shipped)
    for point, *months in rows:
        hours = shipped[point].astype(np.int64)
        sums = [int(hours[a:b].sum()) for a, b in pairwise(MONTH_HOURS)]
        assert [Decimal(total) / 10 for total in sums] == [Decimal(month) for month in months]


def test_extract_begins_with_2019_and_holds_both_utilities_of_14_buildings() -> None:
    series = load_series()
    buildings = {point.split("-")[1] for point in series}
    assert len(series) == 28
    assert len(buildings) == 14
    assert set(series) == {f"cam-{b}-{kind}" for b in buildings for kind in ("elec", "gas")}
    assert {one.start_us for one in series.values()} == {1_546_300_800_000_000}
    assert len(HourlySeries.of(0, next(iter(series.values())).tenths).tenths) == CYCLE_HOURS


def test_no_electricity_meter_stands_still_in_january(series: dict[str, HourlySeries]) -> None:
    for point, one in series.items():
        january = one.tenths[: 31 * 24]
        if point.endswith("elec"):
            assert january.min() > 0, point
        assert january.sum() > 0, point
        assert longest_zero_run(january) <= 48, point
