"""Step 5a. From: news. To: the list of incidents anew. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State

from dashboards.pages.incidents.layout import BOARD, board, path_of
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import member_named
from dashboards.queries.work_rows import IncidentTab
from dashboards.shell import LIVE
from dashboards.viewer import current_viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callback of the list of incidents to the app."""

    @app.callback(
        Output({"type": BOARD, "tab": ALL}, "children"),
        Input(LIVE, "data"),
        State({"type": BOARD, "tab": ALL}, "id"),
        prevent_initial_call=True,
    )
    def refresh(_live: str, drawn: list[dict[str, str]]) -> Any:
        viewer, zone = current_viewer(), parts.settings.zone
        tabs = [member_named(IncidentTab, each["tab"]) for each in drawn]
        viewer.scope.demand_view([path_of(tab) for tab in tabs])
        answers = [parts.queries.incidents(viewer.scope, tab) for tab in tabs]
        return [board(viewer, answer, zone=zone) for answer in answers]
