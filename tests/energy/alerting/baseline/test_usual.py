"""What is usual is learnt apart for busy and idle days, hour by hour."""

from __future__ import annotations

import numpy as np
import pytest

from energy.alerting.baseline.usual import LEAST_DEVIATION, usual_deviation, usual_share

WEEKEND = (np.arange(70) % 7 >= 5)[None, :]


def test_a_lively_noon_is_not_an_unusual_one() -> None:
    score = np.full((1, 70, 24), 0.1)
    score[:, :, 11:14] = -0.4
    usual = usual_deviation(score, WEEKEND)
    assert usual[0, 60, 12] == pytest.approx(0.4)
    assert usual[0, 60, 3] == pytest.approx(0.1)


def test_busy_and_idle_days_are_learnt_apart() -> None:
    score = np.where(WEEKEND[:, :, None], 0.5, 0.1) * np.ones((1, 70, 24))
    usual = usual_deviation(score, WEEKEND)
    assert usual[0, 61, 12] == pytest.approx(0.5 if WEEKEND[0, 61] else 0.1)
    assert usual[0, 68, 12] == pytest.approx(0.5)
    assert usual[0, 63, 12] == pytest.approx(0.1)


def test_nothing_is_usual_in_the_first_days_and_no_meter_is_watched_too_closely() -> None:
    usual = usual_deviation(np.zeros((1, 70, 24)), WEEKEND)
    assert np.isnan(usual[0, 3]).all()
    assert (usual[0, 30] == LEAST_DEVIATION).all()


def test_a_share_is_never_sure() -> None:
    never, always = np.zeros((1, 70, 24)), np.ones((1, 70, 24))
    assert 0 < usual_share(never, WEEKEND)[0, 69, 0] < 0.05
    assert 0.95 < usual_share(always, WEEKEND)[0, 69, 0] < 1
