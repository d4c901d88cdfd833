"""Loads shared out to meters: nothing is lost, nothing is invented."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.units import Utility
from simulator.airport.loads import LOADS
from simulator.airport.shares import largest_remainder, leaves_of

ELECTRIC = [load for load in LOADS if load.utility is Utility.ELECTRICITY]


@given(
    weights=st.lists(st.integers(0, 10_000), min_size=1, max_size=40).filter(any),
    spare=st.integers(0, 10**9),
    least=st.integers(0, 5),
)
def test_parts_add_up_and_none_is_below_the_least(
    weights: list[int], spare: int, least: int
) -> None:
    total = least * len(weights) + spare
    parts = largest_remainder(weights, total, least=least)
    assert sum(parts) == total
    assert min(parts) >= least


@pytest.mark.parametrize("meters", [2, 5, 12, len(ELECTRIC), 100, 700])
def test_however_many_meters_the_use_is_the_same(meters: int) -> None:
    leaves = leaves_of(ELECTRIC, meters, np.random.default_rng(1))
    assert len(leaves) == len({leaf.flow.key for leaf in leaves}) == meters
    assert sum(leaf.mean for leaf in leaves) == sum(load.mean for load in ELECTRIC)


def test_with_few_meters_tenants_keep_theirs() -> None:
    leaves = leaves_of(ELECTRIC, 9, np.random.default_rng(1))
    assert sum(leaf.tenant is not None for leaf in leaves) == 4
    assert leaves[-1].name == "Other consumers"
