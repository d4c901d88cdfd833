"""In: tables of alerting and the service, a span. Out: what a report tells of them. I/O: reads.

All is told as it stood at the end of the span: what was acknowledged, resolved or returned later
was open then. So a report made again tells the same, unless something of the span is learnt late.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median_low
from typing import Any

import psycopg

from energy.alerting.severity import AlertSeverity
from energy.base.period import Period, local_day
from energy.service.equipment.reads import read_equipment
from energy.service.reports.at_end import incidents_at, orders_at, outages_at
from energy.service.reports.columns import iso_of, table_of
from energy.service.reports.duty_rows import handover_table, point_table, roster_table
from energy.service.reports.table import Cell, Column, ReportTable
from energy.service.switching.reads import read_permits_out, read_switching
from energy.service.work.kinds import OrderState
from energy.service.work.reads import (
    IncidentRow,
    LevelsRow,
    OrderRow,
    read_levels,
)
from energy.store.sites import Site

Connection = psycopg.Connection[tuple[object, ...]]


def service_tables(connection: Connection, site: Site, period: Period) -> list[ReportTable]:
    """Return what alerting and the service tell of a span, as it stood at its end.

    Args:
        connection: Any that may read; one transaction, so that all tell of one instant.
        site: The site.
        period: The span.
    """
    return [
        *alert_tables(connection, site.schema, period),
        incident_table(connection, site, period),
        order_table(connection, site, period),
        switching_table(connection, site.schema, period),
        permit_table(connection, site.schema, period),
        outage_table(connection, site.schema, period),
        equipment_table(connection, site, period),
        roster_table(connection, site, period),
        handover_table(connection, site.schema, period),
        point_table(connection, site.schema, period),
    ]


def alert_tables(connection: Connection, schema: str, period: Period) -> list[ReportTable]:
    """Return alerts by severity with how soon they were acknowledged, and each of them."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT replace(a.alert::text, '-', ''), a.raised_at, a.severity, "
        "coalesce(nullif(a.name, ''), nullif(r.name, ''), f.code, a.key), "
        "coalesce(m.name, c.point, nullif(a.about, ''), f.about, ''), "
        "CASE WHEN a.acknowledged_at <= %(end)s THEN a.acknowledged_at END, "
        "CASE WHEN a.cleared_at <= %(end)s THEN a.cleared_at END "
        f"FROM {schema}.alert AS a LEFT JOIN {schema}.rule AS r ON r.rule = a.rule "
        f"LEFT JOIN {schema}.channel AS c ON c.number = a.channel "
        f"LEFT JOIN {schema}.meter AS m ON m.point = c.point "
        f"LEFT JOIN {schema}.alert_finding AS f ON f.alert = a.alert "
        f"LEFT JOIN {schema}.alert AS up ON up.alert = a.parent "
        # What was put under an alert behind the span stood for itself in it.
        "WHERE NOT a.historic AND (a.parent IS NULL OR up.raised_at >= %(end)s) "
        "AND a.raised_at < %(end)s "
        "AND (a.raised_at >= %(begin)s OR a.cleared_at IS NULL OR a.cleared_at > %(begin)s) "
        "ORDER BY a.raised_at, a.alert".encode(),
        {"begin": period.start, "end": period.end},
    ).fetchall()
    counted = [_severity(rows, str(each), period) for each in AlertSeverity]
    heads = ("raised", "acknowledged", "open", "response", "longest")
    kinds = ("count", "count", "count", "minutes", "minutes")
    columns = [Column(name="severity", kind="word:severity")]
    columns += [Column(name=n, kind=k) for n, k in zip(heads, kinds, strict=True)]
    raised = [row for row in rows if row[1] >= period.start]
    listed: list[tuple[Cell, ...]] = [
        (
            *(alert[:8], iso_of(at), severity, what, where, iso_of(seen), _minutes(at, seen)),
            iso_of(cleared),
        )
        for alert, at, severity, what, where, seen, cleared in raised
    ]
    return [
        ReportTable(key="severities", columns=tuple(columns), rows=tuple(counted)),
        table_of("alerts", listed, _ALERT),
    ]


