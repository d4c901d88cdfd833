"""A turn that the rated capacity does not allow is told with what it would have been."""

from __future__ import annotations

from energy.metering.checks.rollover import found
from tests.fixtures.registers import every_minute, registers


def test_a_turn_beyond_the_rated_capacity_tells_what_it_would_have_counted() -> None:
    told = registers(every_minute(9_800, 9_900, 90, 190), modulus=10_000, max_per_hour=60)
    (span,) = found(told)
    assert span.proof == {
        "before": 9_900,
        "after": 90,
        "modulus": 10_000,
        "counts_if_rolled_over": 190,
        "elapsed_s": 60,
    }


def test_an_honest_turn_is_nothing_to_tell() -> None:
    told = registers(every_minute(9_800, 9_900, 0, 100), modulus=10_000, max_per_hour=6_000)
    assert found(told) == []
