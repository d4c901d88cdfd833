"""In: values that come. Out: whether they have stood still too long. Pure.

What does not come at all is the kind `missing`; a value that comes and never changes is a frozen
sensor, a counter behind a dead load, a valve that does not move.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from energy.alerting.rules.numbers import COUNTS
from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale, Verdict
from energy.metering.channel import Kind

_MIN_US = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """How long a value may stand still."""

    kind: ClassVar[RuleKind] = RuleKind.STUCK
    scale: ClassVar[Scale | None] = Scale(unit="min", resolution=Fraction(1))
    watches: ClassVar[frozenset[Kind]] = frozenset({Kind.GAUGE, Kind.COUNTER, Kind.INTERVAL})
    for_s: int
    """Raised when it has stood for so long. [s]"""
    within: int = field(default=0, metadata=COUNTS)
    """What changes by no more than this stands still. [count]"""

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge one value; what is told are the minutes since it last changed."""
        del channel
        limit = self.for_s // 60
        if not memory or abs(value - memory[1]) > self.within:
            return Judged(Verdict.UNDER, 0, limit, (at_us, value))
        stood_us = at_us - memory[0]
        verdict = Verdict.OVER if stood_us >= 1_000_000 * self.for_s else Verdict.BETWEEN
        return Judged(verdict, stood_us // _MIN_US, limit, memory)
