"""In: nothing. Out: what an edition of an assured event says, to and from JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from energy.base.period import Period
from energy.service.assurance.errors import AssuranceError
from energy.service.assurance.kinds import Phase
from energy.service.work.checklist import CheckItem, items_from_json

LONGEST_DAYS: Final = 31
"""Longest event. [d]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A rule that is stricter while the event lasts."""

    rule: str
    """Key of the rule that it follows."""
    numbers: Mapping[str, str]
    """Own limits by name, in the unit of the rule."""
    factor: str
    """By which the rule's limits are narrowed, at most 1; "" where own ones stand."""
    severity: str
    """Of its alerts; "" is one above the rule's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A post that is to be filled over a span."""

    post: str
    person: UUID | None
    """None: whoever the roster has there."""
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A question of the checklist with its phase."""

    phase: Phase
    item: CheckItem


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlan:
    """What one edition says."""

    title: str
    period: Period
    places: tuple[str, ...]
    """Keys of the place tree; what lies in them is meant, too."""
    nodes: tuple[str, ...]
    """UTILITY/KEY of supply graphs."""
    limits: tuple[Limit, ...]
    staff: tuple[Staff, ...]
    checks: tuple[Check, ...]

    def check(self, key: str) -> Check | None:
        """Return the question of a key."""
        return next((each for each in self.checks if each.item.key == key), None)

    def demand_time(self, now: datetime, begun_at: datetime | None = None) -> None:
        """Refuse a span that is none, is past, or is too long.

        Args:
            now: Present instant.
            begun_at: When the edition before begins: what runs may keep its beginning.

        Raises:
            AssuranceError: It is.
        """
        begins, ends = self.period.start, self.period.end
        long = ends - begins > timedelta(days=LONGEST_DAYS)
        if long or ends <= begins or ends <= now or (begins < now and begins != begun_at):
            raise AssuranceError.of("time", most=LONGEST_DAYS)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "title": self.title,
            **_span(self.period),
            "places": list(self.places),
            "nodes": list(self.nodes),
            "limits": [{**asdict(each), "numbers": dict(each.numbers)} for each in self.limits],
            "staff": [
                {
                    "post": each.post,
                    "person": None if each.person is None else str(each.person),
                    **_span(each.period),
                }
                for each in self.staff
            ],
            "checks": [
                {"phase": str(each.phase), **asdict(each.item), "ask": dict(each.item.ask)}
                for each in self.checks
            ],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> EventPlan:
        """Return what to_json stored."""
        return cls(
            title=stored["title"],
            period=_period(stored),
            places=tuple(stored["places"]),
            nodes=tuple(stored["nodes"]),
            limits=tuple(Limit(**each) for each in stored["limits"]),
            staff=tuple(
                Staff(
                    post=each["post"],
                    person=None if each["person"] is None else UUID(each["person"]),
                    period=_period(each),
                )
                for each in stored["staff"]
            ),
            checks=tuple(map(_check, stored["checks"])),
        )


def _span(period: Period) -> dict[str, str]:
    return {"begins_at": period.start.isoformat(), "ends_at": period.end.isoformat()}


def _period(stored: Mapping[str, Any]) -> Period:
    begins, ends = (datetime.fromisoformat(stored[name]) for name in ("begins_at", "ends_at"))
    return Period(start=begins, end=ends)


def _check(stored: Mapping[str, Any]) -> Check:
    rest = {name: value for name, value in stored.items() if name != "phase"}
    (item,) = items_from_json([rest])
    return Check(phase=Phase(stored["phase"]), item=item)
