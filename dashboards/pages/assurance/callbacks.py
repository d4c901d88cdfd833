"""Step 5a. From: news. To: the steps of an activation anew, with their clocks. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, no_update

from dashboards.pages.assurance.acts import EMERGENCIES
from dashboards.pages.assurance.emergencies import STEPS, steps_part
from dashboards.pages.parts import Parts
from dashboards.shell import LIVE
from dashboards.viewer import current_viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callback of the pages of contingency plans to the app."""

    @app.callback(
        Output({"type": STEPS, "order": ALL}, "children"),
        Input(LIVE, "data"),
        State({"type": STEPS, "order": ALL}, "id"),
        prevent_initial_call=True,
    )
    def refresh_steps(_live: str, drawn: list[dict[str, str]]) -> Any:
        viewer, zone = current_viewer(), parts.settings.zone
        viewer.scope.demand_view([EMERGENCIES])
        asked = [parts.queries.activation(viewer.scope, each["order"]) for each in drawn]
        return [
            no_update if answer is None else steps_part(viewer, answer.rows, zone)
            for answer in asked
        ]
