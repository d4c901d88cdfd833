"""Step 5a. From: news. To: the list of incidents or how one stands, anew. I/O by ports."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash

from dashboards.components.work_pieces import INCIDENTS
from dashboards.pages.incidents.layout import BOARD, board, path_of
from dashboards.pages.incidents.story import STANDING, standing
from dashboards.pages.parts import Parts
from dashboards.pages.redrawing import redrawn
from dashboards.pages.subjects import key_named, member_named
from dashboards.queries.work_rows import IncidentTab
from dashboards.viewer import Viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of incidents to the app."""
    zone = parts.settings.zone

    def draw_board(viewer: Viewer, tab: IncidentTab) -> Any:
        return board(viewer, parts.queries.incidents(viewer.scope, tab), zone=zone)

    def draw_standing(viewer: Viewer, number: str) -> Any:
        answer = parts.queries.incident(viewer.scope, number)
        return answer and standing(viewer, answer, zone=zone)

    named = partial(member_named, IncidentTab)
    redrawn(app, BOARD, "tab", named=named, path=path_of, draw=draw_board)
    redrawn(
        app,
        STANDING,
        "number",
        named=key_named,
        path=lambda number: f"{INCIDENTS}/{number}",
        draw=draw_standing,
    )
