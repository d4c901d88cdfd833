"""In: counters with their falls. Out: registers that began anew at zero. Pure.

The device lost its register: it goes on from zero, or from what it can have counted since. What was
used between the last reading and the reset is known to nobody but the device's own memory.
"""

from __future__ import annotations

from typing import Final

from energy.base.finding import Severity
from energy.metering.checks.falls import Kind, falls_of, span_of
from energy.metering.checks.registers import Registers
from energy.metering.checks.span import Span

CODE: Final = "register.reset"
SEVERITY: Final = Severity.WARN


def found(registers: Registers) -> list[Span]:
    """Return the falls to about zero; what they say of the bill says the fall itself."""
    return [
        span_of(fall, pace_per_hour=fall.pace_per_hour, readings_since=fall.behind)
        for fall in falls_of(registers, Kind.RESET)
    ]
