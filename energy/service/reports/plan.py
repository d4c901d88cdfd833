"""In: what a person wrote about reports. Out: who gets them by when, and what is owed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from energy.service.reports.errors import ReportError
from energy.service.reports.kinds import ReportKind

_KEYS: Final = {"to", "remind", "remind_min", "contract_kw", "money", "deadline", "incident"}
_MOST_MIN: Final = 60 * 24 * 30


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDuty:
    """By when incidents of a class are told upward."""

    initial_min: int
    """Behind when it was heard of. [min]"""
    follow_up_min: int
    """Behind the report before, while it lasts; 0: none. [min]"""
    final_min: int
    """Behind its solution. [min]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPlan:
    """Who gets which report, and by when."""

    to: tuple[str, ...]
    """Groups and contacts of notices."""
    remind: tuple[str, ...]
    """Who is reminded."""
    remind_min: int
    """How long before the deadline. [min]"""
    contract_kw: Decimal | None
    """Demand agreed with the supplier. [kW]"""
    money: bool
    """Whether figures of money go into reports."""
    at: Mapping[ReportKind, time]
    """Deadline on the local day on which a day or week ended."""
    shift_min: int | None
    """Deadline behind the end of a shift; None: none. [min]"""
    incidents: Mapping[str, IncidentDuty]
    """By class of the service levels."""

    def due_at(self, kind: ReportKind, end: datetime, zone: ZoneInfo) -> datetime | None:
        """Return by when the report of a span that ended is to be upward; None: it stays here.

        Args:
            kind: Of the report.
            end: Of its span.
            zone: The site's.
        """
        if kind is ReportKind.SHIFT:
            return None if self.shift_min is None else end + timedelta(minutes=self.shift_min)
        at = self.at.get(kind)
        if at is None:
            return None
        return datetime.combine(end.astimezone(zone).date(), at, tzinfo=zone).astimezone(end.tzinfo)


def plan_from(spec: Mapping[str, Any]) -> ReportPlan:
    """Return the plan that a person wrote.

    Args:
        spec: `to`, `remind` (keys of groups and contacts), `remind_min`, `contract_kw`, `money`,
            `deadline` (day, week: "HH:MM"; shift_min), `incident` (by class: initial_min,
            follow_up_min, final_min).

    Raises:
        ReportError: It says what cannot be; names it.
    """
    for key in sorted(set(spec) - _KEYS):
        raise ReportError.of("unknown_key", key=key, known=", ".join(sorted(_KEYS)))
    deadline = _table(spec, "deadline")
    for key in sorted(set(deadline) - {"day", "week", "shift_min"}):
        raise ReportError.of("unknown_key", key=f"deadline.{key}", known="day, week, shift_min")
    to = _texts(spec, "to")
    if deadline and not to:
        raise ReportError.of("nobody")
    return ReportPlan(
        to=to,
        remind=_texts(spec, "remind"),
        remind_min=_number(spec, "remind_min", 30),
        contract_kw=_decimal(spec.get("contract_kw")),
        money=_flag(spec),
        at={ReportKind(key): _time(deadline[key]) for key in ("day", "week") if key in deadline},
        shift_min=_number(deadline, "shift_min", 0) if "shift_min" in deadline else None,
        incidents={key: _duty(key, row) for key, row in _table(spec, "incident").items()},
    )


