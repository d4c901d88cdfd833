"""In: what is unaccounted of a supply node, day by day. Out: whether that is too much. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from energy.alerting.rules.numbers import OWN, beyond
from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale
from energy.metering.channel import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceLoss:
    """Most that may be unaccounted beside the expected loss, of what comes in."""

    kind: ClassVar[RuleKind] = RuleKind.BALANCE
    scale: ClassVar[Scale | None] = Scale(unit="%", resolution=Fraction(1, 100))
    watches: ClassVar[frozenset[Kind]] = frozenset()
    above: int = field(metadata=OWN)
    """Raised when a whole local day lies above it, either way. [0.01 %]"""
    deadband: int = field(default=0, metadata=OWN)
    """How far it must come back to clear. [0.01 %]"""

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge the share of a day without its sign. [0.01 %]."""
        del memory, at_us, channel
        verdict, limit = beyond(value, above=self.above, deadband=self.deadband)
        return Judged(verdict, value, limit, ())
