"""In: an event, the tables. Out: what its report tells, as it is signed. I/O: reads.

No name of a person stands in it, and no word of a language: whoever draws it fills both in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg

from energy.alerting.rule_reads import MULTIPLIER_THEN
from energy.base.period import Period
from energy.metering.channel import per_count_of
from energy.service.assurance.area import Area, read_area
from energy.service.assurance.event import AssuredEvent
from energy.service.assurance.plan import EventPlan
from energy.service.assurance.staffing import Manned, days_of, manning
from energy.service.duty.reads import read_away, read_sheets
from energy.service.reports.columns import iso_of, table_of
from energy.service.reports.table import Contents, ReportTable
from energy.store.sites import Site

Connection = psycopg.Connection[tuple[object, ...]]
REPORT_KIND = "event"
"""Of the contents."""


def contents_of(connection: Connection, site: Site, known: AssuredEvent) -> Contents:
    """Return what happened in the time of an event, as it is known now.

    Args:
        connection: Any that may read; one transaction, so that all tell of one instant.
        site: The site.
        known: The event; of one that was called off, until then.
    """
    plan, schema = known.standing, site.schema
    end = min(plan.period.end, known.ended_at or plan.period.end)
    period = Period(start=plan.period.start, end=max(end, plan.period.start))
    area = read_area(connection, schema, plan)
    tables = [
        _alerts(connection, schema, area, period, known.number),
        _incidents(connection, schema, area, period),
        check_table(plan, known.answers),
        staff_table(read_manning(connection, site, plan)),
        _allowed(known),
    ]
    return Contents(
        kind=REPORT_KIND,
        span=known.number,
        begin=str(iso_of(period.start)),
        end=str(iso_of(period.end)),
        facts={"title": plan.title, "edition": known.holds, "rules": len(known.rules)},
        tables=tuple(tables),
    )


def read_manning(connection: Connection, site: Site, plan: EventPlan) -> list[Manned]:
    """Return who is at the posts of an event, as rosters and leave stand."""
    days = days_of(plan.period, site.zone)
    before = days[0] - timedelta(days=1)
    sheets = read_sheets(connection, site.schema, before, days[-1])
    away = read_away(connection, site.schema, before, days[-1])
    return manning(plan.staff, sheets, away, site.zone)


def _alerts(
    connection: Connection, schema: str, area: Area, period: Period, number: str
) -> ReportTable:
    """Return the alerts of the event's area in its time; those of its own limits are marked."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT left(a.alert::text, 8), a.raised_at, a.severity, a.name, "
        "coalesce(m.name, c.point, a.about, ''), a.value, a.limit_value, c.unit, c.resolution, "
        f"{MULTIPLIER_THEN.format(schema=schema)}, a.acknowledged_at, "
        "CASE WHEN a.cleared_at <= %(end)s THEN a.cleared_at END, a.key "
        f"FROM {schema}.alert AS a LEFT JOIN {schema}.channel AS c ON c.number = a.channel "
        f"LEFT JOIN {schema}.meter AS m ON m.point = c.point "
        "WHERE NOT a.historic AND a.raised_at >= %(begin)s AND a.raised_at < %(end)s "
        "AND (c.point = ANY(%(points)s) OR a.about = ANY(%(about)s)) "
        "ORDER BY a.raised_at, a.alert".encode(),
        {
            "begin": period.start,
            "end": period.end,
            "points": list(area.points),
            "about": [f"node:{node}" for node in sorted(area.nodes)],
        },
    ).fetchall()
    told = []
    for alert, at, severity, what, where, value, limit, unit, *rest in rows:
        resolution, multiplier, seen, cleared, key = rest
        count = None
        if unit is not None:
            count = per_count_of(unit, Fraction(resolution), Fraction(multiplier))
        mine = "yes" if str(key).startswith(f"{number}-") else "no"
        told.append(
            (
                *(alert, iso_of(at), severity, what, where, mine),
                *(_figure(value, count, unit), _figure(limit, count, unit)),
                *(iso_of(seen), iso_of(cleared)),
            )
        )
    return table_of(
        "event_alerts",
        told,
        (
            *(("alert", "text"), ("at", "instant"), ("severity", "word:severity")),
            *(("what", "text"), ("where", "text"), ("of_event", "word:cli.event_yes")),
            *(("value", "text"), ("limit", "text")),
            *(("seen_at", "instant"), ("cleared_at", "instant")),
        ),
    )


def _figure(value: int, per_count: Fraction | None, unit: str | None) -> str | None:
    """Return a value as people read it; None where it is of no channel."""
    if per_count is None:
        return None
    exact = value * per_count
    told = round(Decimal(exact.numerator) / Decimal(exact.denominator), 3)
    plain = f"{told:f}"
    return f"{plain.rstrip('0').rstrip('.') if '.' in plain else plain} {unit}".strip()


def _incidents(connection: Connection, schema: str, area: Area, period: Period) -> ReportTable:
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT number, what, urgency, heard_at, state, owner FROM {schema}.incident "
        "WHERE heard_at >= %s AND heard_at < %s "
        "AND (place = ANY(%s) OR point = ANY(%s) OR node = ANY(%s)) ORDER BY number".encode(),
        (
            *(period.start, period.end),
            *(list(area.places), list(area.points), sorted(area.nodes)),
        ),
    ).fetchall()
    told = [
        (number, what, urgency, iso_of(heard), state, str(owner))
        for number, what, urgency, heard, state, owner in rows
    ]
    return table_of(
        "event_incidents",
        told,
        (
            *(("number", "text"), ("what", "text"), ("urgency", "word:cli.work_urgency")),
            *(("heard_at", "instant"), ("state", "word:cli.work_state"), ("owner", "person")),
        ),
    )


def check_table(plan: EventPlan, answers: Mapping[str, str]) -> ReportTable:
    """Return the checklist of an event with its latest answers."""
    rows = [
        (each.item.key, str(each.phase), answers.get(each.item.key), each.item.unit)
        for each in plan.checks
    ]
    columns = (("item", "text"), ("phase", "word:cli.event_phase"), ("answer", "text"))
    return table_of("event_checks", rows, (*columns, ("unit", "text")))


def staff_table(manned: list[Manned]) -> ReportTable:
    """Return who was at the posts of an event, and the gaps."""
    rows = [
        (
            *(each.post, iso_of(each.period.start), iso_of(each.period.end)),
            None if each.person is None else str(each.person),
            None if each.gap is None else str(each.gap),
        )
        for each in manned
    ]
    columns = (("post", "text"), ("from", "instant"), ("to", "instant"), ("person", "person"))
    return table_of("event_staff", rows, (*columns, ("gap", "word:cli.event_gap")), names=2)


def _allowed(known: AssuredEvent) -> ReportTable:
    rows = [(called,) for called in known.allowed.values()]
    return table_of("event_allowed", rows, (("thing", "text"),))