_ALERT = (
    *(("alert", "text"), ("at", "instant"), ("severity", "word:severity"), ("what", "text~")),
    *(
        ("where", "text~"),
        ("seen_at", "instant"),
        ("response", "minutes"),
        ("cleared_at", "instant"),
    ),
)


def _severity(rows: Sequence[tuple[Any, ...]], severity: str, period: Period) -> tuple[Cell, ...]:
    own = [row for row in rows if row[2] == severity]
    raised = [row for row in own if row[1] >= period.start]
    waits = sorted(minutes for row in raised if (minutes := _minutes(row[1], row[5])) is not None)
    standing = sum(row[6] is None for row in own)
    longest = waits[-1] if waits else None
    return (
        severity,
        len(raised),
        len(waits),
        standing,
        median_low(waits) if waits else None,
        longest,
    )


def incident_table(connection: Connection, site: Site, period: Period) -> ReportTable:
    """Return the incidents heard of in the span or open in it, with both clocks at its end."""
    levels = read_levels(connection, site.schema)
    rows = [
        _incident(each, levels, site, period.end)
        for each in incidents_at(connection, site.schema, period)
    ]
    return table_of(
        "incidents",
        rows,
        (
            *(
                ("number", "text"),
                ("what", "text"),
                ("class", "text"),
                ("urgency", "word:cli.work_urgency"),
            ),
            *(("heard_at", "instant"), ("state", "word:report_state"), ("response", "minutes")),
            *(("response_kept", "word:report_kept"), ("solution", "minutes")),
            *(("solution_kept", "word:report_kept"), ("owner", "person~")),
        ),
    )


def _incident(
    row: IncidentRow, levels: dict[int, LevelsRow], site: Site, at: datetime
) -> tuple[Cell, ...]:
    clocks = row.clocks(levels, site.zone, at)
    return (
        *(row.number, row.what, row.level, row.urgency, iso_of(row.heard_at)),
        _incident_state(row, at),
        *(_whole_minutes(clocks.response.used), _kept(broken=clocks.response.broken)),
        *(_whole_minutes(clocks.resolution.used), _kept(broken=clocks.resolution.broken)),
        str(row.owner),
    )


def _incident_state(row: IncidentRow, at: datetime) -> str:
    """Return how far it was at an instant; what was opened again stood still until then."""
    if row.closed_at is not None and row.closed_at <= at:
        return "closed"
    if row.resolved_at is not None and row.resolved_at <= at:
        return "resolved"
    if any(each.begin <= at and (each.end is None or each.end > at) for each in row.pauses):
        return "paused"
    return "under_way" if row.responded_at is not None and row.responded_at <= at else "open"


def order_table(connection: Connection, site: Site, period: Period) -> ReportTable:
    """Return the work orders of the span: those that came up in it or were open."""
    levels = read_levels(connection, site.schema)
    rows = [
        _order(each, levels, site, period.end)
        for each in orders_at(connection, site.schema, period)
    ]
    return table_of(
        "orders",
        rows,
        (
            *(
                ("number", "text"),
                ("what", "text"),
                ("kind", "word:cli.work_kind"),
                ("since", "instant"),
            ),
            *(("due_at", "instant"), ("state", "word:report_state")),
            *(("kept", "word:report_kept"), ("owner", "person~")),
        ),
    )


def _order(
    row: OrderRow, levels: dict[int, LevelsRow], site: Site, at: datetime
) -> tuple[Cell, ...]:
    over = row.ended_at is not None and row.ended_at <= at
    done = row.done_at is not None and row.done_at <= at
    begun = row.begun_at is not None and row.begun_at <= at
    state = "under_way" if begun else "open"
    if over:
        state = "cancelled" if row.state == OrderState.CANCELLED else "closed"
    elif done:
        state = "done"
    clock = row.clock(levels, site.zone, at)
    due_at = row.due_at or clock.due_at
    return (
        *(row.number, row.what, str(row.kind), iso_of(row.since), iso_of(due_at), state),
        *(_kept(broken=clock.broken), str(row.owner)),
    )


