"""In: counters with their steps. Out: readings dated before what they came after. Pure.

A late reading is no fault: it fits between its neighbours. One that came after its successor and
does not fit there, while they fit each other, was dated wrongly: its device's clock was off.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from energy.base.finding import Severity
from energy.base.quality import Quality
from energy.metering.checks.registers import Registers
from energy.metering.checks.span import Span
from energy.metering.usage_steps import odd_steps

CODE: Final = "reading.out_of_order"
SEVERITY: Final = Severity.DO_NOT_BILL


def found(registers: Registers) -> list[Span]:
    """Return the readings that are dated wrongly, each from its neighbour to the next.

    Args:
        registers: With the journal position of every reading.
    """
    strips, owner = registers.strips, registers.strips.owner
    late = strips.position[1:-1] > strips.position[2:]
    late &= (strips.position[2:] > 0) & (strips.quality[1:-1] == Quality.MEASURED)
    late &= (owner[:-2] == owner[1:-1]) & (owner[1:-1] == owner[2:])
    here = np.flatnonzero(late) + 1
    if len(here) == 0:
        return []
    segments, segment = registers.segments, strips.segment[owner[here]]
    count, at_us = strips.count, strips.at_us

    def odd(first: int, last: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        low, high = here + first, here + last
        return odd_steps(count[low], count[high], at_us[high] - at_us[low], segments, segment)

    wrong = here[(odd(-1, 0) | odd(0, 1)) & ~odd(-1, 1)]
    return [
        Span(
            place=int(strips.window[owner[n]]),
            start_us=int(at_us[n - 1]),
            end_us=int(at_us[n + 1]),
            lasts=False,
            proof={
                "before": int(count[n - 1]),
                "wrong": int(count[n]),
                "after": int(count[n + 1]),
            },
        )
        for n in wrong.tolist()
    ]
