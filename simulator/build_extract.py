"""In: the published hourly readings (parquet). Out: simulator/data/cambridge_2019.npz. I/O.

Run once, by hand, where pandas and pyarrow are installed; neither is needed to run the simulator::

    python -m simulator.build_extract ../shared/data/cambridge/readings_hourly_2018_2019.parquet
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

BUILDINGS = (2, 5, 19, 22, 31, 33, 40, 57, 58, 61, 62, 96, 109, 111)
POINTS = tuple(f"cam-b{number}-{kind}" for kind in ("elec", "gas") for number in BUILDINGS)
HOURS = 8760
TARGET = Path(__file__).with_name("data") / "cambridge_2019.npz"


def build(source: Path, target: Path) -> None:
    """Write the year 2019 of the chosen meters, in tenths of a kWh, one row a meter.

    Args:
        source: The published parquet file; reading it needs pandas and pyarrow.
        target: The compressed extract to write.

    Raises:
        SystemExit: A meter's year is incomplete or not whole in tenths of a kWh.
    """
    import pandas as pd

    hours = pd.date_range("2019-01-01", periods=HOURS, freq="h")
    readings = pd.read_parquet(source, filters=[("meter", "in", POINTS)])
    table = readings.pivot_table(index="interval_start_utc", columns="meter", values="kwh")
    kwh = table.reindex(hours)[list(POINTS)].to_numpy(dtype=np.float64).T
    # The file holds float32; upstream rounded to 0.1 kWh, so the nearest tenth is the value meant.
    tenths = np.rint(kwh * 10)
    if np.isnan(kwh).any() or np.abs(kwh * 10 - tenths).max() > 0.01:
        raise SystemExit("The source lacks hours or is finer than 0.1 kWh: choose other meters.")
    np.savez_compressed(
        target,
        point=np.array(POINTS),
        start_us=np.int64(hours[0].value // 1000),
        tenths_kwh=tenths.astype(np.uint16),
    )


if __name__ == "__main__":
    build(Path(sys.argv[1]), TARGET)
