"""Step 5a. From: news. To: the list of supply cases or how one stands, anew. I/O by ports."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash

from dashboards.pages.cases.acts import PATH
from dashboards.pages.cases.case import STANDING, standing
from dashboards.pages.cases.layout import BOARD, board, path_of
from dashboards.pages.parts import Parts
from dashboards.pages.redrawing import redrawn
from dashboards.pages.subjects import key_named, member_named
from dashboards.queries.case_rows import CaseTab
from dashboards.viewer import Viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of supply cases to the app."""
    zone = parts.settings.zone

    def draw_board(viewer: Viewer, tab: CaseTab) -> Any:
        return board(viewer, parts.queries.supply_cases(viewer.scope, tab), zone=zone)

    def draw_standing(viewer: Viewer, number: str) -> Any:
        answer = parts.queries.supply_case(viewer.scope, number)
        return answer and standing(viewer, answer, zone=zone)

    redrawn(app, BOARD, "tab", named=partial(member_named, CaseTab), path=path_of, draw=draw_board)
    redrawn(
        app,
        STANDING,
        "number",
        named=key_named,
        path=lambda number: f"{PATH}/{number}",
        draw=draw_standing,
    )
