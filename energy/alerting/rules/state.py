"""In: states of a contact. Out: whether it is tripped, open or faulty. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale, Verdict
from energy.metering.channel import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class StateIs:
    """Counts of a state channel that are an alert: docs/site-file.md lists what they mean."""

    kind: ClassVar[RuleKind] = RuleKind.STATE
    scale: ClassVar[Scale | None] = None
    watches: ClassVar[frozenset[Kind]] = frozenset({Kind.STATE})
    states: tuple[int, ...]
    """Raised in one of them. [count]"""

    def __post_init__(self) -> None:
        """Hold the invariant: there is such a state."""
        assert self.states, "a state rule has a state"

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge one state; nothing is remembered."""
        del memory, at_us, channel
        holds = value in self.states
        limit = value if holds else self.states[0]
        return Judged(Verdict.OVER if holds else Verdict.UNDER, value, limit, ())
