"""In: a rule as its event stored it. Out: the rule as a value. Pure.

A spec stored before rules had kinds is a threshold: its limits stand beside its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from energy.alerting.rules.calendar import calendar_of
from energy.alerting.rules.spec import RuleKind, RuleSpec, Subject, Terms
from energy.alerting.rules.threshold import Threshold

TERMS: Final[Mapping[RuleKind, type[Terms]]] = {RuleKind.THRESHOLD: Threshold}
"""The numbers of each kind."""


def spec_of(rule: UUID, stored: Mapping[str, Any], zone: ZoneInfo) -> RuleSpec:
    """Return the rule that its event stored.

    Args:
        rule: Id of the rule's version.
        stored: The event's spec.
        zone: The site's zone, in which its hours are meant.

    Raises:
        CalendarError: Its hours cannot be read.
    """
    kind = RuleKind(stored.get("kind", RuleKind.THRESHOLD))
    terms = stored.get("terms") or {name: stored[name] for name in ("above", "deadband")}
    valid_from = stored.get("valid_from")
    calendar = stored.get("calendar")
    return RuleSpec(
        rule=rule,
        key=stored["key"],
        version=stored["version"],
        kind=kind,
        name=stored["name"],
        severity=stored["severity"],
        subject=Subject(channel=stored["channel"]),
        terms=TERMS[kind](**terms),
        delay_s=stored.get("delay_s", 0),
        fresh_s=stored.get("fresh_s", 900),
        valid_from=None if valid_from is None else datetime.fromisoformat(valid_from),
        calendar=None if calendar is None else calendar_of(calendar, zone),
    )
