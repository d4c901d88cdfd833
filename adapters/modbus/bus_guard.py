"""In: what was asked and heard on a bus without transaction numbers. Out: what to fear. Pure.

The trap: an answer that comes after its time-out stands for the next question, and every later
one shifts by one, for ever and without an error. Four rules close it, each enough on most buses:

1. After a time-out or a broken frame the bus is closed, left alone for the longest answer time,
   drained and opened again (the client does it; `rest_s` says how long).
2. Until a unit has answered a question of another length, no question of the lost one's length is
   asked there: `other_count` gives the length that proves who answers what.
3. What is heard while nobody was asked is looked at: a late answer lengthens the rest.
4. `suspect` tells the reader to compare a constant register before it accepts counters.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.modbus.frame import Asked, Verdict
from adapters.modbus.rtu_frame import MOST_HEARD, frames_in, stranger_in

LATE_FOR_S = 60.0
"""An answer later than this is not expected any more. [s]"""
LONGEST_REST = 4
"""Longest wait before a bus is opened again, in longest answer times as configured."""
_KEPT = 3
"""Lost questions remembered of a unit; more only repeat them."""
_MOST_REGISTERS = 125


@dataclass(frozen=True, slots=True)
class _Lost:
    asked: Asked
    at_s: float


class BusGuard:
    """Remembers which answers may still be under way, and what was heard in silence."""

    def __init__(self, *, answer_s: float) -> None:
        """Begin with a bus of which nothing is known.

        Args:
            answer_s: Longest time an answer takes. [s]
        """
        self.suspect = False
        self._answer_s = self._rest_s = answer_s
        self._lost: dict[int, deque[_Lost]] = {}
        self._last: tuple[Asked, Sequence[int]] | None = None
        self._heard = b""
        self.overheard = 0
        """Bytes that came while nobody was asked. [byte]"""

    def rest_s(self) -> float:
        """Return how long the bus is left alone before it is opened again. [s]."""
        return self._rest_s

    def lost(self, asked: Asked, at_s: float) -> None:
        """Note a question whose answer did not come, or came broken.

        Args:
            asked: The read.
            at_s: When it was asked, on the client's clock. [s]
        """
        self.suspect = True
        self.doubt(asked, at_s)

    def doubt(self, asked: Asked, at_s: float) -> None:
        """Expect an answer of a question's shape still: the next such question needs a proof."""
        self._lost.setdefault(asked.unit, deque(maxlen=_KEPT)).append(_Lost(asked, at_s))

    def answered(self, asked: Asked, registers: Sequence[int]) -> bool:
        """Note a good answer: those that a unit owed before it are gone, for it keeps order.

        Args:
            asked: The read.
            registers: What was answered.

        Returns:
            Whether it can be believed; the last answer once more, though other registers were
            asked, may be a repetition that came late.
        """
        last, self._last = self._last, (asked, registers)
        self._lost.pop(asked.unit, None)
        if last is None or last[0].address == asked.address:
            return True
        shapes = [(a.unit, a.function_code) for a in (last[0], asked)]
        return shapes[0] != shapes[1] or list(last[1]) != list(registers)

    def forgive(self, unit: int) -> None:
        """Expect nothing more of a unit: an exception came that may have been what it owed."""
        self._lost.pop(unit, None)

    def missing(self, at_s: float) -> list[Asked]:
        """Return the reads whose answers may still come."""
        for unit in list(self._lost):
            fresh = [lost for lost in self._lost[unit] if at_s - lost.at_s < LATE_FOR_S]
            self._lost[unit] = deque(fresh, maxlen=_KEPT)
            if not fresh:
                del self._lost[unit]
        return [lost.asked for every in self._lost.values() for lost in every]

    def owes(self, unit: int, at_s: float) -> bool:
        """Return whether a unit may still send an answer to an earlier question."""
        return any(asked.unit == unit for asked in self.missing(at_s))

    def other_count(self, asked: Asked, at_s: float) -> int | None:
        """Return a length that no answer under way has; None when the read's own is one.

        Two registers less where that is possible, for a device may refuse half a value.
        """
        taken = {
            earlier.count
            for earlier in self.missing(at_s)
            if (earlier.unit, earlier.function_code) == (asked.unit, asked.function_code)
        }
        if asked.count not in taken:
            return None
        steps = (-2, -4, -1, 2, -3, 1, 4, 3)
        lengths = (asked.count + step for step in steps)
        return next(n for n in lengths if 1 <= n <= _MOST_REGISTERS and n not in taken)

    def overhear(self, heard: bytes) -> None:
        """Keep what came while nobody was asked, its last bytes if it is a flood."""
        self.overheard = len(heard)
        self._heard = heard[-MOST_HEARD:]

    def stranger(self, at_s: float) -> Verdict | None:
        """Return who spoke while nobody was asked, and forget it.

        Noise and late answers do no harm here and are no stranger's.

        Args:
            at_s: Now, on the client's clock. [s]
        """
        frames, self._heard = frames_in(self._heard), b""
        missing = self.missing(at_s)
        others = []
        for frame in frames:
            if any(frame.answers(earlier) for earlier in missing):
                self.late(frame.unit, at_s)
            elif self._last is not None and frame.answers(self._last[0]):
                self.lost(self._last[0], at_s)  # it came twice, or the first was another's
            else:
                others.append(frame)
        return stranger_in(others, None)

    def late(self, unit: int, at_s: float) -> None:
        """Learn from a late answer how long the bus must be left alone."""
        asked_at = [lost.at_s for lost in self._lost.get(unit, ())]
        if asked_at:
            learned_s = min(1.5 * (at_s - min(asked_at)), LONGEST_REST * self._answer_s)
            self._rest_s = max(self._rest_s, learned_s)
