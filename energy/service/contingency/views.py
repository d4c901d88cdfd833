"""In: events of contingency plans and activations. Out: their tables. I/O: PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from energy.service.contingency.activation import Activation
from energy.service.contingency.plan import ContingencyPlan
from energy.service.rows import insert, update

Cursor = psycopg.Cursor[tuple[object, ...]]
CONTINGENCY_TABLES = ("contingency_plan", "contingency_activation", "contingency_fact")


def fold_contingency(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event inside the follower's transaction."""
    match event:
        case ContingencyPlan.Created():
            """Its first version has the row."""
        case ContingencyPlan.Drafted():
            insert(
                cursor,
                f"{schema}.contingency_plan",
                key=event.key,
                version=event.version,
                spec=json.dumps(event.spec),
                author=event.by,
                written_at=event.timestamp,
                position=position,
            )
        case ContingencyPlan.Reviewed():
            keys = {"key": event.key, "version": event.version}
            told = {"reviewed_by": event.by, "reviewed_at": event.timestamp}
            update(cursor, f"{schema}.contingency_plan", keys, position, told)
        case Activation.Created():
            insert(
                cursor,
                f"{schema}.contingency_activation",
                activation=event.originator_id,
                number=event.number,
                key=event.key,
                version=event.version,
                spec=json.dumps(event.spec),
                drill=event.drill,
                reason=event.reason,
                incident=event.incident,
                activated_at=event.at,
                activated_by=event.by,
                position=position,
            )
        case Activation.Event():
            _acted(cursor, schema, position, event)
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _acted(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Write what was said of an activation; a closing is told by its own row, too."""
    if isinstance(event, Activation.Closed):
        keys = {"activation": event.originator_id}
        told = {"closed_at": event.timestamp, "closed_by": event.by, "words": event.words}
        update(cursor, f"{schema}.contingency_activation", keys, position, told)
        return
    insert(
        cursor,
        f"{schema}.contingency_fact",
        position=position,
        activation=event.originator_id,
        **_fact(event),
        person=event.by,
        told_at=event.timestamp,
    )


def _fact(event: Any) -> dict[str, object]:
    at, nothing = event.timestamp, {"result": "", "words": ""}
    match event:
        case Activation.Called():
            told = {"result": event.result, "words": event.words}
            return {"act": "call", "item": event.call, "at": at, **told}
        case Activation.StepDone():
            return {"act": "done", "item": event.step, "at": event.at, **nothing}
        case Activation.StepSkipped():
            told = {**nothing, "words": event.reason}
            return {"act": "skipped", "item": event.step, "at": at, **told}
        case Activation.Found():
            return {"act": "found", "item": 0, "at": at, **nothing, "words": event.words}
        case _:
            raise TypeError(f"no fold for {type(event)}")
