"""In: counters with their falls. Out: falls of a count or two. Pure.

A register that is rounded, or read in two parts while it moves, steps back by a count. Nothing was
lost; until it has passed its old height again nobody can tell how much was used meanwhile.
"""

from __future__ import annotations

from typing import Final

from energy.base.finding import Severity
from energy.metering.checks.falls import Kind, falls_of, span_of
from energy.metering.checks.registers import Fall, Registers
from energy.metering.checks.span import Span

CODE: Final = "register.noise"
SEVERITY: Final = Severity.WARN


def found(registers: Registers) -> list[Span]:
    """Return the falls of a count or two; what they say of the bill says the fall itself."""
    return [
        span_of(fall, lasts=fall.below is None, came_back=fall.below is not None)
        for fall in falls_of(registers, Kind.NOISE)
    ]


def restored(fall: Fall) -> list[tuple[int, int]]:
    """Return what the register showed while it stood below its height: that height. [(us, count)].

    Args:
        fall: Of this kind; nothing while it has not come back.
    """
    way = fall.below
    return [] if way is None else [(at_us, way.left) for at_us, _ in way.suspects]
