"""In: counters with their falls. Out: registers that go on as another one. Pure.

The count goes on from elsewhere, neither at zero nor where it was: another register answers, so the
meter was replaced and nobody recorded it. Another serial number at that time says so outright.
"""

from __future__ import annotations

from typing import Final

from energy.base.finding import Severity
from energy.metering.checks.falls import Kind, falls_of, span_of
from energy.metering.checks.registers import Registers
from energy.metering.checks.span import Span

CODE: Final = "register.swapped"
SEVERITY: Final = Severity.WARN


def found(registers: Registers) -> list[Span]:
    """Return the falls behind which another register goes on."""
    return [
        span_of(fall, other_serial=fall.other_device, readings_since=fall.behind)
        for fall in falls_of(registers, Kind.OTHER_DEVICE, Kind.SWAP)
    ]
