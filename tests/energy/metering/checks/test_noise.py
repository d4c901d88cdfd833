"""A register that steps back by a count is told, and put right once it has passed its height."""

from __future__ import annotations

from energy.metering.checks.noise import found, restored
from tests.fixtures.registers import MINUTE_US, every_minute, registers


def test_a_count_back_is_noise_and_three_are_not() -> None:
    assert [span.proof["before"] for span in found(registers(every_minute(98, 99, 98, 100)))] == [
        99
    ]
    assert found(registers(every_minute(90, 99, 96, 100, 110))) == []


def test_the_height_stands_until_the_register_has_passed_it() -> None:
    (fall,) = registers(every_minute(90, 99, 98, 98, 99, 105)).falls
    assert restored(fall) == [(2 * MINUTE_US, 99), (3 * MINUTE_US, 99)]


def test_nothing_is_restored_while_it_has_not_come_back() -> None:
    told = registers(every_minute(90, 99, 98))
    assert restored(told.falls[0]) == []
    assert [span.lasts for span in found(told)] == [True]
