"""In: the journal of one alert. Out: what it tells, with names and reasons. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from dashboards.queries.alert_rows import AlertEvent
from dashboards.queries.sql_site import shown
from energy.alerting.alert import Alert

_VALUED = (Alert.Cleared, Alert.Known)


def people_of(event: Any) -> list[UUID]:
    """Return who acted in an event, and whom it was given to."""
    found = [getattr(event, name, None) for name in ("by", "to")]
    return [person for person in found if isinstance(person, UUID)]


def told_event(position: int, event: Any, names: Mapping[UUID, str], resolution: str) -> AlertEvent:
    """Return an entry of an alert's journal.

    Args:
        position: Of the entry.
        event: The event.
        names: Of people.
        resolution: Of the alert's channel. [unit]
    """
    by = getattr(event, "by", None)
    count = event.value if isinstance(event, _VALUED) else None
    if isinstance(event, Alert.Created) and not event.code:
        count = event.value
    at: datetime = event.timestamp
    told = AlertEvent(
        position=position,
        at=at,
        what=str(event.TOPIC).removeprefix("alert."),
        person=None if by is None else names.get(by, "?"),
        value=None if count is None else shown(count, resolution),
    )
    match event:
        case Alert.Assigned():
            return replace(told, said=names.get(event.to, "?"))
        case Alert.Shelved():
            return replace(told, said=event.reason, until=event.until)
        case Alert.Suppressed():
            return replace(told, code=f"suppression_why.{event.why}")
        case Alert.Closed():
            return replace(told, said=event.words, code=f"alert_cause.{event.cause}")
        case Alert.Escalated():
            return replace(told, said=str(event.level))
        case _:
            return told
