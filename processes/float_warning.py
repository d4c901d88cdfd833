"""In: a float counter, its count, the last digit of the display. Out: a warning, or none. Pure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from adapters.modbus.decode import float_step
from adapters.modbus.register_map import RegisterPoint
from billing.money import exact_text
from processes.technician_checks import Check, Outcome

DIGITS = 4
"""Significant digits of a step in a warning."""


def float_warning(point: RegisterPoint, count: int, *, display_step: Fraction) -> Check | None:
    """Return what to tell a technician whose counter moves coarser than its display shows.

    Args:
        point: Where the counter lies.
        count: What it counts now, 0 or more. [count]
        display_step: Worth of the display's last digit. [unit of the register]
    """
    step = float_step(point, count)
    if step is None or step <= display_step:
        return None
    shown = Decimal(step.numerator) / Decimal(step.denominator)
    return Check.of(
        "step",
        Outcome.NOTED,
        "step_coarse",
        quantity=point.quantity,
        step=f"{shown:.{DIGITS}g}",
        unit=point.unit,
        display=exact_text(display_step),
    )
