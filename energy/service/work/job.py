"""In: what is to be done, what was used, how long it took. Out: the same, checked. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from energy.service.work.errors import WorkError, worded
from energy.service.work.heard import Spot
from energy.service.work.kinds import OrderKind

LONGEST_STRETCH: Final = timedelta(hours=24)
_MOST_PARTS: Final = 1_000_000
_LONGEST_ITEM: Final = 80
_LONGEST_UNIT: Final = 12


def whole_minute(at: datetime) -> datetime:
    """Return the begin of an instant's minute: people state minutes, a clock knows more."""
    return at.replace(second=0, microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be done."""

    kind: OrderKind
    what: str
    incident: UUID | None = None
    plan: str = ""
    """Number of the plan of maintenance that it is of; "" of none."""
    equipment: str = ""
    """Number of the piece of equipment; "" of none."""
    spot: Spot
    since: datetime
    """When it came up: nothing of it was done before."""
    due_at: datetime | None = None
    """By when it is to be done, where that is stated."""

    def checked(self, now: datetime) -> dict[str, str]:
        """Return its words and keys.

        Raises:
            WorkError: Nothing is said of what is to be done; it came up in the future.
        """
        if self.since > now:
            raise WorkError.of("future", at=self.since)
        if self.due_at is not None and self.due_at <= self.since:
            raise WorkError.of("due", at=self.due_at)
        return {
            "kind": str(self.kind),
            "what": worded(self.what, "what"),
            "plan": self.plan,
            "equipment": self.equipment,
            **asdict(self.spot),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """How long one person worked."""

    person: UUID
    began_at: datetime
    ended_at: datetime

    def demand_beside(self, others: Iterable[Stretch]) -> None:
        """Refuse a stretch that cannot be, or not beside others.

        Raises:
            WorkError: It is none or too long, or overlaps another one of the same person.
        """
        if not timedelta() < self.ended_at - self.began_at <= LONGEST_STRETCH:
            raise WorkError.of("span")
        for each in others:
            together = each.began_at < self.ended_at and self.began_at < each.ended_at
            if each.person == self.person and together:
                raise WorkError.of("overlap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something used up or built in."""

    item: str
    """As the store calls it."""
    number: int
    """How many units."""
    unit: str
    """For example "pcs" or "cm"."""

    def checked(self) -> Part:
        """Return it on one line.

        Raises:
            WorkError: There is no item, unit or number, or too much of it.
        """
        item, unit = " ".join(self.item.split()), self.unit.strip()
        if not (0 < len(item) <= _LONGEST_ITEM and 0 < len(unit) <= _LONGEST_UNIT):
            raise WorkError.of("part", item=_LONGEST_ITEM, unit=_LONGEST_UNIT)
        if not 0 < self.number <= _MOST_PARTS:
            raise WorkError.of("part_number", most=_MOST_PARTS)
        return Part(item=item, number=self.number, unit=unit)
