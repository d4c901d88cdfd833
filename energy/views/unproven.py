"""In: events of meters. Out: findings of multipliers that nobody has proven. I/O: PostgreSQL.

A meter that came by a table counts from its day on, but by what its usage is multiplied rests on
what somebody typed. What it counts or delivers bars every bill until the multiplier is proven at
the meter (`field prove`), or a person resolves the finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from energy.base.finding import Finding, Severity
from energy.journal.ingest import store_findings
from energy.metering.channel import USAGE_KINDS
from energy.metering.meter import UNPROVEN, Meter
from energy.views.noted import FOR_GOOD

MULTIPLIER_UNPROVEN = "meter.multiplier_unproven"
Cursor = psycopg.Cursor[tuple[object, ...]]
_HOLDS = (
    "code = %(code)s AND end_at = %(end)s AND channel = ANY(%(channels)s) "
    "AND explained_position IS NULL AND resolved_position IS NULL"
)


def find_unproven(cursor: Cursor, schema: str, position: int, event: Meter.Commissioned) -> None:
    """Write a finding for each channel with usage of a meter whose multiplier is not proven.

    Args:
        cursor: Inside the follower's transaction.
        schema: Schema of the views.
        position: Of the event.
        event: A meter began to serve its point.
    """
    if UNPROVEN not in event.record:
        return
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"SELECT number FROM {schema}.channel JOIN {schema}.meter USING (point) "
        "WHERE meter = %s AND kind = ANY(%s) AND channel.utility IS NOT NULL ORDER BY number",
        (event.originator_id, [kind.value for kind in USAGE_KINDS]),
    ).fetchall()
    proof = {"source": event.source, "serial": event.serial, "multiplier": event.multiplier}
    found = [_finding(number, event.at, FOR_GOOD, position, proof) for (number,) in rows]
    store_findings(cursor.connection, schema, found)


def explain_unproven(cursor: Cursor, schema: str, position: int, point: str, serial: str) -> None:
    """Let the findings of a meter hold no more: its multiplier was proven.

    Args:
        cursor: Inside the follower's transaction.
        schema: Schema of the views.
        position: Of the event that proved it.
        point: The metering point.
        serial: Of the meter that was proven.
    """
    cursor.execute(
        f"UPDATE {schema}.finding SET explained_position = %(position)s WHERE {_HOLDS} "
        "AND proof->>'serial' = %(serial)s",
        {
            **_what(_channels(cursor, schema, point)),
            "position": position,
            "serial": serial,
        },
    )


def end_unproven(
    cursor: Cursor, schema: str, position: int, channels: Sequence[int], at: datetime
) -> None:
    """Let the findings of some channels end where their meter or its ratio did.

    What was counted until then stays unproven: it waits for a person.

    Args:
        cursor: Inside the follower's transaction.
        schema: Schema of the views.
        position: Of the event.
        channels: Their numbers.
        at: When another meter or ratio came.
    """
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"UPDATE {schema}.finding SET explained_position = %(position)s WHERE {_HOLDS} "
        "RETURNING channel, start_at, proof",
        {**_what(channels), "position": position},
    ).fetchall()
    found = [_finding(number, start, at, position, proof) for number, start, proof in sorted(rows)]
    store_findings(cursor.connection, schema, found)


def _channels(cursor: Cursor, schema: str, point: str) -> list[int]:
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"SELECT number FROM {schema}.channel WHERE point = %s", (point,)
    ).fetchall()
    return [number for (number,) in rows]


def _what(channels: Sequence[int]) -> dict[str, object]:
    return {"code": MULTIPLIER_UNPROVEN, "end": FOR_GOOD, "channels": list(channels)}


def _finding(
    channel: int, start: datetime, end: datetime, position: int, proof: dict[str, Any]
) -> Finding:
    return Finding(
        code=MULTIPLIER_UNPROVEN,
        severity=Severity.DO_NOT_BILL,
        channel=channel,
        start=start,
        end=end,
        position=position,
        proof=proof,
    )
