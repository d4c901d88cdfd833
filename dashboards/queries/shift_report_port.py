"""In: nothing. Out: questions about reports of shift, day and week; each takes the scope first."""

from __future__ import annotations

from typing import Protocol

from dashboards.queries.rows import Answer
from dashboards.queries.shift_report_rows import (
    OwedPage,
    ReportBoard,
    ReportFile,
    ReportPage,
    ReportTab,
)
from dashboards.security.scope import Scope


class ShiftReportQueries(Protocol):
    """Questions about editions of reports; money is for who reads bills."""

    def shift_reports(self, scope: Scope, tab: ReportTab) -> Answer[ReportBoard]:
        """Return the reports of a tab, and what serious incidents owe."""
        ...

    def shift_report(
        self, scope: Scope, kind: str, span: str, edition: int | None = None
    ) -> Answer[ReportPage] | None:
        """Return an edition of a report, the newest where none is named; None: there is none."""
        ...

    def owed_report(self, scope: Scope, number: str, stage: str) -> Answer[OwedPage] | None:
        """Return a report that an incident owes, for who may write it; None: it owes none."""
        ...

    def shift_report_file(
        self, scope: Scope, kind: str, span: str, edition: int, form: ReportFile, language: str
    ) -> bytes | None:
        """Return an edition as a file; None: there is none."""
        ...
