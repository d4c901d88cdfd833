"""Step 5a. From: news. To: a wall's panels anew. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, no_update

from dashboards.pages.parts import Parts
from dashboards.pages.wall.layout import PANELS, panels
from dashboards.pages.wall.view_model import wall_model
from dashboards.shell import LIVE
from dashboards.viewer import current_viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callback of the walls to the app."""

    @app.callback(
        Output({"type": PANELS, "name": ALL}, "children"),
        Input(LIVE, "data"),
        State({"type": PANELS, "name": ALL}, "id"),
        prevent_initial_call=True,
    )
    def refresh(_live: str, walls: list[dict[str, str]]) -> Any:
        if not walls:
            return no_update
        viewer, zone, now = current_viewer(), parts.settings.zone, parts.clock.now()
        viewer.scope.demand_view([f"/wall/{wall['name']}" for wall in walls])
        return [
            panels(viewer, wall_model(parts, viewer, wall["name"]), zone=zone, now=now)
            for wall in walls
        ]
