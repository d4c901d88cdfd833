"""A score counts when it exceeds what the meter's own worst days reached."""

from __future__ import annotations

import numpy as np

from energy.alerting.baseline.limits import passes
from energy.alerting.baseline.rolling import by_hour
from energy.alerting.baseline.spec import Limit

LIMIT = Limit(place=2, factor=1.5)


def _score(days: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.float64]]:
    score = np.zeros((1, days, 24))
    score[:, :, 12] = 2.0
    return score


def test_only_a_score_beyond_the_worst_days_times_the_factor_counts() -> None:
    score = _score(60)
    score[0, 50, 9] = 3.1
    score[0, 55, 9] = 2.9
    assert np.flatnonzero(passes(by_hour(score), LIMIT)[0]).tolist() == [50 * 24 + 9]


def test_one_wild_day_hides_nothing() -> None:
    score = _score(60)
    score[0, 40, 3] = 90.0
    score[0, 50, 9] = 3.1
    assert np.flatnonzero(passes(by_hour(score), LIMIT)[0]).tolist() == [40 * 24 + 3, 50 * 24 + 9]


def test_nothing_counts_before_three_weeks_are_known() -> None:
    score = _score(30)
    score[0, 20, 9] = 50.0
    assert not passes(by_hour(score), LIMIT).any()


def test_a_quiet_meter_needs_a_usual_deviation_all_the_same() -> None:
    score = np.zeros((1, 60, 24))
    score[0, 50, 9] = 0.9
    assert not passes(by_hour(score), LIMIT).any()
