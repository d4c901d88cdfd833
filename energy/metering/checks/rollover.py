"""In: counters with their falls. Out: registers that turned faster than rated. Pure.

From the last tenth of the register into its first: a rollover, but one that took more than the
rated capacity in its time. Either the rating on record is too small, or the register was reset.
A rollover that fits is none of it: the fold takes it, and nobody is told.
"""

from __future__ import annotations

from typing import Final

from energy.base.finding import Severity
from energy.metering.checks.falls import Kind, falls_of, span_of
from energy.metering.checks.registers import Registers
from energy.metering.checks.span import Span

CODE: Final = "register.rollover"
SEVERITY: Final = Severity.WARN


def found(registers: Registers) -> list[Span]:
    """Return the turns that the rated capacity does not allow."""
    return [
        span_of(
            fall,
            modulus=fall.modulus,
            counts_if_rolled_over=fall.after + fall.modulus - fall.before,
            elapsed_s=fall.elapsed_us // 1_000_000,
        )
        for fall in falls_of(registers, Kind.ROLLOVER)
    ]
