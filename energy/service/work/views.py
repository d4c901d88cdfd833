"""In: events of incidents, work orders, what they are measured by. Out: their tables. I/O."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from energy.service.rows import insert, update
from energy.service.work.checklist import ChecklistTemplate
from energy.service.work.incident import Incident
from energy.service.work.kinds import IncidentState, OrderState
from energy.service.work.levels import ServiceLevels
from energy.service.work.order import WorkOrder

Cursor = psycopg.Cursor[tuple[object, ...]]
REOPENED = "reopened"
"""Why a clock stood still between the end of an incident and its second life."""
WORK_TABLES = (
    *("service_levels", "checklist", "incident", "incident_pause", "work_order"),
    *("work_order_part", "work_order_time", "work_order_paper", "work_fact"),
)
_OWN = {"originator_id", "originator_version", "originator_topic", "timestamp", "command_id", "by"}
"""What a row of what happened has columns for, or nobody reads there."""
_LONG = {"items", "spec"}


def fold_work(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event inside the follower's transaction."""
    match event:
        case ServiceLevels.Event() | ChecklistTemplate.Event():
            _published(cursor, schema, position, event)
            return
        case Incident.Created():
            _opened(cursor, schema, position, event)
        case Incident.Event():
            _incident(cursor, schema, position, event)
        case WorkOrder.Created():
            _ordered(cursor, schema, position, event)
        case WorkOrder.Event():
            _order(cursor, schema, position, event)
        case _:
            raise TypeError(f"no fold for {type(event)}")
    _happened(cursor, schema, position, event)


