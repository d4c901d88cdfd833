"""What is expected is learnt from the weeks before, kinds of days by use and not by name."""

from __future__ import annotations

import numpy as np
import pytest

from energy.alerting.baseline.expected import deviations
from energy.alerting.baseline.rolling import Floats


def test_nothing_is_expected_before_three_weeks_are_known(usage: Floats) -> None:
    expected = deviations(usage).expected
    assert np.isnan(expected[:, :21]).all()
    assert not np.isnan(expected[:, 21:]).any()


def test_a_building_like_its_weeks_before_is_expected_within_its_noise(usage: Floats) -> None:
    off = deviations(usage).off[:, 70:]
    assert np.abs(np.median(off)) < 0.01
    assert np.median(np.abs(off)) < 0.06


def test_idle_days_are_those_on_which_little_is_used(usage: Floats) -> None:
    idle = deviations(usage).idle[:, 70:]
    weekend = np.arange(70, usage.shape[1]) % 7 >= 5
    assert np.array_equal(idle[0], weekend)
    assert not idle[2].any()


def test_a_site_whose_week_ends_on_friday_is_learnt_too(usage: Floats) -> None:
    moved = np.roll(usage[:1], -1, axis=1)
    idle = deviations(moved).idle[0, 70:]
    assert np.array_equal(idle, (np.arange(71, usage.shape[1] + 1) % 7) >= 5)


def test_one_wild_week_moves_the_expectation_little(usage: Floats) -> None:
    wild = usage.copy()
    wild[0, 98:105] *= 3
    before, after = deviations(usage).expected[0], deviations(wild).expected[0]
    assert after[140] == pytest.approx(before[140], rel=0.08)


def test_missing_is_neither_expected_nor_off(usage: Floats) -> None:
    gap = usage.copy()
    gap[0, 100, 5] = np.nan
    found = deviations(gap)
    assert np.isnan(found.off[0, 100, 5])
    assert found.expected[0, 100, 5] > 0
    assert found.expected[0, 107, 5] == pytest.approx(
        deviations(usage).expected[0, 107, 5], rel=0.05
    )


def test_what_a_degree_costs_is_learnt(usage: Floats) -> None:
    generator = np.random.default_rng(3)
    degrees = generator.normal(10, 6, (usage.shape[1], 1)) * np.ones((1, 24))
    heated = usage * np.exp(0.02 * (degrees - 10))
    blind, knowing = deviations(heated).off, deviations(heated, degrees).off
    assert np.abs(knowing[:, 100:]).mean() < 0.75 * np.abs(blind[:, 100:]).mean()


def test_a_meter_that_counts_nothing_expects_nothing() -> None:
    found = deviations(np.zeros((1, 60, 24)))
    assert np.isnan(found.off).all()
