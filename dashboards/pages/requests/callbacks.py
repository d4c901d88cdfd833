"""Step 5a. From: news. To: the list of requests or how one stands, anew. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, no_update

from dashboards.components.request_pieces import REQUESTS
from dashboards.pages.parts import Parts
from dashboards.pages.requests.layout import BOARD, board, path_of
from dashboards.pages.requests.story import STANDING, standing
from dashboards.pages.subjects import key_named, member_named
from dashboards.queries.request_rows import RequestTab
from dashboards.shell import LIVE
from dashboards.viewer import current_viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of requests to the app."""
    _register_board(app, parts)
    _register_story(app, parts)


def _register_board(app: Dash, parts: Parts) -> None:
    @app.callback(
        Output({"type": BOARD, "tab": ALL}, "children"),
        Input(LIVE, "data"),
        State({"type": BOARD, "tab": ALL}, "id"),
        prevent_initial_call=True,
    )
    def refresh(_live: str, drawn: list[dict[str, str]]) -> Any:
        viewer, zone = current_viewer(), parts.settings.zone
        tabs = [member_named(RequestTab, each["tab"]) for each in drawn]
        viewer.scope.demand_view([path_of(tab) for tab in tabs])
        answers = [parts.queries.requests(viewer.scope, tab) for tab in tabs]
        return [board(viewer, answer, zone=zone) for answer in answers]


def _register_story(app: Dash, parts: Parts) -> None:
    @app.callback(
        Output({"type": STANDING, "number": ALL}, "children"),
        Input(LIVE, "data"),
        State({"type": STANDING, "number": ALL}, "id"),
        prevent_initial_call=True,
    )
    def refresh(_live: str, drawn: list[dict[str, str]]) -> Any:
        viewer, zone = current_viewer(), parts.settings.zone
        numbers = [key_named(each["number"]) for each in drawn]
        viewer.scope.demand_view([f"{REQUESTS}/{number}" for number in numbers])
        answers = [parts.queries.request(viewer.scope, number) for number in numbers]
        return [
            no_update if answer is None else standing(viewer, answer, zone=zone)
            for answer in answers
        ]
