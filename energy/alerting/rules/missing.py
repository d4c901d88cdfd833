"""In: how long a channel has told nothing. Out: whether that is too long. Pure.

The crossing stands where the time was up, not at the tick that saw it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale, Verdict
from energy.metering.channel import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """How long readings may stay away."""

    kind: ClassVar[RuleKind] = RuleKind.MISSING
    scale: ClassVar[Scale | None] = Scale(unit="min", resolution=Fraction(1))
    watches: ClassVar[frozenset[Kind]] = frozenset(set(Kind) - {Kind.COMPUTED})
    for_s: int
    """Raised when the newest reading is so old. [s]"""

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge the age of the newest reading. [s]."""
        del memory, at_us, channel
        verdict = Verdict.OVER if value >= self.for_s else Verdict.UNDER
        return Judged(verdict, value // 60, self.for_s // 60, ())
