"""In: slots nobody asked for. Out: one line a minute about them, however many sources. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from processes.collect_slots import Due

TELL_S = 60.0
"""Time between two lines. [s]"""


class MissedSlots:
    """Counts what is missed until it is told."""

    def __init__(self) -> None:
        """Begin with none."""
        self._slots: Counter[str] = Counter()
        self._told_s = -math.inf

    def note(self, due: Due) -> None:
        """Count what a source has missed before it was due."""
        if due.missed:
            self._slots[due.key] += due.missed

    def told(self, now_s: float, *, at_once: bool = False) -> Mapping[str, object] | None:
        """Return what is to be told now, None while there is nothing to tell.

        Args:
            now_s: Monotonic now. [s]
            at_once: Tell what there is, however short a time ago something was told.
        """
        if not self._slots or not (at_once or now_s - self._told_s >= TELL_S):
            return None
        slots, self._slots, self._told_s = self._slots, Counter(), now_s
        ((worst, missed),) = slots.most_common(1)
        return {
            "slots": slots.total(),
            "sources": len(slots),
            "worst_source": worst,
            "worst_slots": missed,
        }
