"""In: the phases' values of one instant. Out: whether they lie too far apart. Pure.

Imbalance is the largest deviation of a phase from the mean of all, in percent of the mean (as
NEMA MG-1 defines that of voltages; the same of currents). All phases must have a value of the same
instant: what a device did not read at once is not compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from energy.alerting.rules.numbers import COUNTS, OWN
from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale, Verdict
from energy.metering.channel import Kind

_ITEM = 3
"""Numbers remembered of a phase: channel, instant, value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imbalance:
    """How far phases may lie apart."""

    kind: ClassVar[RuleKind] = RuleKind.IMBALANCE
    scale: ClassVar[Scale | None] = Scale(unit="%", resolution=Fraction(1, 100))
    watches: ClassVar[frozenset[Kind]] = frozenset({Kind.GAUGE})
    above: int = field(metadata=OWN)
    """Raised above it. [0.01 %]"""
    deadband: int = field(default=0, metadata=OWN)
    """[0.01 %]"""
    least: int = field(default=0, metadata=COUNTS)
    """Below this mean, imbalance means nothing. [count]"""
    phases: int = 3
    """Channels that are compared."""

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge one phase's value with the others of its instant; silent until all are there."""
        rows = [memory[n : n + _ITEM] for n in range(0, len(memory), _ITEM)]
        rows = [row for row in rows if row[0] != channel and row[1] == at_us]
        rows.append((channel, at_us, value))
        after = tuple(number for row in sorted(rows) for number in row)
        if len(rows) < self.phases:
            return Judged(Verdict.SILENT, 0, self.above, after)
        values = [row[2] for row in rows]
        total, many = sum(values), len(values)
        if total <= self.least * many or total <= 0:
            return Judged(Verdict.UNDER, 0, self.above, after)
        apart = max(abs(each * many - total) for each in values) * 10_000
        told = apart // total
        if apart > self.above * total:
            return Judged(Verdict.OVER, told, self.above, after)
        near = apart >= (self.above - self.deadband) * total
        return Judged(Verdict.BETWEEN if near else Verdict.UNDER, told, self.above, after)
