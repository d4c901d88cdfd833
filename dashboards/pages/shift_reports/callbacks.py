"""Step 5a. From: news. To: the list of reports anew. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State

from dashboards.pages.parts import Parts
from dashboards.pages.shift_reports.layout import BOARD, board
from dashboards.pages.shift_reports.pieces import tab_path
from dashboards.pages.subjects import member_named
from dashboards.queries.shift_report_rows import ReportTab
from dashboards.shell import LIVE
from dashboards.viewer import current_viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of the pages of reports to the app."""

    @app.callback(
        Output({"type": BOARD, "tab": ALL}, "children"),
        Input(LIVE, "data"),
        State({"type": BOARD, "tab": ALL}, "id"),
        prevent_initial_call=True,
    )
    def refresh(_live: str, drawn: list[dict[str, str]]) -> Any:
        viewer, zone, now = current_viewer(), parts.settings.zone, parts.clock.now()
        tabs = [member_named(ReportTab, each["tab"]) for each in drawn]
        viewer.scope.demand_view([tab_path(tab) for tab in tabs])
        answers = [parts.queries.shift_reports(viewer.scope, tab) for tab in tabs]
        names = parts.queries.duty_names(viewer.scope)
        return [board(viewer, each, names, zone=zone, now=now) for each in answers]
