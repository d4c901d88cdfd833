"""In: events of assured events. Out: their tables. I/O: PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import psycopg

from energy.service.assurance.event import AssuredEvent
from energy.service.assurance.kinds import EventState
from energy.service.rows import insert, update

Cursor = psycopg.Cursor[tuple[object, ...]]
ASSURANCE_TABLES = (
    "assured_event",
    "assured_event_edition",
    "assured_event_answer",
    "assured_event_allowed",
)


def fold_assurance(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event inside the follower's transaction."""
    table = f"{schema}.assured_event"
    match event:
        case AssuredEvent.Created():
            insert(
                cursor,
                table,
                assured_event=event.originator_id,
                number=event.number,
                **_head(event.spec),
                state=EventState.PLANNED,
                edition=1,
                holds=0,
                spec=json.dumps(event.spec),
                author=event.by,
                planned_at=event.timestamp,
                position=position,
            )
            _edition(cursor, schema, position, event, 1, "")
        case AssuredEvent.Changed():
            _edition(cursor, schema, position, event, event.edition, event.reason)
            _update(cursor, schema, position, event)
        case AssuredEvent.Approved():
            keys = {"assured_event": event.originator_id, "edition": event.edition}
            told = {"approved_by": event.by, "approved_at": event.timestamp}
            update(cursor, f"{table}_edition", keys, position, told)
            _update(cursor, schema, position, event)
        case AssuredEvent.Checked():
            insert(
                cursor,
                f"{table}_answer",
                position=position,
                assured_event=event.originator_id,
                item=event.item,
                value=event.value,
                person=event.by,
                told_at=event.timestamp,
            )
        case AssuredEvent.Allowed():
            insert(
                cursor,
                f"{table}_allowed",
                position=position,
                assured_event=event.originator_id,
                thing=event.thing,
                called=event.called,
                reason=event.reason,
                person=event.by,
                told_at=event.timestamp,
            )
        case AssuredEvent.Event():
            _update(cursor, schema, position, event)
        case _:
            """The book tells nothing that the events do not."""


def _edition(
    cursor: Cursor, schema: str, position: int, event: Any, edition: int, reason: str
) -> None:
    insert(
        cursor,
        f"{schema}.assured_event_edition",
        assured_event=event.originator_id,
        edition=edition,
        spec=json.dumps(event.spec),
        reason=reason,
        author=event.by,
        written_at=event.timestamp,
        position=position,
    )


def _update(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Change the row of an event; what holds is told by the newest edition that was approved."""
    keys = {"assured_event": event.originator_id}
    update(cursor, f"{schema}.assured_event", keys, position, _of(cursor, schema, event))


def _of(cursor: Cursor, schema: str, event: Any) -> dict[str, object]:
    """Return the columns that an event changes."""
    by, at = event.by, event.timestamp
    match event:
        case AssuredEvent.Changed():
            told = {"edition": event.edition, "spec": json.dumps(event.spec), "author": by}
            row: Any = cursor.execute(
                f"SELECT holds FROM {schema}.assured_event WHERE assured_event = %s".encode(),
                (event.originator_id,),
            ).fetchone()
            return told if row[0] else {**told, **_head(event.spec)}
        case AssuredEvent.Approved():
            row = cursor.execute(
                f"SELECT spec FROM {schema}.assured_event WHERE assured_event = %s".encode(),
                (event.originator_id,),
            ).fetchone()
            return {
                **_head(row[0]),
                "state": EventState.APPROVED,
                "holds": event.edition,
                "held": json.dumps(row[0]),
                "rules": list(event.rules),
                "approved_by": by,
                "approved_at": at,
            }
        case AssuredEvent.CalledOff():
            state = {"state": EventState.CALLED_OFF, "reason": event.reason}
            return {**state, "called_off_by": by, "called_off_at": event.at}
        case AssuredEvent.Signed():
            state = {"state": EventState.SIGNED, "words": event.words, "report": event.contents}
            return {**state, "signed_by": by, "signed_at": at}
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _head(spec: Mapping[str, Any]) -> dict[str, object]:
    return {name: spec[name] for name in ("title", "begins_at", "ends_at")}
