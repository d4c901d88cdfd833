"""In: values of a gauge or of intervals. Out: whether nothing flows. Pure.

How long nothing may flow is the rule's delay. A counter that does not move is the kind `stuck`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from energy.alerting.rules.numbers import OWN
from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale, Verdict
from energy.metering.channel import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Zero:
    """What counts as nothing."""

    kind: ClassVar[RuleKind] = RuleKind.ZERO
    scale: ClassVar[Scale | None] = None
    watches: ClassVar[frozenset[Kind]] = frozenset({Kind.GAUGE, Kind.INTERVAL})
    within: int = field(default=0, metadata=OWN)
    """A value of no more than this, either way, is nothing. [count]"""
    deadband: int = field(default=0, metadata=OWN)
    """How far beyond it a value must be to clear. [count]"""

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge one value; nothing is remembered."""
        del memory, at_us, channel
        if abs(value) <= self.within:
            return Judged(Verdict.OVER, value, self.within, ())
        near = abs(value) <= self.within + self.deadband
        return Judged(Verdict.BETWEEN if near else Verdict.UNDER, value, self.within, ())
