"""Registers that misbehave: what no meter can have counted is found, the next steps are right."""

from __future__ import annotations

from fractions import Fraction

import pytest

from energy.base.quality import Quality
from energy.metering.usage import JUMP, NEGATIVE_STEP, Folded
from tests.energy.metering.test_usage import folded, segment

HOURLY = 4_000
"""Counts an hour at the greatest load of the meter. [count/h]"""


def in_order(result: Folded) -> list[str]:
    return [found.code for found in sorted(result.breaks, key=lambda found: found.start_us)]


def codes(*readings: tuple[int, int], modulus: int | None = 10**8) -> list[str]:
    result = folded(list(readings), segment(modulus=modulus, max_per_hour=HOURLY))
    return [found.code for found in result.breaks]


def test_a_counter_back_by_one_bills_nothing_across_it_and_goes_on() -> None:
    readings = [(0, 300), (15, 310), (30, 309), (45, 320)]
    result = folded(readings, segment(modulus=10**8, max_per_hour=HOURLY))
    assert [found.code for found in result.breaks] == [NEGATIVE_STEP]
    assert result.usage[:3].tolist() == [100, 0, 110]
    assert result.quality[1] == Quality.MISSING


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [(310, 0, NEGATIVE_STEP), (99_999_995, 5, None), (99_999_995, 90_000, NEGATIVE_STEP)],
    ids=["reset", "rollover", "too fast for a rollover"],
)
def test_reset_and_rollover_are_told_apart(before: int, after: int, code: str | None) -> None:
    assert codes((0, before - 10), (15, before), (30, after)) == ([code] if code else [])


def test_a_spike_of_a_million_and_its_return_are_both_found_and_the_next_step_is_right() -> None:
    readings = [(0, 300), (15, 310), (30, 1_000_310), (45, 320), (60, 330)]
    result = folded(readings, segment(modulus=10**8, max_per_hour=HOURLY))
    assert in_order(result) == [JUMP, NEGATIVE_STEP]
    assert result.usage[3] == 100
    assert result.quality[3] == Quality.MEASURED


def test_words_swapped_by_a_firmware_update_are_found_at_once_and_again_when_mended() -> None:
    count = 0x0001_86A0  # 100,000; with its words swapped 0x86A0_0001
    swapped = 0x86A0_0001
    readings = [(0, count - 10), (15, count), (30, swapped), (45, swapped + 0x10000), (60, count)]
    result = folded(readings, segment(modulus=None, max_per_hour=HOURLY, factor=Fraction(10)))
    assert in_order(result) == [JUMP, JUMP, NEGATIVE_STEP]
