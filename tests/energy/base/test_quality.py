"""Qualities: codes that never change, one order of badness, one of precedence."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from energy.base.quality import PRECEDENCE, Quality, worst_of
from energy.metering.usage import worst, worst_in
from tests.examples import tried

some = st.lists(st.sampled_from(Quality), max_size=12)


def test_codes_stand_in_journals_for_ever() -> None:
    assert {quality.name: int(quality) for quality in Quality} == {
        "MEASURED": 0,
        "CORRECTED": 1,
        "MANUAL": 2,
        "ESTIMATED": 3,
        "INTERPOLATED": 4,
        "SUSPECT": 5,
        "MISSING": 6,
    }


def test_correction_counts_before_register_before_person_before_estimate() -> None:
    order = sorted(PRECEDENCE, key=PRECEDENCE.__getitem__)
    assert order == [
        Quality.CORRECTED,
        Quality.MEASURED,
        Quality.MANUAL,
        Quality.ESTIMATED,
        Quality.SUSPECT,
    ]


def test_sum_without_parts_is_missing() -> None:
    assert worst_of([]) is Quality.MISSING
    assert worst_in(np.array([], dtype=np.uint8)) == Quality.MISSING


def test_estimate_is_worse_than_a_measured_total_of_estimated_shape() -> None:
    assert worst_of([Quality.INTERPOLATED, Quality.ESTIMATED]) is Quality.ESTIMATED
    assert worst_of([Quality.INTERPOLATED, Quality.MANUAL]) is Quality.INTERPOLATED


@tried(30)
@given(some)
def test_worst_of_an_array_is_the_worst_of_its_list(qualities: list[Quality]) -> None:
    assert worst_in(np.array(qualities, dtype=np.uint8)) == worst_of(qualities)


@tried(30)
@given(some, some)
def test_worst_of_two_sums_is_the_worst_of_all(one: list[Quality], other: list[Quality]) -> None:
    if one and other:
        assert worst_of([worst_of(one), worst_of(other)]) is worst_of(one + other)
    pairs = list(zip(one, other, strict=False))
    left, right = (np.array([p[n] for p in pairs], dtype=np.uint8) for n in (0, 1))
    assert worst(left, right).tolist() == [worst_of(pair) for pair in pairs]
