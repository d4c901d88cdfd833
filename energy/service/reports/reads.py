"""In: the tables of reports. Out: the plan, editions as they stand, what is owed. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import psycopg

from energy.service.reports.errors import ReportError
from energy.service.reports.kinds import ReportKind
from energy.service.reports.plan import Owed, ReportPlan, Solved, owed, plan_from
from energy.service.reports.table import Contents
from energy.service.work.reads import IncidentRow, read_incidents, read_levels
from energy.service.work.views import REOPENED

Connection = psycopg.Connection[tuple[object, ...]]


class ReportState(StrEnum):
    """How far the newest edition of a report is on its way upward."""

    MADE = "made"
    REVIEWED = "reviewed"
    SENT = "sent"
    SENT_LATE = "sent_late"
    DUE_SOON = "due_soon"
    """Its deadline is near."""
    LATE = "late"
    """Its deadline has passed, and nothing of it went."""
    CORRECTED = "corrected"
    """An earlier edition went; this one did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """An edition of a report, without its contents."""

    report: UUID
    edition: int
    kind: str
    span: str
    begin_at: datetime
    end_at: datetime
    due_at: datetime | None
    """By when it is to be upward; None: it stays here."""
    sha256: str
    positions: Mapping[str, int]
    changes: Sequence[Sequence[str]]
    """Table, row, column, before, after: what it tells otherwise than the edition before."""
    made_at: datetime
    made_by: UUID | None
    reviewed_by: UUID | None
    reviewed_at: datetime | None
    sent_by: UUID | None
    sent_at: datetime | None
    sent_to: Sequence[str]
    reminded_at: datetime | None
    late_told_at: datetime | None
    first_sent_at: datetime | None
    """When the first of its editions went."""

    def state(self, now: datetime, remind_min: int = 0) -> ReportState:
        """Return how far it is.

        Args:
            now: The instant.
            remind_min: How long before its deadline it is due soon. [min]
        """
        if self.sent_at is not None:
            late = self.due_at is not None and (self.first_sent_at or self.sent_at) > self.due_at
            return ReportState.SENT_LATE if late else ReportState.SENT
        if self.first_sent_at is not None:
            return ReportState.CORRECTED
        if self.due_at is not None and now > self.due_at:
            return ReportState.LATE
        if self.due_at is not None and now >= self.due_at - timedelta(minutes=remind_min):
            return ReportState.DUE_SOON
        return ReportState.REVIEWED if self.reviewed_at is not None else ReportState.MADE


