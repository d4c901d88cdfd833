"""In: reports. Out: the tables behind their list. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from billing.ledger.sheets import Cell, Sheet
from dashboards.pages.parts import Parts
from dashboards.pages.shift_reports.pieces import kind_word, span_words, state_word
from dashboards.queries.shift_report_rows import ReportTab
from dashboards.selection import Selection
from dashboards.viewer import Viewer

_HEADS = ("kind", "span", "edition", "state", "due", "made", "reviewed", "sent", "seal")


def reports_sheet(tab: ReportTab, parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return the reports of a tab, the latest first."""
    del selection
    told = parts.queries.shift_reports(viewer.scope, tab).rows
    names = parts.queries.duty_names(viewer.scope)
    zone, now = parts.settings.zone, parts.clock.now()
    rows: list[list[Cell]] = [
        [
            kind_word(viewer, row.kind),
            span_words(viewer, row, names),
            row.edition,
            state_word(viewer, row, told.remind_min, now),
            _local(row.due_at, zone),
            _local(row.made_at, zone),
            told.name(row.reviewed_by) or "",
            _local(row.sent_at, zone),
            row.sha256,
        ]
        for row in told.lines
    ]
    heads = tuple(viewer.say(f"cli.report_head.{name}") for name in _HEADS)
    return Sheet(name=f"shift-reports-{tab}", heads=heads, rows=rows)


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else at.astimezone(zone).isoformat(timespec="minutes")


SHIFT_REPORT_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {
    f"shift_reports_{tab}": partial(reports_sheet, tab) for tab in ReportTab
}
