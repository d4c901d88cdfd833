"""In: the plan of notices as a person writes it (TOML). Out: the plan as values. Pure.

Who is told of which severity at which level, by which ways, in which hours; how often it is
repeated and when the next level is told; quiet hours, limits, signature, blocked words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.rules.calendar import Calendar, calendar_of
from energy.alerting.severity import AlertSeverity

SEVERITIES = ("critical", "high", "medium", "low")
"""Priority classes, the first sent first."""
_KEYS = frozenset(
    {"signature", "blocked_words", "quiet", "person_per_hour", "duty", "who", "shift_test"}
)
_ROW_KEYS = frozenset({"severity", "level", "group", "ways", "hours", "rules"})
_SHIFT_KEYS = frozenset({"at", "group", "way", "within_s"})
_DUTY_KEYS = frozenset({"repeat_s", "escalate_s", "tell_cleared"})
_LEAST_REPEAT_S = 30
_MOST_LEVEL = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What a severity obliges us to."""

    repeat_s: int
    """Told again after so long, until somebody acknowledges; 0 tells once. [s]"""
    escalate_s: int
    """The next level is told when nobody has acknowledged for so long; 0 never. [s]"""
    tell_cleared: bool
    """Whether those who were told of it are told that it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoRow:
    """Some people are told of some alerts."""

    severities: frozenset[str]
    level: int
    """1 is told at once."""
    group: str
    ways: tuple[GatewayKind, ...]
    """The first is used; the next one when that was given up."""
    hours: Calendar | None = None
    """When this row counts; None is always."""
    rules: frozenset[str] = frozenset()
    """Keys of the rules it is about; empty is every alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftTest:
    """A message to the duty phones at the begin of each shift."""

    at: tuple[time, ...]
    """When shifts begin, by the site's clock."""
    group: str
    way: GatewayKind
    within_s: int
    """A receipt that comes later is late. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who is told, by which ways and when."""

    signature: Mapping[str, str]
    """Who writes, by language."""
    duties: Mapping[str, Duty]
    """By severity; one without is told to nobody."""
    rows: tuple[WhoRow, ...]
    quiet: Mapping[str, Calendar]
    """By severity: hours in which its notices wait."""
    person_per_hour: int
    """Most messages to one person in an hour but for critical ones; more come as one. 0: any."""
    blocked_words: tuple[str, ...] = ()
    """Words that gateways refuse."""
    shift_tests: tuple[ShiftTest, ...] = ()

    def levels(self, severity: str, rule: str) -> tuple[int, ...]:
        """Return the levels that are told of an alert, the first one first.

        Args:
            severity: Of the alert.
            rule: Key of its rule; "" where it tells of a finding.
        """
        return tuple(sorted({row.level for row in self.rows if row_means(row, severity, rule)}))

    def ways(self, severity: str, rule: str, level: int) -> frozenset[GatewayKind]:
        """Return by which ways a level is told of an alert, in whatever hours."""
        rows = (row for row in self.rows if row.level == level and row_means(row, severity, rule))
        return frozenset(way for row in rows for way in row.ways)

    @property
    def untold(self) -> tuple[str, ...]:
        """Return the severities of which nobody is told: they have no duty, or no row.

        What is low demands nothing of anybody: a plan tells it where somebody wants to know.
        """
        told = {severity for row in self.rows for severity in row.severities & set(self.duties)}
        return tuple(str(severity) for severity in AlertSeverity if severity not in told)


def row_means(row: WhoRow, severity: str, rule: str) -> bool:
    """Return whether a row is about an alert, whatever the hour."""
    return severity in row.severities and (not row.rules or rule in row.rules)


def plan_from(spec: Mapping[str, Any], zone: ZoneInfo) -> Plan:
    """Return the plan that a person wrote.

    Args:
        spec: As the file or an event holds it.
        zone: Hours are by the site's clock.

    Raises:
        NoticeError: It says too little, too much or what cannot be.
        CalendarError: Hours cannot be read.
    """
    _known(spec, _KEYS)
    duties = {_severity(name): _duty(name, row) for name, row in _table(spec, "duty").items()}
    rows = tuple(_row(row, zone) for row in _list(spec, "who"))
    for row in rows:
        for severity in sorted(row.severities - set(duties)):
            raise NoticeError.of("no_duty", severity=severity)
    signature = {str(k): str(v) for k, v in _table(spec, "signature").items()}
    if set(signature) != {"en", "zh"} or not all(each.strip() for each in signature.values()):
        raise NoticeError.of("signature")
    return Plan(
        signature=signature,
        duties=duties,
        rows=rows,
        quiet={
            _severity(name): _hours(texts, zone) for name, texts in _table(spec, "quiet").items()
        },
        person_per_hour=_number(spec, "person_per_hour", 0, 10_000),
        blocked_words=tuple(_texts(spec.get("blocked_words", []))),
        shift_tests=tuple(_shift_test(row) for row in _list(spec, "shift_test")),
    )


