"""In: events of equipment. Out: the tables that tell of it. I/O: PostgreSQL."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import psycopg

from energy.service.equipment.piece import Equipment, certificate_id
from energy.service.equipment.plan import MaintenancePlan

Cursor = psycopg.Cursor[tuple[object, ...]]
EQUIPMENT_TABLES = (
    *("equipment", "equipment_relation", "equipment_certificate", "equipment_event"),
    *("maintenance_plan", "maintenance_plan_past", "maintenance_done"),
)
"""Tables that tell of equipment."""
_NOT_TOLD = {
    *("originator_id", "originator_version", "timestamp", "command_id", "originator_topic"),
    *("by", "equipment"),
}
"""Of an event: what its row says otherwise, or nobody reads."""


def fold_equipment(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of a piece of equipment inside the follower's transaction."""
    _happened(cursor, schema, position, event)
    match event:
        case Equipment.Created():
            cursor.execute(
                f"INSERT INTO {schema}.equipment (equipment, number, kind, name, place, maker, "
                "type, serial, in_service_since, position) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (event.equipment, event.number, *_facts(event), event.since, position),
            )
        case Equipment.Changed():
            cursor.execute(
                f"UPDATE {schema}.equipment SET kind = %s, name = %s, place = %s, maker = %s, "
                "type = %s, serial = %s WHERE equipment = %s",
                (*_facts(event), event.originator_id),
            )
        case Equipment.Related():
            cursor.execute(
                f"INSERT INTO {schema}.equipment_relation (equipment, relation, about, "
                "valid_from, position) VALUES (%s, %s, %s, %s, %s)",
                (event.originator_id, event.relation, event.to, event.on, position),
            )
        case Equipment.Unrelated():
            cursor.execute(
                f"UPDATE {schema}.equipment_relation SET valid_to = %s WHERE equipment = %s "
                "AND relation = %s AND about = %s AND valid_to IS NULL",
                (event.on, event.originator_id, event.relation, event.to),
            )
        case Equipment.Certified():
            _certified(cursor, schema, position, event)
        case Equipment.TakenOut():
            cursor.execute(
                f"UPDATE {schema}.equipment SET out_on = %s, out_reason = %s WHERE equipment = %s",
                (event.on, event.reason, event.originator_id),
            )
            cursor.execute(
                f"UPDATE {schema}.equipment_relation SET valid_to = %s WHERE equipment = %s "
                "AND valid_to IS NULL",
                (event.on, event.originator_id),
            )
        case _:
            raise TypeError(f"no fold for {type(event)}")
    cursor.execute(
        f"UPDATE {schema}.equipment SET position = %s WHERE equipment = %s",
        (position, event.originator_id),
    )


def _facts(event: Any) -> tuple[str, ...]:
    return tuple(event.facts[key] for key in ("kind", "name", "place", "maker", "type", "serial"))


def _certified(cursor: Cursor, schema: str, position: int, event: Equipment.Certified) -> None:
    """File a certificate; the same number again replaces what was filed."""
    cursor.execute(
        f"INSERT INTO {schema}.equipment_certificate (certificate, equipment, kind, number, "
        "issued_on, valid_until, paper, filed_by, position) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (certificate) DO UPDATE SET "
        "issued_on = EXCLUDED.issued_on, valid_until = EXCLUDED.valid_until, "
        "paper = EXCLUDED.paper, filed_by = EXCLUDED.filed_by, position = EXCLUDED.position",
        (
            certificate_id(event.originator_id, event.kind, event.number),
            *(event.originator_id, event.kind, event.number, event.issued_on),
            *(event.valid_until, event.paper, event.by, position),
        ),
    )


def _happened(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Keep what happened as it was said."""
    told = {key: value for key, value in vars(event).items() if key not in _NOT_TOLD}
    day = told.pop("on", None) or told.pop("since", None) or told.get("issued_on")
    cursor.execute(
        f"INSERT INTO {schema}.equipment_event (position, equipment, at, day, what, person, told) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            *(position, event.originator_id, event.timestamp, day),
            *(event.TOPIC.partition(".")[2], event.by, json.dumps(told, default=_plain)),
        ),
    )


def _plain(value: object) -> str:
    assert isinstance(value, date), "texts, figures and days"
    return value.isoformat()


def fold_plan(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of a plan of maintenance inside the follower's transaction."""
    match event:
        case MaintenancePlan.Created():
            cursor.execute(
                f"INSERT INTO {schema}.maintenance_plan (plan, number, spec, position) "
                "VALUES (%s, %s, %s, %s)",
                (event.plan, event.number, json.dumps(event.spec), position),
            )
        case MaintenancePlan.Done():
            cursor.execute(
                f"INSERT INTO {schema}.maintenance_done (position, plan, equipment, done_at, "
                "person, result) VALUES (%s, %s, %s, %s, %s, %s)",
                (
                    *(position, event.originator_id, event.equipment, event.at, event.by),
                    json.dumps(event.result),
                ),
            )
            told = {"number": event.number, "at": event.at.isoformat(), **event.result}
            cursor.execute(
                f"INSERT INTO {schema}.equipment_event (position, equipment, at, what, person, "
                "told) VALUES (%s, %s, %s, 'maintained', %s, %s)",
                (position, event.equipment, event.timestamp, event.by, json.dumps(told)),
            )
        case MaintenancePlan.Changed():
            cursor.execute(
                f"INSERT INTO {schema}.maintenance_plan_past (position, plan, version, spec, "
                "changed_at, changed_by) SELECT %(position)s, plan, "
                f"(SELECT 1 + count(*) FROM {schema}.maintenance_plan_past WHERE plan = %(plan)s), "
                f"spec, %(at)s, %(by)s FROM {schema}.maintenance_plan WHERE plan = %(plan)s",
                {
                    "position": position,
                    "plan": event.originator_id,
                    "at": event.timestamp,
                    "by": event.by,
                },
            )
            cursor.execute(
                f"UPDATE {schema}.maintenance_plan SET spec = %s WHERE plan = %s",
                (json.dumps(event.spec), event.originator_id),
            )
        case MaintenancePlan.Ended():
            cursor.execute(
                f"UPDATE {schema}.maintenance_plan SET ended_on = %s WHERE plan = %s",
                (event.on, event.originator_id),
            )
        case _:
            raise TypeError(f"no fold for {type(event)}")
    cursor.execute(
        f"UPDATE {schema}.maintenance_plan SET position = %s WHERE plan = %s",
        (position, event.originator_id),
    )
