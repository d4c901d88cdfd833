"""A register that begins anew is told with how fast it counted before."""

from __future__ import annotations

from energy.metering.checks.reset import found
from tests.fixtures.registers import MINUTE_US, every_minute, registers


def test_a_reset_tells_both_counts_and_the_pace_before() -> None:
    (span,) = found(registers(every_minute(1_000, 1_010, 1_020, 3, 13, 23)))
    assert (span.start_us, span.end_us) == (2 * MINUTE_US, 3 * MINUTE_US)
    assert span.proof == {"before": 1_020, "after": 3, "pace_per_hour": 600, "readings_since": 2}


def test_a_zero_between_two_good_readings_is_no_reset() -> None:
    assert found(registers(every_minute(1_000, 1_010, 1_020, 0, 1_040, 1_050))) == []
