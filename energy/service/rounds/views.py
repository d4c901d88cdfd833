"""In: events of rounds and their plan. Out: their tables. I/O: PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from energy.service.rounds.kinds import COUNTING
from energy.service.rounds.plans import PatrolPlans
from energy.service.rounds.round import PatrolRound
from energy.service.rows import insert, update

Cursor = psycopg.Cursor[tuple[object, ...]]
PATROL_TABLES = (*("patrol_plan", "patrol_round", "patrol_value", "patrol_skip", "patrol_raised"),)
"""Tables that tell of rounds."""


def fold_rounds(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event inside the follower's transaction."""
    match event:
        case PatrolPlans.Created():
            """Its first version has the row."""
        case PatrolPlans.Published():
            insert(
                cursor,
                f"{schema}.patrol_plan",
                version=event.version,
                valid_from=event.valid_from,
                spec=json.dumps(event.spec),
                author=event.by,
                published_at=event.published_at,
                position=position,
            )
        case PatrolRound.Event():
            _walked(cursor, schema, position, event)
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _walked(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case PatrolRound.Created():
            insert(
                cursor,
                f"{schema}.patrol_round",
                patrol_round=event.originator_id,
                key=event.key,
                due_at=event.due_at,
                version=event.version,
                owner=event.by,
                started_at=event.started_at,
                position=position,
            )
            return
        case PatrolRound.ValueTold():
            _told(cursor, schema, position, event)
        case PatrolRound.StopSkipped():
            insert(
                cursor,
                f"{schema}.patrol_skip",
                position=position,
                patrol_round=event.originator_id,
                stop=event.stop,
                reason=event.reason,
                person=event.by,
                told_at=event.timestamp,
            )
        case PatrolRound.RaisedFrom():
            insert(
                cursor,
                f"{schema}.patrol_raised",
                position=position,
                patrol_round=event.originator_id,
                stop=event.stop,
                value=event.value,
                kind=event.kind,
                thing=event.thing,
                number=event.number,
                person=event.by,
                told_at=event.timestamp,
            )
        case PatrolRound.Ended():
            """The row of the round tells it."""
        case _:
            raise TypeError(f"no fold for {type(event)}")
    ended = {"ended_at": event.timestamp} if isinstance(event, PatrolRound.Ended) else {}
    keys = {"patrol_round": event.originator_id}
    update(cursor, f"{schema}.patrol_round", keys, position, ended)


def _told(cursor: Cursor, schema: str, position: int, event: PatrolRound.ValueTold) -> None:
    """Keep an entry; one that counts takes the place of the one that counted."""
    table = f"{schema}.patrol_value"
    counts = event.entry in COUNTING
    if counts:
        cursor.execute(
            f"UPDATE {table} SET counts = false WHERE patrol_round = %s AND stop = %s "
            "AND value = %s AND counts".encode(),
            (event.originator_id, event.stop, event.value),
        )
    insert(
        cursor,
        table,
        position=position,
        patrol_round=event.originator_id,
        stop=event.stop,
        value=event.value,
        entry=event.entry,
        counts=counts,
        said=event.said,
        read_at=event.read_at,
        outside=event.outside,
        reason=event.reason,
        note=event.note,
        person=event.by,
        told_at=event.timestamp,
    )
