"""In: how long a device has not answered. Out: whether that is too long. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale, Verdict
from energy.metering.channel import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Communication:
    """How long a device may fail to answer its collector."""

    kind: ClassVar[RuleKind] = RuleKind.COMMUNICATION
    scale: ClassVar[Scale | None] = Scale(unit="min", resolution=Fraction(1))
    watches: ClassVar[frozenset[Kind]] = frozenset()
    for_s: int
    """Raised when it has failed for so long. [s]"""

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge for how long it has failed. [s]."""
        del memory, at_us, channel
        verdict = Verdict.OVER if value >= self.for_s else Verdict.UNDER
        return Judged(verdict, value // 60, self.for_s // 60, ())
