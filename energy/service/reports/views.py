"""In: events of reports. Out: the tables that tell of them. I/O: PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from energy.service.reports.book import ReportBook
from energy.service.reports.report import Report
from energy.service.rows import insert, update

Cursor = psycopg.Cursor[tuple[object, ...]]
REPORT_TABLES = ("report_plan", "report")


def fold_reports(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of reports inside the follower's transaction."""
    table = f"{schema}.report"
    match event:
        case ReportBook.Planned():
            insert(
                cursor,
                f"{schema}.report_plan",
                version=event.version,
                spec=json.dumps(event.spec),
                by=event.by,
                at=event.timestamp,
                position=position,
            )
        case ReportBook.Event():
            pass  # what it holds is told by its plans
        case Report.Created():
            insert(
                cursor,
                table,
                report=event.originator_id,
                edition=1,
                kind=event.kind,
                span=event.span,
                begin_at=event.begin,
                end_at=event.end,
                due_at=event.due_at,
                **_made(event, position),
            )
        case Report.Corrected():
            insert_next = (
                f"INSERT INTO {table} (report, edition, kind, span, begin_at, end_at, due_at, "
                "contents, sha256, positions, changes, made_at, made_by, position) "
                "SELECT report, %s, kind, span, begin_at, end_at, due_at, "
                "%s, %s, %s, %s, %s, %s, %s "
                f"FROM {table} WHERE report = %s AND edition = 1"
            )
            made = _made(event, position)
            values = (event.edition, *made.values(), event.originator_id)
            cursor.execute(insert_next.encode(), values)
        case Report.Reviewed():
            keys = {"report": event.originator_id, "edition": event.edition}
            told: dict[str, Any] = {"reviewed_by": event.by, "reviewed_at": event.timestamp}
            update(cursor, table, keys, position, told)
        case Report.Sent():
            keys = {"report": event.originator_id, "edition": event.edition}
            told = {
                "sent_by": event.by,
                "sent_at": event.timestamp,
                "sent_to": json.dumps(event.to),
            }
            update(cursor, table, keys, position, told)
        case Report.Reminded():
            column = "late_told_at" if event.late else "reminded_at"
            told = {column: event.timestamp}
            update(cursor, table, {"report": event.originator_id}, position, told)
        case _:
            raise TypeError(f"no fold for {type(event)}")


def _made(event: Any, position: int) -> dict[str, Any]:
    return {
        "contents": event.contents,
        "sha256": event.sha256,
        "positions": json.dumps(event.positions),
        "changes": json.dumps(getattr(event, "changes", [])),
        "made_at": event.timestamp,
        "made_by": event.by,
        "position": position,
    }
