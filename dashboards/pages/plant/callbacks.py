"""Step 5a. From: news. To: the values of a one-line diagram anew. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, no_update

from dashboards.pages.parts import Parts
from dashboards.pages.plant.layout import LINE, live_part
from dashboards.selection import selection_of
from dashboards.shell import LIVE, LOCATION
from dashboards.viewer import current_viewer
from energy.base.period import local_day


def register(app: Dash, parts: Parts) -> None:
    """Add the callback of the diagrams to the app."""

    @app.callback(
        Output({"type": LINE, "key": ALL}, "children"),
        Input(LIVE, "data"),
        State({"type": LINE, "key": ALL}, "id"),
        State(LOCATION, "search"),
        prevent_initial_call=True,
    )
    def refresh(_live: str, drawn: list[dict[str, str]], search: str | None) -> Any:
        viewer, zone = current_viewer(), parts.settings.zone
        viewer.scope.demand_view([f"/plant/{each['key']}" for each in drawn])
        now = selection_of(search, local_day(parts.clock.now(), zone))
        answers = [
            parts.queries.one_line(viewer.scope, now.utility, each["key"], now.node)
            for each in drawn
        ]
        return [
            no_update if each is None else live_part(viewer, each, now.node, zone=zone)
            for each in answers
        ] or no_update
