"""In: when alerts of other rules stood. Out: whether they stand together. Pure.

A rule counts as true while an alert of it stands, and for `within_s` after it was raised: so
that what happens shortly one after the other belongs together. After that it is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale, Verdict
from energy.metering.channel import Kind

Stood = tuple[int, int | None]
"""When an alert was raised and cleared; None while it stands. [us]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Keys of other rules, and how they must stand together."""

    kind: ClassVar[RuleKind] = RuleKind.COMBINATION
    scale: ClassVar[Scale | None] = Scale(unit="", resolution=Fraction(1))
    watches: ClassVar[frozenset[Kind]] = frozenset()
    all_of: tuple[str, ...] = ()
    """All of these."""
    any_of: tuple[str, ...] = ()
    """And at least one of these, where there are any."""
    none_of: tuple[str, ...] = ()
    """And none of these."""
    within_s: int = 60
    """How long an alert counts after it was raised, though it was cleared. [s]"""

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of all rules that it names."""
        return (*self.all_of, *self.any_of, *self.none_of)

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge how many of the rules stand; see `holding`."""
        del memory, at_us, channel
        return Judged(Verdict.OVER if value > 0 else Verdict.UNDER, value, 1, ())

    def holding(self, stood: Mapping[str, Sequence[Stood]], at_us: int) -> int:
        """Return how many of the rules hold together; 0 where they do not all.

        Args:
            stood: By key of a rule, when its alerts stood.
            at_us: Instant. [us]
        """

        def true(key: str) -> bool:
            return any(
                raised <= at_us
                and (cleared is None or at_us < max(cleared, raised + 1_000_000 * self.within_s))
                for raised, cleared in stood.get(key, ())
            )

        some = sum(map(true, self.any_of))
        holds = all(map(true, self.all_of)) and (some > 0 or not self.any_of)
        if not holds or any(map(true, self.none_of)):
            return 0
        return len(self.all_of) + some
