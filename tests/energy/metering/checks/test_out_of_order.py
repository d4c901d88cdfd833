"""A late reading that fits is no fault; one that does not was dated wrongly."""

from __future__ import annotations

from energy.metering.checks.out_of_order import found
from tests.fixtures.registers import MINUTE_US, registers

COUNTS = [(0, 1_000), (10, 1_010), (20, 1_020), (30, 1_030), (40, 1_040)]


def test_a_late_reading_that_fits_is_no_fault() -> None:
    assert found(registers(COUNTS, positions=[1, 2, 9, 4, 5])) == []


def test_a_late_reading_that_does_not_fit_was_dated_wrongly() -> None:
    wrong = [*COUNTS[:2], (20, 2_500), *COUNTS[3:]]
    (span,) = found(registers(wrong, positions=[1, 2, 9, 4, 5]))
    assert (span.start_us, span.end_us) == (10 * MINUTE_US, 30 * MINUTE_US)
    assert span.proof == {"before": 1_010, "wrong": 2_500, "after": 1_030}


def test_one_that_came_in_its_turn_is_another_checks_business() -> None:
    wrong = [*COUNTS[:2], (20, 2_500), *COUNTS[3:]]
    assert found(registers(wrong)) == []
