"""In: values of a gauge. Out: whether they rise or fall too fast. Pure.

The change since the value before is scaled to `per_s`, and compared exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from energy.alerting.rules.numbers import OWN
from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale, Verdict
from energy.metering.channel import Kind

MOST = 2**62
"""Greatest change that is told: two values a microsecond apart may be more than a fact holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateOfChange:
    """Most that a value may change in a time; one of both ways at the least."""

    kind: ClassVar[RuleKind] = RuleKind.RATE
    scale: ClassVar[Scale | None] = None
    watches: ClassVar[frozenset[Kind]] = frozenset({Kind.GAUGE})
    rise: int | None = field(default=None, metadata=OWN)
    """Raised when it rises by more. [count]"""
    fall: int | None = field(default=None, metadata=OWN)
    """Raised when it falls by more. [count]"""
    per_s: int = 60
    """In which time. [s]"""
    deadband: int = field(default=0, metadata=OWN)
    """How far below the limit the change must come back to clear. [count]"""

    def __post_init__(self) -> None:
        """Hold the invariant: there is a limit and a time."""
        assert self.rise is not None or self.fall is not None, "a rate of change has a limit"
        assert self.per_s > 0, "a rate of change has a time"

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge the change since the value before; the first says nothing."""
        del channel
        after = (at_us, value)
        limit = self.rise if self.rise is not None else self.fall
        assert limit is not None, "a rate of change has a limit"
        if not memory:
            return Judged(Verdict.SILENT, value, limit, after)
        passed_us = at_us - memory[0]
        scaled = (value - memory[1]) * self.per_s * 1_000_000
        rate = max(-MOST, min(MOST, scaled // passed_us))
        near = Verdict.UNDER
        for way, most in ((1, self.rise), (-1, self.fall)):
            if most is None:
                continue
            if way * scaled > most * passed_us:
                return Judged(Verdict.OVER, rate, way * most, after)
            if way * scaled >= (most - self.deadband) * passed_us:
                near = Verdict.BETWEEN
        return Judged(near, rate, limit, after)
