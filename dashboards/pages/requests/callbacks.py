"""Step 5a. From: news. To: the list of requests or how one stands, anew. I/O by ports."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash

from dashboards.components.request_pieces import REQUESTS
from dashboards.pages.parts import Parts
from dashboards.pages.redrawing import redrawn
from dashboards.pages.requests.layout import BOARD, board, path_of
from dashboards.pages.requests.story import STANDING, standing
from dashboards.pages.subjects import key_named, member_named
from dashboards.queries.request_rows import RequestTab
from dashboards.viewer import Viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of requests to the app."""
    zone = parts.settings.zone

    def draw_board(viewer: Viewer, tab: RequestTab) -> Any:
        return board(viewer, parts.queries.requests(viewer.scope, tab), zone=zone)

    def draw_standing(viewer: Viewer, number: str) -> Any:
        answer = parts.queries.request(viewer.scope, number)
        return answer and standing(viewer, answer, zone=zone)

    named = partial(member_named, RequestTab)
    redrawn(app, BOARD, "tab", named=named, path=path_of, draw=draw_board)
    redrawn(
        app,
        STANDING,
        "number",
        named=key_named,
        path=lambda number: f"{REQUESTS}/{number}",
        draw=draw_standing,
    )