def switching_table(connection: Connection, schema: str, period: Period) -> ReportTable:
    """Return the switching orders planned for the span or ended in it."""
    rows = []
    for each in read_switching(connection, schema, since=period.start):
        over = each.ended_at is not None and each.ended_at <= period.end
        planned = each.begins_at < period.end and each.ends_at > period.start
        if each.written_at >= period.end or not (
            planned or (each.ended_at is not None and period.start < each.ended_at <= period.end)
        ):
            continue
        state = (
            str(each.state) if over else _not_over(each.released_at, each.approved_at, period.end)
        )
        rows.append(
            (
                *(each.number, each.about.removeprefix("node:"), each.reason),
                *(iso_of(each.begins_at), iso_of(each.ends_at), state, str(each.operator)),
            )
        )
    return table_of(
        "switching",
        rows,
        (
            *(("number", "text"), ("node", "text"), ("reason", "text"), ("from", "instant")),
            *(("to", "instant"), ("state", "word:cli.switching_state"), ("operator", "person")),
        ),
    )


def _not_over(released: datetime | None, approved: datetime | None, at: datetime) -> str:
    if released is not None and released <= at:
        return "released"
    return "approved" if approved is not None and approved <= at else "written"


def permit_table(connection: Connection, schema: str, period: Period) -> ReportTable:
    """Return the permits to work that were out in the span."""
    rows: list[tuple[Cell, ...]] = []
    for number, each in read_permits_out(connection, schema, period):
        back = each.returned_at if each.returned_at and each.returned_at <= period.end else None
        late = "broken" if each.overdue(period.end) else "kept"
        told = (f"{number}/{each.permit}", each.what, each.place, iso_of(each.given_at))
        rows.append((*told, iso_of(each.valid_until), iso_of(back), late, str(each.holder)))
    return table_of(
        "permits",
        rows,
        (
            *(("permit", "text"), ("what", "text"), ("where", "text"), ("given_at", "instant")),
            *(("valid_until", "instant"), ("returned_at", "instant")),
            *(("kept", "word:report_kept"), ("holder", "person")),
        ),
    )


def outage_table(connection: Connection, schema: str, period: Period) -> ReportTable:
    """Return the planned outages of the span that somebody was told of."""
    rows = [
        (
            *(each.outage.hex[:8], each.about.removeprefix("node:"), each.reason),
            *(iso_of(each.begins_at), iso_of(each.ends_at), str(each.state(period.end))),
            len(each.accounts),
        )
        for each in outages_at(connection, schema, period)
    ]
    return table_of(
        "outages",
        rows,
        (
            *(("outage", "text"), ("node", "text"), ("reason", "text~"), ("from", "instant")),
            *(("to", "instant"), ("state", "word:cli.outage_state"), ("accounts", "count")),
        ),
    )


def equipment_table(connection: Connection, site: Site, period: Period) -> ReportTable:
    """Return the equipment that was out of service at the end of the span."""
    day = local_day(period.end - timedelta(microseconds=1), site.zone)
    rows = [
        (each.number, each.name, each.kind, each.place, each.out_on.isoformat(), each.out_reason)
        for each in read_equipment(connection, site.schema)
        if each.out_on is not None and each.out_on <= day
    ]
    return table_of(
        "equipment",
        rows,
        (
            *(("number", "text"), ("name", "text"), ("kind", "word:cli.equipment_class")),
            *(("place", "text"), ("out_on", "day"), ("reason", "text")),
        ),
    )


def _minutes(begin: datetime, end: datetime | None) -> int | None:
    return None if end is None else _whole_minutes(end - begin)


def _whole_minutes(span: timedelta) -> int:
    return span // timedelta(minutes=1)


def _kept(*, broken: bool) -> str:
    return "broken" if broken else "kept"
