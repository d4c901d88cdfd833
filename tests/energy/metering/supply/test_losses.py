"""Losses of transformers, cables and pipes, exact to the base unit."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.units import Utility
from energy.metering.supply.losses import Loss, LossModel, expected_loss, loss_from_json
from tests.examples import tried

CURVE = {"model": "curve", "no_load_w": "1200", "load_loss_w": "9500", "rated_w": "1000000"}


def exact(load: int, step_s: int) -> Fraction:
    """Return the curve's loss of one interval by the book: no-load + load loss x (S/Sr)^2."""
    hours = Fraction(step_s, 3600)
    return (1200 + 9500 * (Fraction(load) / hours / 1_000_000) ** 2) * hours


def summed_half_up(losses: list[Fraction]) -> list[int]:
    """Return the sums of the intervals so far, each rounded half up."""
    return [int(sum(losses[:n], Fraction(1, 2))) for n in range(1, len(losses) + 1)]


LOADS = [0, 1, 12_345, 250_000, 999_999, 3 * 10**9, 4 * 10**12]


@pytest.mark.parametrize("step_s", [900, 1800, 60])
def test_curve_is_exact_and_what_came_since_midnight_is_rounded_half_up(step_s: int) -> None:
    loads = np.array([*LOADS, *LOADS], dtype=np.int64)
    loss = loss_from_json(CURVE)
    found = expected_loss(loss, Utility.ELECTRICITY, loads, step_s, (0, len(LOADS)))
    wanted = summed_half_up([exact(load, step_s) for load in LOADS])
    assert np.cumsum(found[: len(LOADS)]).tolist() == wanted
    assert found[len(LOADS) :].tolist() == found[: len(LOADS)].tolist()  # a new day begins anew


@given(
    watts=st.fractions(0, 50, max_denominator=7),
    loads=st.lists(st.integers(-(10**7), 10**7) | st.integers(0, 10**13), max_size=12),
    cuts=st.sets(st.integers(1, 11)),
)
@tried(60)
def test_the_intervals_of_every_day_add_up_to_its_loss_rounded_once(
    watts: Fraction, loads: list[int], cuts: set[int]
) -> None:
    loss = Loss(
        model=LossModel.CURVE, no_load=watts, load_loss=Fraction(9500), rated=Fraction(10**6)
    )
    days = [0, *sorted(cut for cut in cuts if cut < len(loads))]
    found = expected_loss(
        loss, Utility.ELECTRICITY, np.array(loads, dtype=np.int64), 900, days
    ).tolist()
    quarter = Fraction(1, 4)
    each = [(watts + 9500 * Fraction(n * 4, 10**6) ** 2) * quarter for n in loads]
    assert all(told >= 0 for told in found)
    for first, after in pairwise([*days, len(loads)]):
        assert list(accumulate(found[first:after])) == summed_half_up(each[first:after])


@pytest.mark.parametrize("watts", [1, 2, 3, 5, 11])
def test_a_small_loss_is_neither_doubled_nor_lost_over_a_day(watts: int) -> None:
    loss = Loss(model=LossModel.FIXED, no_load=Fraction(watts))
    nothing = np.zeros(2 * 96, dtype=np.int64)
    found = expected_loss(loss, Utility.ELECTRICITY, nothing, 900, (0, 96))
    assert found.reshape(2, 96).sum(axis=1).tolist() == [24 * watts] * 2


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
    assert expected_loss(loss, Utility.ELECTRICITY, loads, 900).tolist() == [
        1,
        0,
    ]  # 0.5 up, 1 in all
    assert expected_loss(loss, Utility.HEATING, loads, 900).tolist() == [18, 18]  # x 36


def test_leak_of_a_network_is_stated_by_the_hour() -> None:
    loss = loss_from_json({"model": "fixed", "per_hour": "40"})
    assert expected_loss(loss, Utility.WATER, np.zeros(3, dtype=np.int64), 900).tolist() == [10] * 3


def test_difference_expects_nothing() -> None:
    loss = loss_from_json({"model": "difference"})
    assert expected_loss(loss, Utility.ELECTRICITY, np.ones(2, dtype=np.int64), 900).sum() == 0
