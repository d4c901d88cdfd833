"""Step 5a. From: editions of reports. To: their pages, and the files of them. I/O: reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from dashboards.queries.rows import Answer
from dashboards.queries.shift_report_rows import (
    OwedPage,
    ReportBoard,
    ReportFile,
    ReportPage,
    ReportTab,
)
from dashboards.queries.sql_site import OPERATIONS, Connection, SqlSite
from dashboards.security.scope import Right, Scope
from dashboards.shift_papers.cells import Reader
from dashboards.shift_papers.paper import report_pdf
from dashboards.shift_papers.told import shown_changes, shown_tables
from dashboards.shift_papers.workbook import workbook_of
from energy.service.duty.reads import read_duty_names
from energy.service.reports.errors import ReportError
from energy.service.reports.incident import stage_owed, told_of
from energy.service.reports.kinds import ReportKind
from energy.service.reports.reads import (
    ReportRow,
    read_edition,
    read_owed,
    read_report_plan,
    read_reports,
)
from energy.service.reports.table import Contents
from energy.service.work.reads import read_class_names, read_incidents

DAYS: Final = 60
"""How far back a list goes."""


class SqlShiftReports:
    """Questions about reports of shift, day and week in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def shift_reports(self, scope: Scope, tab: ReportTab) -> Answer[ReportBoard]:
        """Return the reports of a tab, and what serious incidents owe."""
        now, schema = self._at.clock.now(), self._at.schema
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            found = read_reports(connection, schema, since=now - timedelta(days=DAYS))
            by_tab = {each: [row for row in found if _belongs(row, each)] for each in ReportTab}
            told = read_owed(connection, schema, now)
            owed = [each for each in told if each.owed.sent_at is None]
            people = [row.reviewed_by for row in by_tab[tab]]
            board = ReportBoard(
                tab=tab,
                lines=by_tab[tab],
                counts={each: len(rows) for each, rows in by_tab.items()},
                days=DAYS,
                owed=sorted(owed, key=lambda each: (each.owed.due_at, each.incident)),
                written=frozenset(row.span for row in by_tab[ReportTab.INCIDENT]),
                remind_min=read_report_plan(connection, schema).remind_min,
                names=self._names(connection, people),
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def shift_report(
        self, scope: Scope, kind: str, span: str, edition: int | None = None
    ) -> Answer[ReportPage] | None:
        """Return an edition of a report, the newest where none is named; None: there is none."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            page = self._page(connection, scope, kind, span, edition)
            if page is None:
                return None
            return self._at.answer(connection, page, follower=OPERATIONS)

    def _page(
        self, connection: Connection, scope: Scope, kind: str, span: str, edition: int | None
    ) -> ReportPage | None:
        schema, money = self._at.schema, scope.may(Right.READ_BILLS)
        try:
            row, contents = read_edition(connection, schema, kind, span, edition)
        except ReportError:
            return None
        editions = read_reports(connection, schema, kind=kind, span=span, every=True)
        shown = replace(contents, tables=tuple(shown_tables(contents, money=money)))
        acting = [
            who for each in editions for who in (each.made_by, each.reviewed_by, each.sent_by)
        ]
        return ReportPage(
            row=replace(row, changes=shown_changes(row, money=money)),
            contents=shown,
            editions=editions,
            money=money,
            remind_min=read_report_plan(connection, schema).remind_min,
            names=self._names(connection, [*acting, *_people_of(shown)]),
            classes=read_class_names(connection, schema),
        )

    def owed_report(self, scope: Scope, number: str, stage: str) -> Answer[OwedPage] | None:
        """Return a report that an incident owes, for who may write it; None: it owes none."""
        if not scope.may(Right.WORK):  # who may need not give the PIN to look
            self._at.demand(scope, Right.WORK)
        schema = self._at.schema
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            try:
                owed = stage_owed(connection, self._at.site, number, stage, self._at.clock.now())
            except ReportError:
                return None
            (row,) = read_incidents(connection, schema, named=number, over=True)
            page = OwedPage(
                report=owed,
                said=self._said(connection, f"{number}/{stage}"),
                heard_at=row.heard_at,
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def _said(self, connection: Connection, span: str) -> str:
        """Return what a report of an incident says so far; "" where nobody wrote it."""
        try:
            _, contents = read_edition(connection, self._at.schema, str(ReportKind.INCIDENT), span)
        except ReportError:
            return ""
        return told_of(contents)

    def shift_report_file(
        self, scope: Scope, kind: str, span: str, edition: int, form: ReportFile, language: str
    ) -> bytes | None:
        """Return an edition as a file; None: there is none."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            page = self._page(connection, scope, kind, span, edition)
            duty = read_duty_names(connection, self._at.schema)
        if page is None:
            return None
        reader = Reader(
            language=language,
            zone=self._at.site.zone,
            name_of=page.name,
            duty=duty,
            classes=page.classes,
        )
        facts = (page.row, page.contents, reader)
        if form is ReportFile.PDF:
            return report_pdf(*facts, self._at.site.name, money=page.money)
        return workbook_of(*facts, money=page.money)

    def _names(self, connection: Connection, people: Iterable[UUID | None]) -> Mapping[UUID, str]:
        known = list(dict.fromkeys(each for each in people if each is not None))
        return self._at.person_names(connection, known)


def _belongs(row: ReportRow, tab: ReportTab) -> bool:
    """Return whether a tab has a report; one that stays here waits for its review alone."""
    if tab is not ReportTab.WAITING:
        return row.kind == tab
    if row.sent_at is not None:
        return False
    sends = row.due_at is not None or row.first_sent_at is not None
    return row.reviewed_at is None or sends


def _people_of(contents: Contents) -> Iterator[UUID]:
    """Yield the persons who stand in a report."""
    for part in contents.tables:
        places = [n for n, each in enumerate(part.columns) if each.kind == "person"]
        for row in part.rows:
            yield from (UUID(str(row[n])) for n in places if row[n])
