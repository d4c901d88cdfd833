"""Step 5a. From: news. To: the list of work orders anew. I/O by ports."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Dash

from dashboards.pages.parts import Parts
from dashboards.pages.redrawing import redrawn
from dashboards.pages.subjects import member_named
from dashboards.pages.work.layout import BOARD, board, path_of
from dashboards.queries.work_rows import OrderTab
from dashboards.viewer import Viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callback of the list of work orders to the app."""

    def draw(viewer: Viewer, tab: OrderTab) -> Any:
        answer = parts.queries.work_orders(viewer.scope, tab)
        return board(viewer, answer, zone=parts.settings.zone)

    redrawn(app, BOARD, "tab", named=partial(member_named, OrderTab), path=path_of, draw=draw)