def _happened(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    told = {
        name: value if isinstance(value, int | dict | list) else str(value)
        for name, value in event.__dict__.items()
        if name not in _OWN | _LONG and value is not None
    }
    insert(
        cursor,
        f"{schema}.work_fact",
        position=position,
        thing=event.originator_id,
        act=event.TOPIC,
        person=getattr(event, "by", None),
        at=event.timestamp,
        told=json.dumps(told),
    )


def _published(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    match event:
        case ServiceLevels.Created() | ChecklistTemplate.Created():
            return
        case ServiceLevels.Published():
            key: dict[str, object] = {"version": event.version, "valid_from": event.valid_from}
            table = "service_levels"
        case ChecklistTemplate.Published():
            key = {"key": event.spec["key"], "version": event.number}
            table = "checklist"
            cursor.execute(f"DELETE FROM {schema}.checklist WHERE key = %s", (key["key"],))
        case _:
            raise TypeError(f"no fold for {type(event)}")
    insert(
        cursor,
        f"{schema}.{table}",
        **key,
        spec=json.dumps(event.spec),
        author=event.by,
        published_at=event.timestamp,
        position=position,
    )


def _opened(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    promise = {name: value for name, value in event.promise.items() if name != "reopen_days"}
    insert(
        cursor,
        f"{schema}.incident",
        incident=event.incident,
        number=event.number,
        **event.heard,
        **promise,
        heard_at=event.heard_at,
        opened_at=event.timestamp,
        opened_by=event.by,
        owner=event.by,
        state=IncidentState.OPEN,
        position=position,
    )


def _incident(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    at, thing = event.timestamp, event.originator_id
    match event:
        case Incident.Paused():
            insert(
                cursor,
                f"{schema}.incident_pause",
                incident=thing,
                begin_at=at,
                waits_for=event.waits_for,
                position=position,
            )
        case Incident.Resumed():
            cursor.execute(
                f"UPDATE {schema}.incident_pause SET end_at = %s "
                "WHERE incident = %s AND end_at IS NULL",
                (at, thing),
            )
        case Incident.Reopened():
            cursor.execute(
                f"INSERT INTO {schema}.incident_pause (incident, begin_at, end_at, waits_for, "
                f"position) SELECT incident, resolved_at, %s, %s, %s FROM {schema}.incident "
                "WHERE incident = %s",
                (at, REOPENED, position, thing),
            )
        case Incident.Ordered() | Incident.OrderEnded():
            step = 1 if isinstance(event, Incident.Ordered) else -1
            cursor.execute(
                f"UPDATE {schema}.incident SET open_orders = open_orders + %s WHERE incident = %s",
                (step, thing),
            )
        case _:
            """Nothing beside its row."""
    update(cursor, f"{schema}.incident", {"incident": thing}, position, _of_incident(event))


def _of_incident(event: Any) -> dict[str, object]:
    """Return the columns that an event of an incident changes."""
    at, by = event.timestamp, getattr(event, "by", None)
    match event:
        case Incident.Responded():
            return {"state": IncidentState.UNDER_WAY, "responded_at": at, "responded_by": by}
        case Incident.Paused():
            return {"state": IncidentState.PAUSED, "waits_for": event.waits_for}
        case Incident.Resumed():
            return {"state": IncidentState.UNDER_WAY, "waits_for": ""}
        case Incident.Diagnosed():
            return {"problem": event.problem, "cause": event.cause, "words": event.words}
        case Incident.Changed():
            return {"changed": event.words}
        case Incident.Resolved():
            return {"state": IncidentState.RESOLVED, "resolved_at": at, "resolved_by": by}
        case Incident.Reopened():
            none = dict.fromkeys(("resolved_at", "resolved_by", "closed_at", "closed_by"))
            return {"state": IncidentState.UNDER_WAY, **none}
        case Incident.Closed():
            closed = {"closed_at": at, "closed_by": by, "offered": None}
            return {"state": IncidentState.CLOSED, **closed}
        case _:
            return _bound(event)


def _bound(event: Any) -> dict[str, object]:
    match event:
        case Incident.Offered():
            return {"offered": event.to}
        case Incident.Taken():
            return {"owner": event.by, "offered": None}
        case Incident.Joined():
            return {"parent": event.parent}
        case Incident.Gathered() | Incident.Ordered() | Incident.OrderEnded():
            return {}
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _ordered(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    promise = {name: value for name, value in event.promise.items() if name != "reopen_days"}
    insert(
        cursor,
        f"{schema}.work_order",
        work_order=event.order,
        number=event.number,
        incident=event.incident,
        **event.job,
        **promise,
        since=event.since,
        due_at=event.due_at,
        checklist=event.checklist,
        items=json.dumps(event.items),
        opened_at=event.timestamp,
        opened_by=event.by,
        owner=event.by,
        state=OrderState.OPEN,
        position=position,
    )


def _order(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    thing = event.originator_id
    beside: dict[str, object] | None = None
    match event:
        case WorkOrder.PartUsed():
            beside = {"item": event.item, "number": event.number, "unit": event.unit}
            table, person = "work_order_part", event.by
        case WorkOrder.TimeSpent():
            beside = {"began_at": event.began_at, "ended_at": event.ended_at}
            table, person = "work_order_time", event.person
        case WorkOrder.PaperAdded():
            beside = {"sha256": event.sha256, "media_type": event.media_type}
            beside["added_at"] = event.timestamp
            table, person = "work_order_paper", event.by
        case WorkOrder.Answered():
            cursor.execute(
                f"UPDATE {schema}.work_order SET answers = answers || %s::jsonb "
                "WHERE work_order = %s",
                (json.dumps({event.item: event.value}), thing),
            )
        case WorkOrder.PassedOn():
            cursor.execute(
                f"UPDATE {schema}.work_order SET assigned = nullif(assigned, %s) "
                "WHERE work_order = %s",
                (event.to, thing),
            )
        case _:
            """Nothing beside its row."""
    if beside is not None:
        insert(
            cursor,
            f"{schema}.{table}",
            work_order=thing,
            person=person,
            position=position,
            **beside,
        )
    update(cursor, f"{schema}.work_order", {"work_order": thing}, position, _of_order(event))


def _of_order(event: Any) -> dict[str, object]:
    """Return the columns that an event of a work order changes; taking it changes its state."""
    at = event.timestamp
    match event:
        case WorkOrder.Assigned():
            return {"assigned": event.to}
        case WorkOrder.Begun():
            return {"state": OrderState.UNDER_WAY, "begun_at": event.at}
        case WorkOrder.Paused():
            return {"state": OrderState.PAUSED, "waits_for": event.waits_for}
        case WorkOrder.Resumed():
            return {"state": OrderState.UNDER_WAY, "waits_for": ""}
        case WorkOrder.Done():
            done = {"done_at": at, "done_by": event.by, "reason": ""}
            ended = {"state": OrderState.ENDED, "ended_at": at}
            return {**done, **(ended if event.ends else {"state": OrderState.DONE})}
        case WorkOrder.Signed():
            return {"state": OrderState.ENDED, "signed_by": event.by, "ended_at": at}
        case WorkOrder.Refused():
            none = {"done_at": None, "done_by": None}
            return {"state": OrderState.UNDER_WAY, "reason": event.reason, **none}
        case WorkOrder.Cancelled():
            over = {"reason": event.reason, "assigned": None, "ended_at": at}
            return {"state": OrderState.CANCELLED, **over}
        case WorkOrder.Taken():
            first = {"state": OrderState.TAKEN} if event.first else {}
            return {"owner": event.by, "assigned": None, **first}
        case WorkOrder.PassedOn():
            return {"owner": event.to}
        case _:
            return {}
