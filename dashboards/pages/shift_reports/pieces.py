"""In: reports. Out: what their pages share: states, deadlines, spans. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, badge
from dashboards.formats import NOTHING, short_instant
from dashboards.pages.shift_reports.acts import PATH
from dashboards.queries.shift_report_rows import ReportTab
from dashboards.viewer import Viewer
from energy.service.duty.names import DutyNames
from energy.service.reports.kinds import ReportKind
from energy.service.reports.reads import OwedReport, ReportRow, ReportState

STATE_TONE = {
    ReportState.MADE: "fair",
    ReportState.REVIEWED: "calm",
    ReportState.SENT: "good",
    ReportState.SENT_LATE: "fair",
    ReportState.DUE_SOON: "fair",
    ReportState.LATE: "bad",
    ReportState.CORRECTED: "fair",
}


def tab_path(tab: ReportTab) -> str:
    """Return the address of a tab."""
    return PATH if tab is ReportTab.WAITING else f"{PATH}/{tab}"


def state_word(viewer: Viewer, row: ReportRow, remind_min: int, now: datetime) -> str:
    """Return how far a report is."""
    return viewer.say(f"cli.report_state.{row.state(now, remind_min)}")


def state_badge(viewer: Viewer, row: ReportRow, remind_min: int, now: datetime) -> Component:
    """Return how far a report is as a word with its tone, and whether nobody has read it."""
    state = row.state(now, remind_min)
    shown = [badge(state_word(viewer, row, remind_min, now), STATE_TONE[state])]
    if row.reviewed_at is None and state is not ReportState.MADE:
        shown.append(badge(viewer.say("shift_report_page.to_review"), "fair"))
    return html.Div(shown, className="report-states")


def kind_word(viewer: Viewer, kind: str) -> str:
    """Return what kind of report it is."""
    return viewer.say(f"cli.report_kind.{kind}")


def span_words(viewer: Viewer, row: ReportRow, names: DutyNames) -> str:
    """Return what the span of a report is called: a shift by its name."""
    shift = row.kind == ReportKind.SHIFT
    return names.shift_of_day(row.span, viewer.language) if shift else row.span


def instant(viewer: Viewer, at: datetime | None, zone: ZoneInfo) -> str:
    """Return an instant of a list; a dash where there is none."""
    return short_instant(viewer.language, at, zone) if at is not None else NOTHING


def stage_words(viewer: Viewer, owed: OwedReport) -> str:
    """Return which report of an incident it is, with its number among those alike."""
    _, _, number = owed.owed.name.removeprefix(str(owed.owed.stage)).rpartition("-")
    word = viewer.say(f"shift_report_stage.{owed.owed.stage.replace('-', '_')}")
    return f"{word} {number}".strip()


def owed_state(viewer: Viewer, owed: OwedReport, *, written: bool, now: datetime) -> Children:
    """Return how a report that an incident owes stands."""
    late = owed.owed.late(now)
    due = viewer.say(f"cli.report_state.{'late' if late else 'due_soon'}")
    said = viewer.say(f"shift_report_page.{'written' if written else 'unwritten'}")
    shown = [badge(due, "bad")] if late else []
    return html.Div([*shown, badge(said, "calm" if written else "fair")], className="report-states")
