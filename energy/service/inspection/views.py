"""In: events of suspicions, inspections, their rules. Out: their tables. I/O: PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from energy.service.inspection.inspection import Inspection
from energy.service.inspection.kinds import InspectionState, SuspicionState
from energy.service.inspection.rules import InspectionRules
from energy.service.inspection.suspicion import Suspicion
from energy.service.rows import insert, update

Cursor = psycopg.Cursor[tuple[object, ...]]
INSPECTION_TABLES = ("inspection_rules", "suspicion", "inspection", "inspection_evidence")


def fold_inspection(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event inside the follower's transaction."""
    match event:
        case InspectionRules.Created():
            """Its first version has the row."""
        case InspectionRules.Published():
            insert(
                cursor,
                f"{schema}.inspection_rules",
                version=event.version,
                valid_from=event.valid_from,
                spec=json.dumps(event.spec),
                author=event.by,
                published_at=event.timestamp,
                position=position,
            )
        case Suspicion.Event():
            _suspected(cursor, schema, position, event)
        case Inspection.Created():
            insert(
                cursor,
                f"{schema}.inspection",
                inspection=event.originator_id,
                work_order=event.order,
                number=event.number,
                suspicion=event.suspicion,
                about=event.about,
                inspectors=list(event.inspectors),
                ordered_by=event.by,
                ordered_at=event.timestamp,
                state=InspectionState.ORDERED,
                position=position,
            )
        case Inspection.EvidenceTold():
            insert(
                cursor,
                f"{schema}.inspection_evidence",
                position=position,
                inspection=event.originator_id,
                seen_at=event.seen_at,
                readings=list(event.readings),
                seals=list(event.seals),
                error_percent=event.error_percent,
                words=event.words,
                person=event.by,
                told_at=event.timestamp,
            )
        case Inspection.Event():
            keys = {"inspection": event.originator_id}
            update(cursor, f"{schema}.inspection", keys, position, _of_inspection(event))
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _suspected(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    settled = {"settled_by": event.by, "settled_at": event.timestamp}
    match event:
        case Suspicion.Created():
            told = dict(event.suspected)
            days = {"first_day": told.pop("first"), "last_day": told.pop("last")}
            insert(
                cursor,
                f"{schema}.suspicion",
                suspicion=event.suspicion,
                **{**told, **days, "figures": json.dumps(told["figures"])},
                words=event.words,
                noted_by=event.by,
                noted_at=event.timestamp,
                state=SuspicionState.OPEN,
                position=position,
            )
            return
        case Suspicion.Dismissed():
            values: dict[str, object] = {"state": SuspicionState.DISMISSED, "reason": event.reason}
        case Suspicion.Ordered():
            values = {"state": SuspicionState.ORDERED, "work_order": event.order}
        case _:
            raise TypeError(f"no fold for {type(event)}")
    keys = {"suspicion": event.originator_id}
    update(cursor, f"{schema}.suspicion", keys, position, {**values, **settled})


def _of_inspection(event: Any) -> dict[str, object]:
    """Return the columns that an event changes."""
    by, at = event.by, event.timestamp
    match event:
        case Inspection.FindingTold():
            told = dict(event.found)
            days = {"first_day": told.pop("first"), "last_day": told.pop("last")}
            state = {"state": InspectionState.FOUND, "found_by": by, "found_at": at}
            return {**told, **days, **state}
        case Inspection.BackBilled():
            state = {"state": InspectionState.PROPOSED, "proposed_by": by, "proposed_at": at}
            return {"missed": json.dumps(event.missed), **state}
        case Inspection.Approved():
            return {"state": InspectionState.APPROVED, "approved_by": by, "approved_at": at}
        case _:
            raise TypeError(f"no fold for {type(event)}")
