"""Intervals and register tell the same energy but for their rounding."""

from __future__ import annotations

from fractions import Fraction

from energy.metering.checks.interval_sum import Day, allowed, found


def day(intervals: int, register: int) -> Day:
    return Day(
        place=0,
        start_us=0,
        end_us=1,
        intervals=intervals,
        register=register,
        allowed=allowed(96, Fraction(10), Fraction(100)),
    )


def test_rounding_of_every_interval_and_both_ends_of_the_register_is_allowed() -> None:
    assert found([day(100_000, 101_160), day(101_160, 100_000)]) == []
    (span,) = found([day(100_000, 101_161)])
    assert span.proof == {
        "intervals": 100_000,
        "register": 101_161,
        "difference": -1_161,
        "allowed": 1_160,
    }
