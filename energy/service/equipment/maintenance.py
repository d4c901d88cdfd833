"""In: a plan, what was done last, an instant, run hours. Out: whether it is due. Pure.

Days of a calendar are counted from the plan's first day, so they never drift. What was done up to
a quarter of the time between two of them early counts for the later one; what is late moves none.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import count, pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from energy.base.period import local_day
from energy.service.equipment.words import EquipmentError, limited, worded

_MOST: Final = 100_000
"""Days, weeks or hours from one time to the next."""
_MOST_MONTHS: Final = 1200
"""Months from one time to the next: the calendar ends with the year 9999."""
_EARLY: Final = 4
"""A share of the time between two days: so much early counts."""


class PlanKind(StrEnum):
    """What is done by a plan."""

    MAINTENANCE = "maintenance"
    STANDBY_TEST = "standby_test"
    """A standby piece is started."""
    CHANGE_OVER = "change_over"
    """A standby piece takes over the load."""

    @property
    def tested(self) -> bool:
        """Return whether how it went is recorded."""
        return self is not PlanKind.MAINTENANCE


class Every(StrEnum):
    """By what a plan counts."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    HOURS = "hours"
    """Run hours."""
    ALERT = "alert"
    """Each time a rule raises an alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSpec:
    """What is to be done of what, and when."""

    kind: PlanKind
    name: str
    equipment: str = ""
    """Number of a piece; "" for those of a class."""
    of_class: str = ""
    every: Every
    number: int = 1
    """Of days, weeks, months or hours."""
    first_on: date | None = None
    """First local day by the calendar; None where it goes by something else."""
    rule: str = ""
    """Key of the rule whose alerts it waits for."""
    level: str = ""
    """Class of the work orders that are made of it by themselves; "" a person makes them."""
    checklist: str = ""
    """Key of their checklist; "" of none."""
    owner: str = ""
    """Id of the person who owns them; "" whoever is on duty then."""

    def checked(self) -> PlanSpec:
        """Return it, its name on one line.

        Raises:
            EquipmentError: It names neither or both of piece and class, or its parts do not fit.
        """
        if bool(self.equipment) == bool(self.of_class):
            raise EquipmentError.of("plan_whom")
        most = _MOST_MONTHS if self.every is Every.MONTHS else _MOST
        if not 1 <= self.number <= most:
            raise EquipmentError.of("plan_number", most=most)
        if (self.first_on is None) == (self.every in CALENDAR):
            raise EquipmentError.of("plan_first")
        if bool(self.rule) != (self.every is Every.ALERT):
            raise EquipmentError.of("plan_rule")
        if self.every is Every.ALERT and self.of_class:
            raise EquipmentError.of("plan_rule_piece")
        if (self.checklist or self.owner) and not self.level:
            raise EquipmentError.of("plan_level")
        return PlanSpec.from_json({**self.to_json(), "name": worded(limited(self.name), "name")})

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; of its orders what is said, as before there were any."""
        first = None if self.first_on is None else self.first_on.isoformat()
        said = {key: value for key, value in asdict(self).items() if value or key not in _OF_ORDERS}
        return {**said, "first_on": first}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> PlanSpec:
        """Return what to_json stored."""
        first = stored["first_on"]
        return cls(
            **{
                **stored,
                "kind": PlanKind(stored["kind"]),
                "every": Every(stored["every"]),
                "first_on": None if first is None else date.fromisoformat(first),
            }
        )


_OF_ORDERS: Final = frozenset({"level", "checklist", "owner"})
CALENDAR: Final = frozenset({Every.DAYS, Every.WEEKS, Every.MONTHS})


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """How a test or change-over of a standby piece went."""

    __test__ = False

    started: bool
    took_load: bool
    minutes: int
    """How long it ran. [min]"""

    def passed(self, kind: PlanKind) -> bool:
        """Return whether it did what it is there for; else the plan stays due."""
        return self.started and (self.took_load or kind is PlanKind.STANDBY_TEST)


class DueState(StrEnum):
    """How a plan stands for a piece."""

    DUE = "due"
    NOT_YET = "not_yet"
    UNKNOWN = "unknown"
    """Nothing tells its run hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How a plan stands for a piece at an instant."""

    state: DueState
    on: date | None = None
    """Local day on which it is or was due; None where run hours say it, or no alert was raised."""
    left_h: Fraction | None = None
    """Run hours until it is due; below zero where it is over."""


RunHours = Sequence[tuple[datetime, Fraction]]
"""What a counter of run hours showed, in order of time. [h]"""


def due(
    spec: PlanSpec,
    last_done: datetime | None,
    at: datetime,
    *,
    since: date,
    zone: ZoneInfo,
    hours: RunHours = (),
    raised: Sequence[datetime] = (),
) -> Due:
    """Return how a plan stands for a piece at an instant.

    Args:
        spec: The plan.
        last_done: When it was done last; None: never.
        at: The instant; what is after it has not happened.
        since: First local day in service.
        zone: The site's zone.
        hours: What its counter of run hours showed.
        raised: When alerts of the plan's rule were raised.
    """
    if spec.every is Every.HOURS:
        return _by_hours(spec, last_done, at, hours)
    if spec.every is Every.ALERT:
        first = min(
            (each for each in raised if each <= at and (last_done is None or each > last_done)),
            default=None,
        )
        if first is None:
            return Due(state=DueState.NOT_YET)
        return Due(state=DueState.DUE, on=local_day(first, zone))
    done = None if last_done is None else local_day(last_done, zone)
    day = _next_day(spec, done, since)
    state = DueState.DUE if day <= local_day(at, zone) else DueState.NOT_YET
    return Due(state=state, on=day)


def ran(hours: RunHours, since: datetime | None, at: datetime) -> Fraction | None:
    """Return how long a piece ran between two instants. [h]; None where nothing tells it.

    A counter that shows less than before was exchanged: that step tells nothing.

    Args:
        hours: What it showed, in order of time.
        since: The first instant; None: from its first reading on.
        at: The last.
    """
    known = [each for each in hours if each[0] <= at]
    if not known:
        return None
    before = [each for each in known if since is not None and each[0] <= since]
    counted = [*before[-1:], *(each for each in known if since is None or each[0] > since)]
    steps = (last - first for (_, first), (_, last) in pairwise(counted))
    return sum((step for step in steps if step > 0), Fraction(0))


def _by_hours(spec: PlanSpec, done: datetime | None, at: datetime, hours: RunHours) -> Due:
    used = ran(hours, done, at)
    if used is None:
        return Due(state=DueState.UNKNOWN)
    left = spec.number - used
    return Due(state=DueState.DUE if left <= 0 else DueState.NOT_YET, left_h=left)


def _next_day(spec: PlanSpec, done: date | None, since: date) -> date:
    """Return the first day of the calendar that nothing was done for yet."""
    before: date | None = None
    for place in count():
        day = _day(spec, place)
        free = done is None or (
            day > done and (before is None or (day - done) * _EARLY > day - before)
        )
        if free and day >= since:
            return day
        before = day
    raise AssertionError("unreachable")


def _day(spec: PlanSpec, place: int) -> date:
    assert spec.first_on is not None, "a calendar has a first day"
    first, steps = spec.first_on, place * spec.number
    if spec.every is not Every.MONTHS:
        return first + timedelta(days=steps * (7 if spec.every is Every.WEEKS else 1))
    year, month = divmod(first.year * 12 + first.month - 1 + steps, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))
