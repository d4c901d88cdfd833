"""In: what a switching order is to be. Out: the same, checked. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from energy.service.switching.errors import SwitchingError, worded
from energy.service.switching.steps import SwitchingPlan

_LONGEST: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Which node, why, when, and who carries it out."""

    about: str
    """"node:UTILITY/KEY"."""
    reason: str
    begins_at: datetime
    ends_at: datetime
    operator: UUID
    guardian: UUID

    def checked(self, now: datetime) -> Planned:
        """Return it with its reason on one line.

        Raises:
            SwitchingError: Operator and guardian are one, there is no reason, the span is none,
                past or too long.
        """
        if self.operator == self.guardian:
            raise SwitchingError.of("same")
        if self.ends_at <= max(self.begins_at, now) or self.ends_at - self.begins_at > _LONGEST:
            raise SwitchingError.of("span", days=_LONGEST.days)
        return replace(self, reason=worded(self.reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What its steps come from."""

    plan: SwitchingPlan
    version: int
    """Of the template."""
    undoes: UUID | None = None
    request: dict[str, Any] = field(default_factory=dict)
