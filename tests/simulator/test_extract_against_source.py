"""The shipped extract against the published file; runs where that file and pyarrow are at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from simulator.build_extract import build
from simulator.energy_file import CAMBRIDGE


def test_extract_built_again_from_the_published_file_is_the_shipped_one(
    parquet: Path, tmp_path: Path
) -> None:
    build(parquet, tmp_path / "again.npz")
    with np.load(tmp_path / "again.npz") as again, np.load(CAMBRIDGE) as shipped:
        for name in ("point", "start_us", "tenths_kwh"):
            assert np.array_equal(again[name], shipped[name])
