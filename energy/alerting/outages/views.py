"""In: events of planned outages. Out: the table that tells of them. I/O: PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from energy.alerting.outages.outage import Outage

Cursor = psycopg.Cursor[tuple[object, ...]]


def fold_outage(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of an outage inside the follower's transaction."""
    match event:
        case Outage.Created():
            cursor.execute(
                f"INSERT INTO {schema}.outage (outage, about, version, holds, reason, begins_at, "
                "ends_at, author, position) VALUES (%s, %s, 1, 0, %s, %s, %s, %s, %s)",
                (
                    *(event.outage, event.about, event.reason, event.begins_at, event.ends_at),
                    *(event.by, position),
                ),
            )
        case Outage.Changed():
            cursor.execute(
                f"UPDATE {schema}.outage SET version = %s, reason = %s, begins_at = %s, "
                "ends_at = %s, author = %s, position = %s WHERE outage = %s",
                (
                    *(event.version, event.reason, event.begins_at, event.ends_at, event.by),
                    *(position, event.originator_id),
                ),
            )
        case Outage.Reviewed():
            cursor.execute(
                f"UPDATE {schema}.outage SET holds = %s, held_from = begins_at, held_to = ends_at, "
                "nodes = %s, accounts = %s, unreached = %s, reviewed_by = %s, reviewed_at = %s, "
                "position = %s WHERE outage = %s",
                (
                    *(event.version, json.dumps(event.nodes), json.dumps(event.accounts)),
                    *(json.dumps(event.unreached), event.by, event.timestamp),
                    *(position, event.originator_id),
                ),
            )
        case Outage.Cancelled():
            cursor.execute(
                f"UPDATE {schema}.outage SET version = %s, reason = %s, cancelled_by = %s, "
                "cancelled_at = %s, held_from = NULL, held_to = NULL, position = %s "
                "WHERE outage = %s",
                (
                    *(event.version, event.reason, event.by, event.timestamp),
                    *(position, event.originator_id),
                ),
            )
        case _:
            raise TypeError(f"no fold for {type(event)}")
