"""In: events of switching orders and their templates. Out: their tables. I/O: PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from energy.service.rows import insert, update
from energy.service.switching.kinds import StepState, SwitchingState
from energy.service.switching.node import SwitchingNode
from energy.service.switching.order import SwitchingOrder
from energy.service.switching.order_facts import LEADS_TO
from energy.service.switching.request import SwitchingRequest
from energy.service.switching.template import SwitchingTemplate

Cursor = psycopg.Cursor[tuple[object, ...]]
SWITCHING_TABLES = (
    *("switching_template", "switching_order", "switching_step", "switching_permit"),
    "switching_fact",
)


def fold_switching(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event inside the follower's transaction."""
    match event:
        case SwitchingTemplate.Event():
            _templates(cursor, schema, position, event)
        case SwitchingOrder.Created():
            _written(cursor, schema, position, event)
            _happened(cursor, schema, position, event)
        case SwitchingOrder.Event():
            _changed(cursor, schema, position, event)
            _happened(cursor, schema, position, event)
        case SwitchingRequest.Event():
            """Told by the order that was written for it."""
        case SwitchingNode.Event():
            """Told by the order that told the step or gave the permit."""
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _templates(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case SwitchingTemplate.Drafted():
            insert(
                cursor,
                f"{schema}.switching_template",
                key=event.key,
                version=event.version,
                spec=json.dumps(event.spec),
                author=event.by,
                drafted_at=event.timestamp,
                position=position,
            )
        case SwitchingTemplate.Reviewed():
            cursor.execute(
                f"UPDATE {schema}.switching_template SET reviewed_by = %s, reviewed_at = %s, "
                "position = %s WHERE key = %s AND version = %s",
                (event.by, event.timestamp, position, event.key, event.version),
            )
        case SwitchingTemplate.Created():
            """Its first version has the row."""
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _written(cursor: Cursor, schema: str, position: int, event: SwitchingOrder.Created) -> None:
    insert(
        cursor,
        f"{schema}.switching_order",
        switching_order=event.order,
        number=event.number,
        about=event.about,
        reason=event.reason,
        begins_at=event.begins_at,
        ends_at=event.ends_at,
        operator=event.operator,
        guardian=event.guardian,
        template=event.template,
        version=event.version,
        name=json.dumps(event.name),
        permit_after=event.permit_after,
        undoes=event.undoes,
        request=json.dumps(event.request),
        state=SwitchingState.WRITTEN,
        author=event.by,
        written_at=event.timestamp,
        position=position,
    )
    for number, step in enumerate(event.steps, 1):
        insert(
            cursor,
            f"{schema}.switching_step",
            switching_order=event.order,
            step=number,
            spec=json.dumps(step),
            state=StepState.WAITING,
            position=position,
        )


def _changed(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    thing = event.originator_id
    match event:
        case SwitchingOrder.PermitGiven():
            insert(
                cursor,
                f"{schema}.switching_permit",
                switching_order=thing,
                permit=event.permit,
                what=event.what,
                place=event.where,
                earthed_at=event.earthed_at,
                holder=event.holder,
                valid_until=event.valid_until,
                given_by=event.by,
                given_at=event.timestamp,
                position=position,
            )
        case SwitchingOrder.PermitReturned():
            cursor.execute(
                f"UPDATE {schema}.switching_permit SET returned_by = %s, returned_at = %s, "
                "reason = %s, position = %s WHERE switching_order = %s AND permit = %s",
                (event.by, event.timestamp, event.reason, position, thing, event.permit),
            )
        case SwitchingOrder.Aborted():
            # The step that was told last may have been carried out, or not.
            cursor.execute(
                f"UPDATE {schema}.switching_step SET state = CASE WHEN step = ANY(%s) THEN %s "
                "ELSE %s END, position = %s WHERE switching_order = %s AND state = %s",
                (
                    *(event.done, StepState.DONE, StepState.WAITING, position, thing),
                    StepState.TOLD,
                ),
            )
        case _:
            step = _of_step(event)
            if step:
                update(
                    cursor,
                    f"{schema}.switching_step",
                    {"switching_order": thing, "step": event.step},
                    position,
                    step,
                )
    update(
        cursor,
        f"{schema}.switching_order",
        {"switching_order": thing},
        position,
        _of_order(event),
    )


def _of_step(event: Any) -> dict[str, object]:
    """Return the columns of its step that an event changes."""
    by, at = event.by, event.timestamp
    match event:
        case SwitchingOrder.StepTold():
            return {"state": StepState.TOLD, "told_by": by, "told_at": at}
        case SwitchingOrder.StepReadBack():
            return {"state": StepState.DONE, "read_back_by": by, "read_back_at": at}
        case SwitchingOrder.StepSkipped():
            why = {"skipped_by": by, "skipped_at": at, "reason": event.reason}
            return {"state": StepState.SKIPPED, **why}
        case _:
            return {}


def _of_order(event: Any) -> dict[str, object]:
    """Return the columns of its order that an event changes."""
    by, at = event.by, event.timestamp
    ended = {"ended_by": by, "ended_at": at}
    state = LEADS_TO.get(event.TOPIC)
    told: dict[str, object] = {} if state is None else {"state": state}
    match event:
        case SwitchingOrder.Approved():
            return {**told, "approved_by": by, "approved_at": at}
        case SwitchingOrder.Released():
            return {**told, "released_by": by, "released_at": at}
        case SwitchingOrder.Withdrawn():
            return {**told, **ended, "words": event.reason}
        case SwitchingOrder.Stopped():
            return {**told, "words": event.reason}
        case SwitchingOrder.Vouched() if event.resumes:
            return {"state": SwitchingState.UNDER_WAY, "words": ""}
        case SwitchingOrder.Aborted():
            return {**told, **ended, "words": event.reason, "undo": json.dumps(event.undo)}
        case SwitchingOrder.BackWritten():
            return {"back": event.order}
        case SwitchingOrder.Completed():
            return {**told, **ended}
        case _:
            return told


def _happened(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    insert(
        cursor,
        f"{schema}.switching_fact",
        position=position,
        switching_order=event.originator_id,
        act=event.TOPIC.partition(".")[2],
        person=event.by,
        at=event.timestamp,
        step=getattr(event, "step", None),
        words=getattr(event, "reason", ""),
    )
