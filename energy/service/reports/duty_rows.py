"""In: rosters, handovers, the shift log, a span. Out: what a report tells of them. I/O: reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import psycopg

from energy.base.period import Period, local_day
from energy.service.duty.plan import plan_from
from energy.service.duty.reads import (
    read_handovers_between,
    read_log,
    read_on_duty,
)
from energy.service.reports.columns import iso_of, table_of
from energy.service.reports.kinds import HeldShifts
from energy.service.reports.table import Cell, ReportTable
from energy.store.sites import Site

Connection = psycopg.Connection[tuple[object, ...]]


def roster_table(connection: Connection, site: Site, period: Period) -> ReportTable:
    """Return who was on duty, shift by shift, and which posts had nobody."""
    rows: list[tuple[Cell, ...]] = []
    at = period.start
    while at < period.end:
        shift = read_on_duty(connection, site, at)
        day = (shift.day or local_day(at, site.zone)).isoformat()
        rows += [(day, shift.shift, post, str(who), None) for post, who in shift.posts.items()]
        rows += [(day, shift.shift, post, None, str(why)) for post, why in shift.gaps.items()]
        at = shift.period.end if shift.period is not None else at + timedelta(days=1)
    columns = (
        *(("day", "day"), ("shift", "text"), ("post", "text"), ("person", "person")),
        ("gap", "word:cli.duty_why"),
    )
    return table_of("roster", rows, columns, names=3)


def handover_table(connection: Connection, schema: str, period: Period) -> ReportTable:
    """Return the handovers offered in the span, with both signatures."""
    rows: list[tuple[Cell, ...]] = []
    for each in read_handovers_between(connection, schema, period.start, period.end):
        signed = each.signed_at is not None and each.signed_at <= period.end
        rows.append(
            (
                *(each.post, iso_of(each.offered_at), str(each.goes)),
                *(str(each.comes) if signed else None, iso_of(each.signed_at) if signed else None),
                *(len(each.points), len(each.alerts)),
            )
        )
    columns = (
        *(("post", "text"), ("offered_at", "instant"), ("goes", "person"), ("comes", "person")),
        *(("signed_at", "instant"), ("points", "count"), ("alerts", "count")),
    )
    return table_of("handovers", rows, columns, names=2)


def point_table(connection: Connection, schema: str, period: Period) -> ReportTable:
    """Return the points of the shift log that were open at the end of the span."""
    found = [
        (each.entry.hex[:8], iso_of(each.at), each.text, str(each.by))
        for each in read_log(connection, schema, period.end)
        if each.at < period.end and (each.open or _behind(each.closed_at, period.end))
    ]
    columns = (("entry", "text"), ("at", "instant"), ("what", "text"), ("by", "person"))
    return table_of("points", found, columns)


def _behind(closed_at: datetime | None, end: datetime) -> bool:
    return closed_at is not None and closed_at > end


def read_shifts(connection: Connection, schema: str) -> tuple[HeldShifts, ...]:
    """Return the shifts of the plans of duty and from when they held, the oldest first."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT at, spec FROM {schema}.duty_plan ORDER BY version"
    ).fetchall()
    found: list[HeldShifts] = []
    for at, spec in rows:
        shifts = plan_from(spec).shifts
        if not found or found[-1].shifts != shifts:
            found.append(HeldShifts(at=at, shifts=shifts))
    return tuple(found)
