"""Step 5a. From: switching, permits, call-backs, reports. To: what a shift hands on. I/O."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboards.queries.duty_reads import Faces
from dashboards.queries.handover_rows import CallDue, PermitLine, ReportDue, SwitchingLine
from dashboards.queries.sql_site import Connection
from energy.alerting.flood import NODE
from energy.service.reports.kinds import ReportKind
from energy.service.reports.reads import read_owed, read_reports
from energy.service.requests.reads import read_calls
from energy.service.switching.kinds import SwitchingState
from energy.service.switching.reads import read_permits, read_switching

_TO_DO = (SwitchingState.RELEASED, SwitchingState.UNDER_WAY, SwitchingState.STOPPED)
_REPORTS_BACK = timedelta(days=14)
"""How long ago the span of a report that is owed may have ended, as reminders have it."""


def switching_of(
    connection: Connection, schema: str, faces: Faces, now: datetime
) -> tuple[tuple[PermitLine, ...], tuple[SwitchingLine, ...]]:
    """Return the permits to work that are out, and the orders that may be or are carried out."""
    rows = read_switching(connection, schema, over=False)
    permits = [
        PermitLine(
            number=f"{row.number}/{each.permit}",
            node=row.about.removeprefix(NODE),
            what=each.what,
            place=each.place,
            earthed_at=each.earthed_at,
            holder=faces.name(each.holder),
            until=each.valid_until,
            late=each.overdue(now),
        )
        for row in rows
        for each in read_permits(connection, schema, row.switching_order)
        if each.returned_at is None
    ]
    orders = [
        SwitchingLine(
            number=row.number,
            state=str(row.state),
            node=row.about.removeprefix(NODE),
            begins_at=row.begins_at,
            ends_at=row.ends_at,
            operator=faces.name(row.operator),
            guardian=faces.name(row.guardian),
        )
        for row in rows
        if row.state in _TO_DO
    ]
    return tuple(sorted(permits, key=lambda each: each.until)), tuple(orders)


def calls_due(
    connection: Connection, schema: str, faces: Faces, now: datetime, end: datetime
) -> tuple[CallDue, ...]:
    """Return the call-backs that are late or due until an instant, the first one first."""
    return tuple(
        CallDue(
            number=each.number,
            due_at=each.due_at,
            who=faces.name(each.person),
            late=each.due_at < now,
        )
        for each in read_calls(connection, schema)
        if each.due_at < end
    )


def reports_due(
    connection: Connection, schema: str, now: datetime, end: datetime
) -> tuple[ReportDue, ...]:
    """Return the reports that are late or owed until an instant, the first one first."""
    found = [
        ReportDue(kind=each.kind, span=each.span, due_at=each.due_at, late=now > each.due_at)
        for each in read_reports(connection, schema, since=now - _REPORTS_BACK)
        if each.due_at is not None
        and each.due_at < end
        and each.first_sent_at is None
        and each.kind != ReportKind.INCIDENT  # by their own clock: below
    ]
    found += [
        ReportDue(
            kind=str(ReportKind.INCIDENT),
            span=f"{each.incident}/{each.owed.name}",
            due_at=each.owed.due_at,
            late=each.owed.late(now),
        )
        for each in read_owed(connection, schema, now)
        if each.owed.sent_at is None and each.owed.due_at < end
    ]
    return tuple(sorted(found, key=lambda each: each.due_at))