def _shift_test(row: Mapping[str, Any]) -> ShiftTest:
    _known(row, _SHIFT_KEYS)
    group, way = row.get("group"), row.get("way")
    if way not in set(GatewayKind):
        raise NoticeError.of("ways", ways=str(way), known=", ".join(GatewayKind))
    try:
        begins = tuple(time.fromisoformat(each) for each in _texts(row.get("at", [])))
    except ValueError as error:
        raise NoticeError.of("shift_test") from error
    local = all(each.tzinfo is None for each in begins)
    if not begins or not local or not isinstance(group, str) or not group:
        raise NoticeError.of("shift_test")
    within_s = _number(row, "within_s", _LEAST_REPEAT_S, 86_400)
    return ShiftTest(at=begins, group=group, way=GatewayKind(way), within_s=within_s)


def _row(row: Mapping[str, Any], zone: ZoneInfo) -> WhoRow:
    _known(row, _ROW_KEYS)
    ways = _texts(row.get("ways", []))
    if not ways or not set(ways) <= set(GatewayKind):
        raise NoticeError.of("ways", ways=", ".join(ways), known=", ".join(GatewayKind))
    severities = _texts(row.get("severity", []))
    group = row.get("group")
    if not severities or not isinstance(group, str) or not group:
        raise NoticeError.of("row")
    return WhoRow(
        severities=frozenset(_severity(each) for each in severities),
        level=_number(row, "level", 1, _MOST_LEVEL),
        group=group,
        ways=tuple(GatewayKind(each) for each in dict.fromkeys(ways)),
        hours=_hours(row["hours"], zone) if "hours" in row else None,
        rules=frozenset(_texts(row.get("rules", []))),
    )


def _duty(severity: str, row: object) -> Duty:
    if not isinstance(row, Mapping):
        raise NoticeError.of("no_duty", severity=severity)
    _known(row, _DUTY_KEYS)
    repeat_s = _number(row, "repeat_s", 0, 86_400)
    tell = row.get("tell_cleared")
    if 0 < repeat_s < _LEAST_REPEAT_S or not isinstance(tell, bool):
        raise NoticeError.of("duty", severity=severity, least=_LEAST_REPEAT_S)
    return Duty(
        repeat_s=repeat_s, escalate_s=_number(row, "escalate_s", 0, 86_400), tell_cleared=tell
    )


def _severity(name: str) -> str:
    if name not in SEVERITIES:
        raise NoticeError.of("severity", severity=name, known=", ".join(SEVERITIES))
    return name


def _hours(texts: object, zone: ZoneInfo) -> Calendar:
    """Return hours of the week: "mon-fri 08:00-18:00", "mon-sun 22:00-07:00"."""
    return calendar_of({"hours": _texts(texts)}, zone)


def _texts(value: object) -> list[str]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, Sequence) or not all(isinstance(each, str) for each in found):
        raise NoticeError.of("texts", value=repr(value))
    return [str(each) for each in found]


def _number(table: Mapping[str, Any], key: str, least: int, most: int) -> int:
    value = table.get(key)
    if type(value) is not int or not least <= value <= most:
        raise NoticeError.of("number", key=key, least=least, most=most)
    return value


def _table(spec: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = spec.get(key, {})
    if not isinstance(found, Mapping):
        raise NoticeError.of("table", key=key)
    return found


def _list(spec: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    found = spec.get(key, [])
    if not isinstance(found, Sequence) or not all(isinstance(each, Mapping) for each in found):
        raise NoticeError.of("table", key=key)
    return found


def _known(table: Mapping[str, Any], keys: frozenset[str]) -> None:
    for key in sorted(set(table) - keys):
        raise NoticeError.of("unknown_key", key=key, known=", ".join(sorted(keys)))
