"""In: the balance of a prepaid account. Out: whether it is low. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from energy.alerting.rules.numbers import OWN, OWN_UP, beyond
from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale
from energy.metering.channel import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepaidLow:
    """Least that should be left."""

    kind: ClassVar[RuleKind] = RuleKind.PREPAID
    scale: ClassVar[Scale | None] = Scale(unit="", resolution=Fraction(1, 100))
    watches: ClassVar[frozenset[Kind]] = frozenset()
    below: int = field(metadata=OWN_UP)
    """Raised below it. [0.01 currency]"""
    deadband: int = field(default=0, metadata=OWN)
    """How far it must come back to clear. [0.01 currency]"""

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge a balance. [0.01 currency]."""
        del memory, at_us, channel
        verdict, limit = beyond(value, below=self.below, deadband=self.deadband)
        return Judged(verdict, value, limit, ())
