"""Step 5a. From: the reports of a site. To: their list, and what incidents owe. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.long_table import long_table
from dashboards.components.pieces import Children, data_age, empty, link, page, panel, table
from dashboards.components.toolbar import choice_links
from dashboards.components.twin import twin
from dashboards.formats import NOTHING
from dashboards.pages.shift_reports.acts import PATH, address_of
from dashboards.pages.shift_reports.pieces import (
    instant,
    kind_word,
    owed_state,
    span_words,
    stage_words,
    state_badge,
    tab_path,
)
from dashboards.queries.rows import Answer
from dashboards.queries.shift_report_rows import ReportBoard, ReportTab
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.duty.names import DutyNames
from energy.service.reports.kinds import ReportKind
from energy.service.reports.reads import OwedReport, ReportRow

BOARD = "shift-report-board"
MOST_OWED = 40
_HEADS = ("kind", "span", "edition", "state", "due", "made", "reviewed", "sent")


def reports_page(
    viewer: Viewer,
    answer: Answer[ReportBoard],
    names: DutyNames,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> Component:
    """Return the list of reports."""
    return page(
        viewer.say("nav.shift_reports"),
        [
            html.P(viewer.say("shift_report_page.what"), className="subtitle"),
            html.Div(
                board(viewer, answer, names, zone=zone, now=now),
                id={"type": BOARD, "tab": str(answer.rows.tab)},
                className="stack",
            ),
        ],
        name="shift-reports",
    )


def board(
    viewer: Viewer,
    answer: Answer[ReportBoard],
    names: DutyNames,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> list[Component | None]:
    """Return what news change: what incidents owe, the tabs, the reports of one."""
    told = answer.rows
    tabs = [
        (f"{_tab_word(viewer, tab)} {told.counts[tab]}", tab_path(tab), tab is told.tab)
        for tab in ReportTab
    ]
    body: list[Component | None] = [empty(viewer.say("shift_report_page.none"))]
    if told.lines:
        heads = [viewer.say(f"cli.report_head.{name}") for name in _HEADS]
        heads[2] = f">{heads[2]}"
        rows = [_row(viewer, row, told, names, zone, now) for row in told.lines]
        body = [
            long_table(viewer, heads, rows, name="shift-report-table"),
            twin(viewer, f"shift_reports_{told.tab}", ""),
        ]
    since = html.P(viewer.say("shift_report_page.since", days=told.days), className="subtitle")
    return [
        _owed(viewer, told, zone, now),
        choice_links(tabs, "", viewer.say("nav.shift_reports")),
        panel(
            _tab_word(viewer, told.tab),
            [since, *body],
            aside=data_age(viewer, answer.age_s, answer.as_of),
            name="shift-report-list",
        ),
    ]


def _tab_word(viewer: Viewer, tab: ReportTab) -> str:
    if tab is ReportTab.WAITING:
        return viewer.say("shift_report_page.waiting")
    return kind_word(viewer, str(tab))


def _row(
    viewer: Viewer,
    row: ReportRow,
    told: ReportBoard,
    names: DutyNames,
    zone: ZoneInfo,
    now: datetime,
) -> list[Children]:
    return [
        kind_word(viewer, row.kind),
        link(span_words(viewer, row, names), address_of(row.kind, row.span)),
        str(row.edition),
        state_badge(viewer, row, told.remind_min, now),
        instant(viewer, row.due_at, zone),
        instant(viewer, row.made_at, zone),
        told.name(row.reviewed_by) or NOTHING,
        instant(viewer, row.sent_at, zone),
    ]


def _owed(viewer: Viewer, told: ReportBoard, zone: ZoneInfo, now: datetime) -> Component | None:
    """Return what serious incidents owe: none where they owe nothing."""
    if not told.owed:
        return None
    names = ("incident", "next", "what", "class", "stage", "due", "state")
    heads = [
        viewer.say("shift_report_page.next" if name == "next" else f"cli.report_head.{name}")
        for name in names
    ]
    rows = [_owed_row(viewer, each, told, zone, now) for each in told.owed[:MOST_OWED]]
    more = len(told.owed) - MOST_OWED
    return panel(
        viewer.say("shift_report_page.owed"),
        [
            html.P(viewer.say("shift_report_page.owed_what"), className="subtitle"),
            table(heads, rows, name="shift-report-owed"),
            html.P(viewer.say("shift_report_page.more", count=more), className="subtitle")
            if more > 0
            else None,
        ],
        name="shift-report-owed",
    )


def _owed_row(
    viewer: Viewer, owed: OwedReport, told: ReportBoard, zone: ZoneInfo, now: datetime
) -> list[Children]:
    span = f"{owed.incident}/{owed.owed.name}"
    written = span in told.written
    return [
        link(owed.incident, f"/incidents/{owed.incident}"),
        _next_link(viewer, span, written=written),
        owed.what,
        viewer.named(owed.name),
        stage_words(viewer, owed),
        instant(viewer, owed.owed.due_at, zone),
        owed_state(viewer, owed, written=written, now=now),
    ]


def _next_link(viewer: Viewer, span: str, *, written: bool) -> Children:
    if written:
        words = viewer.say("shift_report_page.read")
        return link(words, address_of(ReportKind.INCIDENT, span), name="button quiet")
    if not viewer.scope.may(Right.WORK):
        return ""
    return link(viewer.say("shift_report_page.write"), f"{PATH}/write/{span}", name="button")
