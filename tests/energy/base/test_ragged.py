"""Places in many series at once equal numpy's search in each alone."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.ragged import Places, offsets_of, ramp

Side = Literal["left", "right"]


def test_ramp_counts_from_each_first() -> None:
    assert ramp(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
    assert ramp(np.array([], dtype=np.int64), np.array([], dtype=np.int64)).tolist() == []
    assert offsets_of(np.array([2, 0, 3])).tolist() == [0, 2, 2, 5]


@pytest.mark.parametrize("wide", [1, 2**55], ids=["of one day", "too wide for a key"])
@given(
    st.lists(st.lists(st.integers(0, 30), max_size=6), min_size=1, max_size=9),
    st.lists(st.tuples(st.integers(0, 8), st.integers(-5, 40)), max_size=12),
    st.sampled_from(["left", "right"]),
)
def test_places_equal_a_search_in_each_series(
    wide: int, series: list[list[int]], wanted: list[tuple[int, int]], side: Side
) -> None:
    sorted_series = [sorted(each) for each in series]
    wanted = [(owner % len(series), at) for owner, at in wanted]
    places = Places(
        np.repeat(np.arange(len(series)), [len(each) for each in series]),
        np.array([at * wide for each in sorted_series for at in each], dtype=np.int64),
        len(series),
    )
    found = places.find(
        np.array([owner for owner, _ in wanted], dtype=np.int64),
        np.array([at * wide for _, at in wanted], dtype=np.int64),
        side,
    )
    begins = offsets_of(np.array([len(each) for each in series]))
    expected = [
        int(begins[owner]) + int(np.searchsorted(sorted_series[owner], at, side=side))
        for owner, at in wanted
    ]
    assert found.tolist() == expected
