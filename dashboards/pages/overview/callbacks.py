"""Step 5a. From: an event of the browser. To: the overview's panels anew. I/O by ports."""

from __future__ import annotations

from dash import ALL, Dash, Input, Output, State, ctx
from dash.development.base_component import Component

from dashboards.components.alert_list import ACKNOWLEDGE
from dashboards.components.notes import SAID
from dashboards.pages.acknowledging import acknowledge
from dashboards.pages.overview.layout import (
    ALERTS,
    FLOW,
    LOAD,
    OUTAGES,
    TILES,
    alerts_panel,
    flow_panel,
    load_panel,
    outages_strip,
    tiles,
)
from dashboards.pages.overview.view_model import load_overview
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named
from dashboards.selection import selection_of
from dashboards.shell import LIVE, LOCATION
from dashboards.viewer import current_viewer
from energy.base.period import local_day


def register(app: Dash, parts: Parts) -> None:
    """Add the overview's callbacks to the app."""

    @app.callback(
        Output(TILES, "children"),
        Output(LOAD, "children"),
        Output(FLOW, "children"),
        Output(OUTAGES, "children"),
        Input(LIVE, "data"),
        Input(ALERTS, "children"),  # an acknowledgement changes the tile's count too
        Input({"type": SAID, "about": ALL}, "children"),  # a note stands on the curve
        State(LOCATION, "search"),
        prevent_initial_call=True,
    )
    def refresh(
        _live: str, _alerts: Component, _said: list[Component], search: str | None
    ) -> tuple[list[Component], Component, Component, Component | None]:
        viewer, now, zone = current_viewer(), parts.clock.now(), parts.settings.zone
        today = local_day(now, zone)
        model = load_overview(parts, viewer, selection_of(search, today).utility)
        return (
            tiles(viewer, model.tiles, model.alerts),
            load_panel(viewer, model.load, zone=zone, place=model.place),
            flow_panel(viewer, model.flow),
            outages_strip(viewer, model, zone=zone, now=now),
        )

    @app.callback(
        Output(ALERTS, "children"),
        Input(LIVE, "data"),
        Input({"type": ACKNOWLEDGE, "alert": ALL}, "n_clicks"),
        State(TILES, "id"),
        prevent_initial_call=True,
    )
    def alerts(_live: str, clicks: list[int], _tiles: str) -> Component:
        viewer, pressed = current_viewer(), ctx.triggered_id
        refusal = None
        if isinstance(pressed, dict) and any(clicks):
            refusal = acknowledge(parts, id_named(pressed["alert"]))
        answer = parts.queries.open_alerts(viewer.scope)
        return alerts_panel(viewer, answer, zone=parts.settings.zone, refusal=refusal)
