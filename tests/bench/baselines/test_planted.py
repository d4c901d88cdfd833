"""One of each kind a meter, apart from each other, where something was measured, by a seed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from bench.baselines.planted import APART_H, Kind, plant
from energy.alerting.baseline.rolling import Floats


def test_each_meter_gets_one_of_each_kind_in_the_days_judged(extract: Floats) -> None:
    _, planted = plant(extract, 60, 365, seed=4)
    assert len(planted) == 6 * len(extract)
    for meter in range(len(extract)):
        mine = sorted((one for one in planted if one.meter == meter), key=lambda one: one.begin)
        assert {one.kind for one in mine} == set(Kind)
        assert all(b.begin - a.end >= APART_H for a, b in pairwise(mine))
        assert mine[0].begin >= 60 * 24 and mine[-1].end <= 365 * 24


def test_only_the_planted_hours_are_changed_and_as_the_kind_says(extract: Floats) -> None:
    changed, planted = plant(extract, 60, 365, seed=4)
    left = changed.reshape(len(extract), -1).copy()
    real = extract.reshape(len(extract), -1)
    for one in planted:
        span, before = (hours[one.meter, one.begin : one.end] for hours in (left, real))
        assert (before > 0).all()
        wanted = {
            Kind.ABOVE: before * 1.5,
            Kind.BELOW: before * 0.5,
            Kind.ZERO: before * 0,
            Kind.SPIKE: before * 5,
            Kind.FLAT: np.full(24, before[0]),
        }
        if one.kind in wanted:
            assert np.allclose(span, wanted[one.kind], atol=0.051)
        else:
            assert np.isclose(span, before * 1.3, atol=0.051).sum() >= 24
        left[one.meter, one.begin : one.end] = before
    assert np.array_equal(left, real)


def test_the_same_seed_plants_the_same_places(extract: Floats) -> None:
    assert plant(extract, 60, 365, seed=4)[1] == plant(extract, 60, 365, seed=4)[1]
    assert plant(extract, 60, 365, seed=4)[1] != plant(extract, 60, 365, seed=5)[1]
