"""In: events of rules, alerts, suppressions, notes. Out: the tables that tell of them. I/O."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from energy.alerting.alert import Alert
from energy.alerting.notices.contact import Contact, ContactGroup
from energy.alerting.notices.notice import Notice
from energy.alerting.notices.reply import NoticeReply
from energy.alerting.notices.template import NoticePlan, NoticeTemplate
from energy.alerting.notices.views import fold_notices, wake
from energy.alerting.outages.outage import Outage
from energy.alerting.outages.views import fold_outage
from energy.alerting.rule import Rule
from energy.alerting.sounding.silence import AlarmSound
from energy.alerting.sounding.sound_test import SoundTest
from energy.alerting.sounding.views import fold_sound
from energy.alerting.suppression import Suppression
from energy.metering.pinned_note import NoteEntry
from energy.views.pinned_notes import fold_note

Cursor = psycopg.Cursor[tuple[object, ...]]
OPERATIONS_VIEWS = "operations"
"""Name of the follower of the operations journal."""


class AlertView:
    """Folds operations events into rows."""

    def fold(
        self,
        cursor: Cursor,
        schema: str,
        position: int,
        event: Any,
    ) -> None:
        """Apply one event inside the follower's transaction."""
        if isinstance(event, Alert.Event):
            wake(cursor, schema)
        match event:
            case Rule.Event():
                _ruled(cursor, schema, position, event)
            case Alert.Created():
                _raised(cursor, schema, position, event)
            case Alert.Event():
                _changed(cursor, schema, position, event)
            case Suppression.Event():
                _expected(cursor, schema, position, event)
            case Outage.Event():
                fold_outage(cursor, schema, position, event)
            case AlarmSound.Event() | SoundTest.Event():
                fold_sound(cursor, schema, position, event)
            case NoteEntry.Event():
                fold_note(cursor, schema, position, event)
            case Notice.Event() | NoticeReply.Event() | NoticeTemplate.Event() | NoticePlan.Event():
                fold_notices(cursor, schema, position, event)
            case Contact.Event() | ContactGroup.Event():
                fold_notices(cursor, schema, position, event)
            case _:
                raise TypeError(f"no fold for {type(event)}")


def _ruled(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case Rule.Created():
            cursor.execute(
                f"INSERT INTO {schema}.rule VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (
                    event.originator_id,
                    event.key,
                    event.version,
                    event.spec["name"],
                    event.spec["channel"],
                    json.dumps(event.spec),
                    position,
                ),
            )
        case Rule.Enabled():
            cursor.execute(
                f"UPDATE {schema}.rule SET spec = spec - 'enabled', position = %s WHERE rule = %s",
                (position, event.originator_id),
            )
        case Rule.Withdrawn():
            cursor.execute(f"DELETE FROM {schema}.rule WHERE rule = %s", (event.originator_id,))
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _raised(cursor: Cursor, schema: str, position: int, event: Alert.Created) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.alert (alert, rule, channel, severity, raised_at, value, "
        "limit_value, historic, name, key, about, cuts, parent, position) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            event.alert,
            event.rule,
            event.channel,
            event.severity,
            event.at,
            event.value,
            event.limit_value,
            event.historic,
            event.name,
            event.key,
            event.about,
            event.cuts,
            event.parent,
            position,
        ),
    )
    if event.code:
        cursor.execute(
            f"INSERT INTO {schema}.alert_finding VALUES (%s, %s, %s, %s, %s)",
            (event.alert, event.code, event.channel, event.about, position),
        )


def _changed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Write the columns that an event of an alert changes."""
    columns = _columns(event)
    told = ", ".join(f"{name} = {value}" for name, (value, _) in columns.items())
    cursor.execute(
        f"UPDATE {schema}.alert SET {told}, position = %s WHERE alert = %s".encode(),
        (*(given for _, given in columns.values()), position, event.originator_id),
    )


def _columns(event: Any) -> dict[str, tuple[str, object]]:
    """Return the columns that an event changes, each with how it is written and its value."""
    match event:
        case Alert.Cleared():
            closed = event.at if event.closes else None
            return _plain(cleared_at=event.at, lost_at=None, closed_at=closed)
        case Alert.Lost():
            return _plain(lost_at=event.at)
        case Alert.Known():
            return _plain(lost_at=None)
        case Alert.Suppressed():
            told = json.dumps({event.reference: event.why})
            return {"suppressed": ("suppressed || %s::jsonb", told)}
        case Alert.Unsuppressed():
            return {"suppressed": ("suppressed - %s::text", event.reference)}
        case Alert.Attached():
            return _plain(parent=event.parent)
        case Alert.Escalated():
            return _plain(level=event.level, escalated_at=event.timestamp)
        case _:
            return _by_people(event)


def _by_people(event: Any) -> dict[str, tuple[str, object]]:
    """Return the columns that what a person did changes; a shelf may end by itself."""
    at = event.timestamp
    match event:
        case Alert.Acknowledged():
            seen = _plain(acknowledged_at=at, acknowledged_by=event.by)
            return seen | (_plain(closed_at=at) if event.closes else {})
        case Alert.Assigned():
            return _plain(assigned_to=event.to, assigned_by=event.by, assigned_at=at)
        case Alert.Shelved():
            return _plain(shelved_until=event.until, shelved_by=event.by, shelf_reason=event.reason)
        case Alert.Unshelved():
            return _plain(shelved_until=None, shelved_by=None, shelf_reason="")
        case Alert.Closed():
            return _plain(closed_at=at, closed_by=event.by, cause=event.cause, words=event.words)
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _plain(**values: object) -> dict[str, tuple[str, object]]:
    return {name: ("%s", value) for name, value in values.items()}


def _expected(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case Suppression.Created():
            cursor.execute(
                f"INSERT INTO {schema}.suppression (suppression, why, about, reason, begins_at, "
                "ends_at, person, position) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    event.suppression,
                    event.why,
                    event.about,
                    event.reason,
                    event.begins_at,
                    event.ends_at,
                    event.by,
                    position,
                ),
            )
        case Suppression.Moved():
            cursor.execute(
                f"UPDATE {schema}.suppression SET begins_at = %s, ends_at = %s, position = %s "
                "WHERE suppression = %s",
                (event.begins_at, event.ends_at, position, event.originator_id),
            )
        case Suppression.Ended():
            cursor.execute(
                f"UPDATE {schema}.suppression SET ended_at = %s, position = %s "
                "WHERE suppression = %s",
                (event.timestamp, position, event.originator_id),
            )
        case _:
            raise TypeError(f"no fold for {type(event)}")