def read_report_plan(connection: Connection, schema: str) -> ReportPlan:
    """Return the plan of reports that holds; without one reports are made and stay here."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT spec FROM {schema}.report_plan ORDER BY version DESC LIMIT 1"
    ).fetchone()
    return plan_from(row[0] if row else {})


def read_reports(
    connection: Connection,
    schema: str,
    *,
    since: datetime | None = None,
    kind: str = "",
    span: str = "",
    every: bool = False,
) -> list[ReportRow]:
    """Return reports, what ended last first; of one span the newest edition first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        since: Only those whose span ended behind it; None: all.
        kind: Only of this kind; "" for all.
        span: Only of this span; "" for all.
        every: Every edition, not only the newest.
    """
    names = [each.name for each in fields(ReportRow)][:-1]
    rows: list[tuple[Any, ...]] = connection.execute(
        # Editions of a report have its kind and span: what is not asked for is left out first.
        f"SELECT {', '.join(names)}, first_sent_at FROM (SELECT {', '.join(names)}, "
        "max(edition) OVER (PARTITION BY report) AS newest, "
        "min(sent_at) OVER (PARTITION BY report) AS first_sent_at "
        f"FROM {schema}.report WHERE (%(kind)s = '' OR kind = %(kind)s) "
        "AND (%(span)s = '' OR span = %(span)s) "
        "AND (%(since)s::timestamptz IS NULL OR end_at > %(since)s)) AS known "
        "WHERE (%(every)s OR edition = newest) "
        "ORDER BY end_at DESC, kind, span, edition DESC".encode(),
        {"every": every, "kind": kind, "span": span, "since": since},
    ).fetchall()
    found = [each.name for each in fields(ReportRow)]
    return [ReportRow(**dict(zip(found, row, strict=True))) for row in rows]


def read_edition(
    connection: Connection, schema: str, kind: str, span: str, edition: int | None = None
) -> tuple[ReportRow, Contents]:
    """Return an edition of a report with its contents; the newest where none is named.

    Raises:
        ReportError: There is none.
    """
    found = read_reports(connection, schema, kind=kind, span=span, every=True)
    row = next((each for each in found if edition in (None, each.edition)), None)
    if row is None:
        raise ReportError.of("none", kind=kind, span=span[:60])
    kept: tuple[Any, ...] | None = connection.execute(
        f"SELECT contents FROM {schema}.report WHERE report = %s AND edition = %s",
        (row.report, row.edition),
    ).fetchone()
    assert kept is not None, "a row has contents"
    return row, Contents.of(kept[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedReport:
    """A report of a serious incident, told or to be told upward."""

    incident: str
    """Its number."""
    level: str
    name: Mapping[str, str]
    """Of its class, by language."""
    what: str
    owed: Owed


def read_owed(
    connection: Connection, schema: str, now: datetime, days: int = 30
) -> list[OwedReport]:
    """Return the reports that serious incidents have had and owe, by the plan that holds.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        now: The instant.
        days: How long ago one may have been closed.
    """
    plan = read_report_plan(connection, schema)
    if not plan.incidents:
        return []
    since = now - timedelta(days=days)
    serious = [
        row
        for row in read_incidents(connection, schema, closed_since=since)
        if row.level in plan.incidents and row.parent is None
    ]
    sent = _sent(connection, schema)
    solved = _solved(connection, schema, [row.incident for row in serious])
    levels = read_levels(connection, schema) if serious else {}
    found = []
    for row in serious:
        name = levels[row.levels].levels.of(row.level).name
        duty, told = plan.incidents[row.level], sent.get(row.number, {})
        own = owed(duty, row.heard_at, row.resolved_at, told, solved.get(row.incident, ()))
        found += [_owed_of(row, name, each) for each in own]
    return found


def _solved(
    connection: Connection, schema: str, incidents: Sequence[UUID]
) -> dict[UUID, list[Solved]]:
    """Return when incidents seemed to be over until they were opened again."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT incident, begin_at, end_at FROM {schema}.incident_pause "
        "WHERE incident = ANY(%s) AND waits_for = %s AND end_at IS NOT NULL ORDER BY begin_at",
        (list(incidents), REOPENED),
    ).fetchall()
    found: dict[UUID, list[Solved]] = {}
    for incident, begin, end in rows:
        found.setdefault(incident, []).append((begin, end))
    return found


def _owed_of(row: IncidentRow, name: Mapping[str, str], each: Owed) -> OwedReport:
    return OwedReport(incident=row.number, level=row.level, name=name, what=row.what, owed=each)


def _sent(connection: Connection, schema: str) -> dict[str, dict[str, datetime]]:
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT span, min(sent_at) FROM {schema}.report WHERE kind = %s AND sent_at IS NOT NULL "
        "GROUP BY span",
        (str(ReportKind.INCIDENT),),
    ).fetchall()
    found: dict[str, dict[str, datetime]] = {}
    for span, at in rows:
        number, _, name = str(span).partition("/")
        found.setdefault(number, {})[name] = at
    return found


def read_positions(connection: Connection, schema: str) -> dict[str, int]:
    """Return how far the tables of each journal have come: what figures read now are as of."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT name, position FROM {schema}.follower WHERE name = ANY(%s) ORDER BY name",
        (["books", "metering", "operations"],),
    ).fetchall()
    return {str(name): int(position) for name, position in rows}
