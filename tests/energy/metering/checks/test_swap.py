"""A register that goes on from elsewhere is another one."""

from __future__ import annotations

from energy.metering.checks.swap import found
from tests.fixtures.registers import every_minute, registers

OTHER = every_minute(9_000, 9_010, 9_020, 4_000, 4_010, 4_020, 4_030)


def test_a_register_that_goes_on_elsewhere_is_another_one() -> None:
    (span,) = found(registers(OTHER))
    assert span.proof == {
        "before": 9_020,
        "after": 4_000,
        "other_serial": False,
        "readings_since": 3,
    }


def test_with_another_serial_number_one_reading_is_enough() -> None:
    assert found(registers(OTHER[:4])) == []
    (span,) = found(registers(OTHER[:4], other_device=(3, 3)))
    assert span.proof["other_serial"] is True
