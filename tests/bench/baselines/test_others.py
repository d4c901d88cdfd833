"""The simpler methods say what their description says."""

from __future__ import annotations

import numpy as np
import pytest

from bench.baselines.counting import Raised
from bench.baselines.others import fixed_limit, four_detectors, rolling_median
from energy.alerting.baseline.rolling import Floats

DAY = 120


@pytest.fixture
def steady() -> Floats:
    """One meter whose days are alike but for small noise; shape (1, 150, 24)."""
    noise = np.random.default_rng(1).normal(0, 1, (1, 150, 24))
    return np.asarray(100 + noise)


def test_a_fixed_limit_is_the_largest_of_the_time_before(steady: Floats) -> None:
    steady[0, 130, 5] = 110
    steady[0, 10, 5] = 109
    assert fixed_limit(steady, DAY) == [Raised(meter=0, begin=130 * 24 + 5, hour=130 * 24 + 5)]


def test_a_rolling_median_sees_what_is_unlike_its_hour(steady: Floats) -> None:
    steady[0, 130, 5] = 140
    assert 130 * 24 + 5 in {alarm.hour for alarm in rolling_median(steady, DAY, 6.0)}


@pytest.mark.parametrize(("begin", "hours", "value"), [(0, 6, 130.0), (9, 1, 900.0), (6, 12, 0.0)])
def test_the_four_detectors_see_blocks_maxima_and_runs(
    steady: Floats, begin: int, hours: int, value: float
) -> None:
    steady[0, 130, begin : begin + hours] = value
    hit = [
        alarm
        for alarm in four_detectors(steady, DAY, 8.0, 4.0)
        if alarm.begin < 130 * 24 + begin + hours and alarm.hour >= 130 * 24 + begin
    ]
    assert hit
