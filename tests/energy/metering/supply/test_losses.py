"""Losses of transformers, cables and pipes, exact to the base unit."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from energy.base.units import Utility
from energy.metering.supply.losses import expected_loss, loss_from_json

CURVE = {"model": "curve", "no_load_w": "1200", "load_loss_w": "9500", "rated_w": "1000000"}


def exact(load: int, step_s: int) -> int:
    """Return the curve's loss of one interval by the book: no-load + load loss x (S/Sr)^2."""
    hours = Fraction(step_s, 3600)
    watts = 1200 + 9500 * (Fraction(load) / hours / 1_000_000) ** 2
    return int(watts * hours + Fraction(1, 2))


@pytest.mark.parametrize("step_s", [900, 1800, 60])
def test_curve_is_exact_and_rounded_half_up(step_s: int) -> None:
    loads = np.array([0, 1, 12_345, 250_000, 999_999, 3 * 10**9, 4 * 10**12], dtype=np.int64)
    found = expected_loss(loss_from_json(CURVE), Utility.ELECTRICITY, loads, step_s)
    assert found.tolist() == [exact(load, step_s) for load in loads.tolist()]


def test_quarter_hour_at_rated_load_loses_all_its_watts() -> None:
    found = expected_loss(
        loss_from_json(CURVE), Utility.ELECTRICITY, np.array([250_000], dtype=np.int64), 900
    )
    assert found.tolist() == [2675]  # (1200 + 9500) W x 0.25 h


def test_load_the_other_way_loses_as_much() -> None:
    loss = loss_from_json(CURVE)
    loads = np.array([200_000, -200_000], dtype=np.int64)
    forth, back = expected_loss(loss, Utility.ELECTRICITY, loads, 900).tolist()
    assert forth == back


def test_fixed_loss_does_not_ask_for_the_load() -> None:
    loss = loss_from_json({"model": "fixed", "no_load_w": "2"})
    loads = np.array([0, 10**9], dtype=np.int64)
    assert expected_loss(loss, Utility.ELECTRICITY, loads, 900).tolist() == [1, 1]  # 0.5 up
    assert expected_loss(loss, Utility.HEATING, loads, 900).tolist() == [18, 18]  # x 36


def test_leak_of_a_network_is_stated_by_the_hour() -> None:
    loss = loss_from_json({"model": "fixed", "per_hour": "40"})
    assert expected_loss(loss, Utility.WATER, np.zeros(3, dtype=np.int64), 900).tolist() == [10] * 3


def test_difference_expects_nothing() -> None:
    loss = loss_from_json({"model": "difference"})
    assert expected_loss(loss, Utility.ELECTRICITY, np.ones(2, dtype=np.int64), 900).sum() == 0
