"""Strips of meter segments: a stated count stands against what is estimated of its instant."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from energy.base.quality import Quality
from energy.metering.usage import CounterSegment, Folded
from energy.metering.usage_fold import fold

QUARTER_US = 900_000_000
READ = {1: 25, 2: 50, 5: 5025, 6: 5050, 7: 5075, 8: 5100}
"""A register up to 01:00 and the next one behind it, by quarter-hour."""


def folded(estimates: dict[int, int], *, start_count: int | None = 5000, first: int = 0) -> Folded:
    """Fold two devices of ten base units a count, exchanged at the fourth quarter-hour."""
    devices = [
        CounterSegment(
            start_us=0,
            end_us=4 * QUARTER_US,
            base_per_count=Fraction(10),
            modulus=1_000_000,
            max_per_hour=None,
            start_count=0,
            end_count=100,
        ),
        CounterSegment(
            start_us=4 * QUARTER_US,
            end_us=None,
            base_per_count=Fraction(10),
            modulus=1_000_000,
            max_per_hour=None,
            start_count=start_count,
        ),
    ]
    rows = sorted((READ | estimates).items())
    return fold(
        np.array([quarter for quarter, _ in rows], dtype=np.int64) * QUARTER_US,
        np.array([count for _, count in rows], dtype=np.int64),
        np.array(
            [Quality.ESTIMATED if quarter in estimates else 0 for quarter, _ in rows],
            dtype=np.uint8,
        ),
        devices,
        np.arange(first, 9, dtype=np.int64) * QUARTER_US,
        gap_us=QUARTER_US,
    )


@pytest.mark.parametrize("estimated", [100, 4000, 5000, 5010, 900_000])
def test_what_is_estimated_of_a_new_devices_first_instant_changes_nothing(estimated: int) -> None:
    alone, mixed = folded({}), folded({4: estimated})
    assert mixed.usage.tolist() == [250] * 8
    assert mixed.quality.tolist() == alone.quality.tolist()
    assert mixed.value.tolist() == alone.value.tolist()
    assert mixed.breaks == []


def test_an_estimate_up_to_the_old_devices_end_shapes_the_old_one_only() -> None:
    mixed = folded({3: 60, 4: 100})
    assert mixed.usage.tolist() == [250, 250, 100, 400, *[250] * 4]


def test_the_stated_count_opens_a_window_behind_it_when_all_else_is_estimated() -> None:
    several = folded({4: 4000}, first=5)
    assert several.usage.tolist() == [250] * 3
    assert folded({4: 4000}, first=4).usage.tolist() == [250] * 4


def test_where_no_first_count_is_stated_its_estimate_is_all_there_is() -> None:
    assert folded({}, start_count=None).quality[4] == Quality.MISSING
    told = folded({4: 5010}, start_count=None)
    assert (told.usage[4], told.quality[4]) == (150, Quality.ESTIMATED)
