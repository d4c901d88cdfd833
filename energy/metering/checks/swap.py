"""In: counters with their falls. Out: registers that go on as another one. Pure.

The count goes on from elsewhere, neither at zero nor where it was: another register answers, so the
meter was replaced and nobody recorded it. Another serial number at that time says so outright.
"""

from __future__ import annotations

from typing import Final

from energy.base.finding import Severity
from energy.metering.checks.falls import Kind, kind_of
from energy.metering.checks.registers import Registers
from energy.metering.checks.span import Span

CODE: Final = "register.swapped"
SEVERITY: Final = Severity.WARN
_SWAPPED: Final = (Kind.OTHER_DEVICE, Kind.SWAP)


def found(registers: Registers) -> list[Span]:
    """Return the falls behind which another register goes on."""
    return [
        Span(
            place=fall.place,
            start_us=fall.start_us,
            end_us=fall.end_us,
            lasts=False,
            proof={
                "before": fall.before,
                "after": fall.after,
                "other_serial": fall.other_device,
                "readings_since": fall.behind,
            },
        )
        for fall in registers.falls
        if kind_of(fall) in _SWAPPED
    ]