class Stage(StrEnum):
    """Which report of an incident."""

    INITIAL = "initial"
    FOLLOW_UP = "follow-up"
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A report of an incident, told or to be told upward."""

    name: str
    """"initial", "follow-up-2", "final"; "final-2" of the next solution."""
    stage: Stage
    due_at: datetime
    sent_at: datetime | None

    def late(self, at: datetime) -> bool:
        """Return whether it went or goes past its deadline."""
        return (self.sent_at or at) > self.due_at


Solved = tuple[datetime, datetime]
"""When an incident seemed to be over, and when it was opened again."""


def owed(
    duty: IncidentDuty,
    heard_at: datetime,
    resolved_at: datetime | None,
    sent: Mapping[str, datetime],
    solved: Sequence[Solved] = (),
) -> list[Owed]:
    """Return the reports of an incident in order: those sent, and the next one that is owed.

    Args:
        duty: Of its class.
        heard_at: When its clock began.
        resolved_at: When it was over; None: it lasts.
        sent: When which was sent, by name.
        solved: Its solutions that did not hold, in order. A last report of one of them is none of
            the next one.
    """
    name = str(Stage.INITIAL)
    due = heard_at + timedelta(minutes=duty.initial_min)
    found = [Owed(name=name, stage=Stage.INITIAL, due_at=due, sent_at=sent.get(name))]
    number = 1
    while duty.follow_up_min and (last := found[-1].sent_at) is not None:
        due = _awake(last + timedelta(minutes=duty.follow_up_min), duty, solved)
        name = f"{Stage.FOLLOW_UP}-{number}"
        if name not in sent and resolved_at is not None and resolved_at <= due:
            break  # the next one is the last one
        found.append(Owed(name=name, stage=Stage.FOLLOW_UP, due_at=due, sent_at=sent.get(name)))
        number += 1
    finals = _finals(duty, resolved_at, sent, solved)
    if resolved_at is not None:
        found = [each for each in found if each.sent_at or each.stage is Stage.INITIAL]
    later = sorted(
        [*found[1:], *finals], key=lambda it: (it.sent_at is None, it.sent_at or it.due_at)
    )
    return [found[0], *later]


def _awake(due: datetime, duty: IncidentDuty, solved: Sequence[Solved]) -> datetime:
    """Return by when a follow-up is due; what fell into a solution, behind opening again."""
    for begin, end in solved:
        if begin <= due < end:
            return end + timedelta(minutes=duty.initial_min)
    return due


def _finals(
    duty: IncidentDuty,
    resolved_at: datetime | None,
    sent: Mapping[str, datetime],
    solved: Sequence[Solved],
) -> list[Owed]:
    """Return the last reports: of each solution that was told as one, and of that which holds."""
    found: list[Owed] = []
    ends = [begin for begin, _ in solved] + ([resolved_at] if resolved_at is not None else [])
    for place, end in enumerate(ends):
        number = len(found) + 1
        name = str(Stage.FINAL) if number == 1 else f"{Stage.FINAL}-{number}"
        at, holds = sent.get(name), place == len(solved)
        told = at is not None and at >= end
        if holds or (told and at is not None and not any(end < e <= at for e in ends)):
            due = end + timedelta(minutes=duty.final_min)
            found.append(
                Owed(name=name, stage=Stage.FINAL, due_at=due, sent_at=at if told else None)
            )
    return found


def _duty(key: str, row: object) -> IncidentDuty:
    names = ("initial_min", "follow_up_min", "final_min")
    if not isinstance(row, Mapping) or not {names[0], names[2]} <= set(row) <= set(names):
        raise ReportError.of("incident_duty", key=key)
    return IncidentDuty(**{name: _number(row, name, 0) for name in names})


def _table(spec: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = spec.get(key, {})
    if not isinstance(value, Mapping):
        raise ReportError.of("value", key=key)
    return value


def _texts(spec: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = spec.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise ReportError.of("value", key=key)
    return tuple(dict.fromkeys(value))


def _number(spec: Mapping[str, Any], key: str, otherwise: int) -> int:
    value = spec.get(key, otherwise)
    if type(value) is not int or not 0 <= value <= _MOST_MIN:
        raise ReportError.of("value", key=key)
    return value


def _flag(spec: Mapping[str, Any]) -> bool:
    value = spec.get("money", False)
    if not isinstance(value, bool):
        raise ReportError.of("value", key="money")
    return value


def _decimal(value: object) -> Decimal | None:
    if value is None:
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise ReportError.of("value", key="contract_kw") from error
    if isinstance(value, bool) or not found.is_finite() or found <= 0:
        raise ReportError.of("value", key="contract_kw")
    return found


def _time(value: object) -> time:
    try:
        at = time.fromisoformat(str(value))
    except ValueError as error:
        raise ReportError.of("value", key="deadline") from error
    if at.tzinfo is not None:
        raise ReportError.of("value", key="deadline")
    return at
