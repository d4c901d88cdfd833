"""In: a node's month and its plan. Out: whether the plan will not hold. Pure.

What was used is carried on to the end of the month at its own pace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from energy.alerting.rules.numbers import OWN, beyond
from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale
from energy.metering.channel import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Most that a month may come to, of what is planned."""

    kind: ClassVar[RuleKind] = RuleKind.BUDGET
    scale: ClassVar[Scale | None] = Scale(unit="%", resolution=Fraction(1, 100))
    watches: ClassVar[frozenset[Kind]] = frozenset()
    above: int = field(metadata=OWN)
    """Raised when the month will come to more of its plan. [0.01 %]"""
    deadband: int = field(default=0, metadata=OWN)
    """How far it must come back to clear. [0.01 %]"""
    least_days: int = 3
    """Local days of the month that must be over before it is judged."""

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge what the month will come to, of its plan. [0.01 %]."""
        del memory, at_us, channel
        verdict, limit = beyond(value, above=self.above, deadband=self.deadband)
        return Judged(verdict, value, limit, ())
