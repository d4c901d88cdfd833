"""In: a rule, what an event wants of it. Out: the stricter rule of the event's time. Pure.

It is a rule like any other: evaluated by the same engine, listed, replayed, shown by its alerts.
Its own time ends it; what of it stands open then clears at the next value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from energy.alerting.rules.kinds import KINDS
from energy.alerting.rules.spec import RuleKind
from energy.alerting.rules.tables import SEVERITIES
from energy.base.period import Period
from energy.service.assurance.errors import AssuranceError
from energy.service.assurance.event_file import LIMITS
from energy.service.assurance.plan import Limit

EVENT: Final = "event"
"""Names, in the spec of a rule, the event that it serves."""
_LESS: Final = {"above", "rise", "fall"}
"""Numbers that are stricter when they are less; a number `below` is stricter when it is more."""


def rule_key(number: str, edition: int, rule: str) -> str:
    """Return the key of the rule that an edition of an event makes of another one."""
    return f"{number}-{edition}-{rule}"


def stricter(
    base: Mapping[str, Any],
    limit: Limit,
    *,
    event: tuple[str, int],
    period: Period,
    within: Mapping[str, Sequence[str]],
    by: UUID,
) -> dict[str, Any]:
    """Return the spec of the rule that holds while an event lasts.

    Args:
        base: Spec of the rule that it follows.
        limit: What the event wants of it.
        event: Its number and edition.
        period: Its time.
        within: `places` and `points` that it is about.
        by: Who approves it.

    Raises:
        AssuranceError: The rule has no limits that can be narrowed, is an event's itself, or the
            new limits are no exact numbers or not stricter.
    """
    kind = RuleKind(base.get("kind", RuleKind.THRESHOLD))
    known: Mapping[str, Any] = base.get("terms") or {}
    own = [name for name in LIMITS if name in known]
    if not own or EVENT in base or not KINDS[kind].watches or base.get("subject") is None:
        raise AssuranceError.of("limit_kind", rule=limit.rule)
    if limit.severity and limit.severity not in SEVERITIES:
        raise AssuranceError.of("severity", rule=limit.rule, known=", ".join(SEVERITIES))
    terms = {**known, **_numbers(known, limit, own)}
    number, edition = event
    spec = {name: value for name, value in base.items() if name not in _OF_THE_BASE}
    return {
        **spec,
        "key": rule_key(number, edition, limit.rule),
        "name": f"{base['name']} ({number})",
        "version": 1,
        "severity": limit.severity or _above(base["severity"]),
        "terms": terms,
        "subject": {**base["subject"], "within": {key: list(within[key]) for key in within}},
        "valid_from": period.start.isoformat(),
        "valid_to": period.end.isoformat(),
        EVENT: number,
        "follows": [base["key"], base["version"]],
        "defined_by": str(by),
    }


_OF_THE_BASE: Final = {"enabled", "valid_from", "valid_to", "calendar", "preset"}
"""Not taken over: an event lasts at every hour of its time."""


def _numbers(known: Mapping[str, Any], limit: Limit, own: Sequence[str]) -> dict[str, str]:
    """Return the limits of a rule that are stricter, as people write them."""
    if limit.factor:
        factor = Fraction(limit.factor)
        found = {}
        for name in own:
            before = _exact(limit.rule, known[name])
            if before <= 0:
                raise AssuranceError.of("factor_of", rule=limit.rule, name=name, value=known[name])
            found[name] = before * factor if name in _LESS else before / factor
    else:
        found = {name: _exact(limit.rule, value) for name, value in limit.numbers.items()}
    for name, value in found.items():
        if name not in own:
            raise AssuranceError.of(
                "limit_unknown", rule=limit.rule, name=name, known=", ".join(own)
            )
        before = _exact(limit.rule, known[name])
        if value > before if name in _LESS else value < before:
            raise AssuranceError.of("looser", rule=limit.rule, name=name, value=known[name])
    return {name: str(value) for name, value in found.items()}


def _exact(rule: str, value: object) -> Fraction:
    text = str(value)
    try:
        return Fraction("" if "e" in text.lower() else text)
    except (ValueError, ZeroDivisionError) as error:
        raise AssuranceError.of("limit_number", rule=rule, value=text[:40]) from error


def _above(severity: str) -> str:
    """Return the severity above one; the highest stays."""
    return SEVERITIES[min(SEVERITIES.index(severity) + 1, len(SEVERITIES) - 1)]
