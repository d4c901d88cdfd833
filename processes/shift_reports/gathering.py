"""In: a site, a span. Out: the contents of its report, and what they are as of. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from billing.views.money_between import read_money_between
from dashboards.queries.sql_site import Connection, SqlSite
from energy.service.reports.duty_rows import read_shifts
from energy.service.reports.errors import ReportError
from energy.service.reports.kinds import ReportKind, Span, span_named
from energy.service.reports.plan import ReportPlan
from energy.service.reports.reads import read_positions, read_report_plan
from energy.service.reports.rows import service_tables
from energy.service.reports.table import Column, Contents, ReportTable
from energy.store.sites import Site
from processes.shift_reports.usage import UsageReads

_MONEY = (("what", "word:report_money"), ("currency", "text"), ("count", "count"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a report is made of."""

    contents: Contents
    positions: Mapping[str, int]


def gather(at: SqlSite, kind: ReportKind, name: str) -> Gathered:
    """Return the contents of a span as the views have them now.

    Args:
        at: The site's tables, all of them.
        kind: Of the report.
        name: Of the span.

    Raises:
        ReportError: There is no such span, or it is not over.
    """
    site = at.site
    with at.database.transaction() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        plans = read_shifts(connection, site.schema)
        span = span_named(kind, name, site.zone, plans)
        if span.period.end > at.clock.now():
            raise ReportError.of("not_over", span=span.name)
        plan = read_report_plan(connection, site.schema)
        contents = _contents(connection, at, span, plan)
        return Gathered(contents=contents, positions=read_positions(connection, site.schema))


def _contents(connection: Connection, at: SqlSite, span: Span, plan: ReportPlan) -> Contents:
    told = UsageReads(at, connection, span, plan).told()
    tables: list[ReportTable] = [*told.tables, *service_tables(connection, at.site, span.period)]
    if plan.money:
        tables.append(_money(connection, at.site, span))
    return Contents(
        kind=str(span.kind),
        span=span.name,
        begin=_iso(span.period.start),
        end=_iso(span.period.end),
        facts=dict(told.facts),
        tables=tuple(tables),
        series=told.series,
    )


def _money(connection: Connection, site: Site, span: Span) -> ReportTable:
    """Return what was issued and received; a shift tells no payments: they know days only."""
    days = span.kind is not ReportKind.SHIFT
    columns: list[Any] = [*_MONEY, ("net", "amount"), ("total", "amount")]
    rows = [
        (each.what, each.currency, each.count, _amount(each.net), _amount(each.total))
        for each in read_money_between(connection, site, span.period, received=days)
    ]
    return ReportTable(
        key="money",
        columns=tuple(Column(name=name, kind=kind) for name, kind in columns),
        rows=tuple(rows),
        names=2,
    )


def _amount(value: Any) -> str | None:
    return None if value is None else format(value, "f")


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
