"""The archive is as the yardstick chose it."""

from __future__ import annotations

import numpy as np

from bench.baselines.archive import read_archive


def test_62_meters_of_two_years_on_the_local_clock() -> None:
    archive = read_archive()
    assert len(archive.meters) == 62
    assert archive.usage.shape == (62, 730, 24)
    missing = np.argwhere(np.isnan(archive.usage[0]))
    # The two hours that spring skips: 2018-03-25 and 2019-03-31, from one o'clock.
    assert missing.tolist() == [[83, 1], [454, 1]]
    assert -15 < np.nanmin(archive.temperature) < np.nanmax(archive.temperature) < 42
