"""Step 5a. From: news. To: the list of supply cases or how one stands, anew. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, no_update

from dashboards.pages.cases.acts import PATH
from dashboards.pages.cases.case import STANDING, standing
from dashboards.pages.cases.layout import BOARD, board, path_of
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import key_named, member_named
from dashboards.queries.case_rows import CaseTab
from dashboards.shell import LIVE
from dashboards.viewer import current_viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of supply cases to the app."""

    @app.callback(
        Output({"type": BOARD, "tab": ALL}, "children"),
        Input(LIVE, "data"),
        State({"type": BOARD, "tab": ALL}, "id"),
        prevent_initial_call=True,
    )
    def refresh_board(_live: str, drawn: list[dict[str, str]]) -> Any:
        viewer, zone = current_viewer(), parts.settings.zone
        tabs = [member_named(CaseTab, each["tab"]) for each in drawn]
        viewer.scope.demand_view([path_of(tab) for tab in tabs])
        answers = [parts.queries.supply_cases(viewer.scope, tab) for tab in tabs]
        return [board(viewer, answer, zone=zone) for answer in answers]

    @app.callback(
        Output({"type": STANDING, "number": ALL}, "children"),
        Input(LIVE, "data"),
        State({"type": STANDING, "number": ALL}, "id"),
        prevent_initial_call=True,
    )
    def refresh_case(_live: str, drawn: list[dict[str, str]]) -> Any:
        viewer, zone = current_viewer(), parts.settings.zone
        numbers = [key_named(each["number"]) for each in drawn]
        viewer.scope.demand_view([f"{PATH}/{number}" for number in numbers])
        answers = [parts.queries.supply_case(viewer.scope, number) for number in numbers]
        return [
            no_update if answer is None else standing(viewer, answer, zone=zone)
            for answer in answers
        ]
