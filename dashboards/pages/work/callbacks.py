"""Step 5a. From: news. To: the list of work orders anew. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State

from dashboards.pages.parts import Parts
from dashboards.pages.subjects import member_named
from dashboards.pages.work.layout import BOARD, board, path_of
from dashboards.queries.work_rows import OrderTab
from dashboards.shell import LIVE
from dashboards.viewer import current_viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callback of the list of work orders to the app."""

    @app.callback(
        Output({"type": BOARD, "tab": ALL}, "children"),
        Input(LIVE, "data"),
        State({"type": BOARD, "tab": ALL}, "id"),
        prevent_initial_call=True,
    )
    def refresh(_live: str, drawn: list[dict[str, str]]) -> Any:
        viewer, zone, now = current_viewer(), parts.settings.zone, parts.clock.now()
        tabs = [member_named(OrderTab, each["tab"]) for each in drawn]
        viewer.scope.demand_view([path_of(tab) for tab in tabs])
        answers = [parts.queries.work_orders(viewer.scope, tab) for tab in tabs]
        return [board(viewer, answer, zone=zone, now=now) for answer in answers]
