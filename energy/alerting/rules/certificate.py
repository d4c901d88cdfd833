"""In: when a certificate ends. Out: whether that is soon. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from energy.alerting.rules.numbers import OWN, OWN_UP, beyond
from energy.alerting.rules.spec import Judged, Memory, RuleKind, Scale
from energy.metering.channel import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateExpiry:
    """Days that a certificate should still hold."""

    kind: ClassVar[RuleKind] = RuleKind.CERTIFICATE
    scale: ClassVar[Scale | None] = Scale(unit="d", resolution=Fraction(1))
    watches: ClassVar[frozenset[Kind]] = frozenset()
    below: int = field(metadata=OWN_UP)
    """Raised when fewer whole days are left. [d]"""
    deadband: int = field(default=0, metadata=OWN)
    """How far it must come back to clear. [d]"""

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge the days that are left. [d]."""
        del memory, at_us, channel
        verdict, limit = beyond(value, below=self.below, deadband=self.deadband)
        return Judged(verdict, value, limit, ())
