"""Readings are missing where the next one comes later than two and a half times is due."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from energy.metering.checks.missing import found
from tests.fixtures.registers import MINUTE_US, series


def minutes(*told: list[int], every: int = 15, least: int = 15) -> list[tuple[int, int, int, int]]:
    rows = series(*([(minute, 0) for minute in each] for each in told))
    expected, shortest = (np.full(len(told), n * MINUTE_US) for n in (every, least))
    return [
        (
            span.place,
            span.start_us // MINUTE_US,
            span.end_us // MINUTE_US,
            span.proof["readings"],
        )
        for span in found(rows, expected, shortest)
    ]


def test_a_gap_is_told_from_reading_to_reading_with_how_many_are_lost() -> None:
    assert minutes([0, 15, 60, 75]) == [(0, 15, 60, 2)]
    assert minutes([0, 15, 52, 67]) == [], "two and a half times what is due is late, not missing"


def test_no_gap_leads_from_one_channel_to_the_next() -> None:
    assert minutes([0, 15], [], [900, 915, 1_000]) == [(2, 915, 1_000, 5)]


def test_a_short_silence_of_a_fast_meter_leaves_no_interval_without_a_value() -> None:
    assert minutes([0, 1, 10, 11], every=1) == []
    assert minutes([0, 1, 17, 18], every=1) == [(0, 1, 17, 15)]


def test_nobody_can_tell_what_is_missing_where_nothing_is_due() -> None:
    assert minutes([0, 10_000], every=0) == []


@given(st.lists(st.integers(1, 200), min_size=1, max_size=30), st.integers(1, 40))
def test_every_longer_step_is_told_and_no_shorter_one(steps: list[int], every: int) -> None:
    at = np.cumsum([0, *steps]).tolist()
    told = [(first, last) for _, first, last, _ in minutes(at, every=every, least=1)]
    assert told == [(a, b) for a, b in pairwise(at) if 2 * (b - a) > 5 * every]
