"""In: how far a channel's usage lies off its baseline. Out: whether an alarm stands. Pure.

What is learnt and judged stands in energy/alerting/baseline; a value here is the percent of the
alarm that stands on a side of the rule, 0 where none does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from energy.alerting.baseline.spec import FIXED, BaselineSpec, Side, side_of
from energy.alerting.rules.numbers import OWN
from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale, Verdict
from energy.metering.channel import USAGE_KINDS, Kind

PER_PERCENT = 100
USUAL = BaselineSpec()


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """By how much usage may differ from what it should be by now."""

    kind: ClassVar[RuleKind] = RuleKind.BASELINE
    scale: ClassVar[Scale | None] = Scale(unit="%", resolution=Fraction(1, PER_PERCENT))
    watches: ClassVar[frozenset[Kind]] = frozenset(USAGE_KINDS)
    above: int | None = field(default=None, metadata=OWN)
    """Six hours may be so much above; one, three hours and nights in proportion. [0.01 %]"""
    below: int | None = field(default=None, metadata=OWN)
    """Six hours may be so much below; with it a meter that stands still is told. [0.01 %]"""
    clear_h: int = USUAL.clear_h
    """Known hours without anything new after which an alert clears. [h]"""

    @property
    def spec(self) -> BaselineSpec:
        """Return what is watched: the sides for which there is a limit."""
        above = USUAL.above_percent if self.above is None else self.above / PER_PERCENT
        below = USUAL.below_percent if self.below is None else self.below / PER_PERCENT
        share = above / USUAL.above_percent
        limits = {Side.MORE: self.above, Side.LESS: self.below}
        return BaselineSpec(
            above_percent=above,
            briefly_percent=USUAL.briefly_percent * share,
            spike_percent=USUAL.spike_percent * share,
            nights_percent=USUAL.nights_percent * share,
            below_percent=below,
            clear_h=self.clear_h,
            limits={
                deviation: limit
                for deviation, limit in FIXED.items()
                if limits[side_of(deviation)] is not None
            },
        )

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge the percent of the alarm that stands, 0 for none. [0.01 %]."""
        del memory, at_us, channel
        limit = self.above if self.above is not None and (value > 0 or self.below is None) else None
        if limit is None:
            limit = -(self.below or 0)
        return Judged(Verdict.OVER if value else Verdict.UNDER, value, limit, ())
