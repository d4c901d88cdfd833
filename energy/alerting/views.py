"""In: events of rules, alerts, notes. Out: `rule`, `alert`, `alert_finding`, `pinned_note`. I/O."""

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
from energy.alerting.rule import Rule
from energy.metering.pinned_note import NoteEntry
from energy.views.pinned_notes import fold_note

OPERATIONS_VIEWS = "operations"
"""Name of the follower of the operations journal."""


class AlertView:
    """Folds operations events into rows."""

    def fold(
        self,
        cursor: psycopg.Cursor[tuple[object, ...]],
        schema: str,
        position: int,
        event: Any,
    ) -> None:
        """Apply one event inside the follower's transaction."""
        if isinstance(event, Alert.Event):
            wake(cursor, schema)
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
            case Rule.Withdrawn():
                cursor.execute(f"DELETE FROM {schema}.rule WHERE rule = %s", (event.originator_id,))
            case Alert.Created():
                _raised(cursor, schema, position, event)
            case Alert.Cleared():
                cursor.execute(
                    f"UPDATE {schema}.alert SET cleared_at = %s, position = %s WHERE alert = %s",
                    (event.at, position, event.originator_id),
                )
            case Alert.Acknowledged():
                cursor.execute(
                    f"UPDATE {schema}.alert SET acknowledged_at = %s, acknowledged_by = %s, "
                    "position = %s WHERE alert = %s",
                    (event.timestamp, event.by, position, event.originator_id),
                )
            case NoteEntry.Event():
                fold_note(cursor, schema, position, event)
            case Notice.Event() | NoticeReply.Event() | NoticeTemplate.Event() | NoticePlan.Event():
                fold_notices(cursor, schema, position, event)
            case Contact.Event() | ContactGroup.Event():
                fold_notices(cursor, schema, position, event)
            case _:
                raise TypeError(f"no fold for {type(event)}")


def _raised(
    cursor: psycopg.Cursor[tuple[object, ...]], schema: str, position: int, event: Alert.Created
) -> None:
    cursor.execute(
        f"INSERT INTO {schema}.alert (alert, rule, channel, severity, raised_at, "
        "value, limit_value, historic, position) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            event.alert,
            event.rule,
            event.channel,
            event.severity,
            event.at,
            event.value,
            event.limit_value,
            event.historic,
            position,
        ),
    )
    if event.code:
        cursor.execute(
            f"INSERT INTO {schema}.alert_finding VALUES (%s, %s, %s, %s, %s)",
            (event.alert, event.code, event.channel, event.about, position),
        )
