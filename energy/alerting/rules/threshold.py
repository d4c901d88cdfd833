"""In: values of a gauge. Out: whether they lie beyond a limit. Pure.

A value above `above`, or below `below`, raises; the alert clears when it is back by more than the
deadband. Between is neither, so that what trembles at the limit is one alert.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from energy.alerting.rules.numbers import OWN, OWN_UP, beyond
from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale
from energy.metering.channel import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Limits in the channel's counts; one of both at the least."""

    kind: ClassVar[RuleKind] = RuleKind.THRESHOLD
    scale: ClassVar[Scale | None] = None
    watches: ClassVar[frozenset[Kind]] = frozenset({Kind.GAUGE, Kind.INTERVAL})
    above: int | None = field(default=None, metadata=OWN)
    """Raised above it. [count]"""
    below: int | None = field(default=None, metadata=OWN_UP)
    """Raised below it. [count]"""
    deadband: int = field(default=0, metadata=OWN)
    """How far beyond the limit it must come back to clear. [count]"""

    def __post_init__(self) -> None:
        """Hold the invariant: there is a limit."""
        assert self.above is not None or self.below is not None, "a threshold has a limit"

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge one value; nothing is remembered."""
        del memory, at_us, channel
        verdict, limit = beyond(value, above=self.above, below=self.below, deadband=self.deadband)
        return Judged(verdict, value, limit, ())
