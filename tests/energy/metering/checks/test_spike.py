"""Readings that left the register's way are found with both ends, and can be restored exactly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from energy.metering.checks.spike import found, restored, ways
from tests.fixtures.registers import MINUTE_US, every_minute, registers

RISING = [100_000 + 10 * n for n in range(10)]


def test_a_spike_is_told_from_the_last_good_reading_to_the_next() -> None:
    (span,) = found(registers(every_minute(*RISING, 1_100_100, 100_110, 100_120)))
    assert (span.start_us, span.end_us) == (9 * MINUTE_US, 11 * MINUTE_US)
    assert span.proof == {
        "before": 100_090,
        "after": 100_110,
        "wrong": 1,
        "least": 1_100_100,
        "greatest": 1_100_100,
    }


def test_a_spike_in_two_steps_down_is_one() -> None:
    (span,) = found(registers(every_minute(*RISING, 900_000, 500_000, 100_120, 100_130)))
    assert (span.start_us, span.end_us) == (9 * MINUTE_US, 12 * MINUTE_US)


def test_a_register_that_only_rises_left_its_way_nowhere() -> None:
    assert found(registers(every_minute(*RISING))) == []


@given(
    st.lists(st.integers(5, 15), min_size=6, max_size=20),
    st.integers(1, 2),
    st.sampled_from([0, 1_000_000, 5_000_000]),
)
def test_restored_readings_rise_from_one_end_to_the_other(
    steps: list[int], wrong: int, value: int
) -> None:
    counts = [100_000 + sum(steps[:n]) for n in range(len(steps) + 6)]
    here = len(steps) // 2 + 1
    spoilt = [*counts[:here], *[value] * wrong, *counts[here + wrong :]]
    ((_, way),) = ways(registers(every_minute(*spoilt)))
    put = restored(way)
    assert [at_us // MINUTE_US for at_us, _ in put] == list(range(here, here + wrong))
    line = [way.left, *(count for _, count in put), way.right]
    assert line == sorted(line)
    assert (way.left, way.right) == (counts[here - 1], counts[here + wrong])
