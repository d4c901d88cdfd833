"""Step 5a. From: news, an instant typed. To: who is on duty anew, another address. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update

from dashboards.note_words import wall_instant
from dashboards.pages.duty.called import WHEN
from dashboards.pages.duty.layout import NOW, now_panel
from dashboards.pages.duty.pieces import PATH, at_path
from dashboards.pages.parts import Parts
from dashboards.shell import LIVE, LOCATION
from dashboards.told import refusal_text
from dashboards.viewer import current_viewer
from energy.base.errors import EnergyError
from energy.base.period import local_day


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of the page of duty to the app."""

    @app.callback(Output(NOW, "children"), Input(LIVE, "data"), prevent_initial_call=True)
    def refresh(_live: str) -> Any:
        viewer, zone, now = current_viewer(), parts.settings.zone, parts.clock.now()
        viewer.scope.demand_view([PATH])
        answer = parts.queries.duty(viewer.scope, local_day(now, zone), now)
        names = parts.queries.duty_names(viewer.scope)
        return now_panel(viewer, answer.rows, names, zone=zone)

    @app.callback(
        Output(LOCATION, "pathname", allow_duplicate=True),
        Output(WHEN, "error"),
        Input(WHEN, "value"),
        State(LOCATION, "pathname"),
        prevent_initial_call=True,
    )
    def choose(typed: str | None, path: str | None) -> Any:
        viewer, zone = current_viewer(), parts.settings.zone
        try:
            at = wall_instant(typed or "", zone)
        except EnergyError as error:
            return no_update, refusal_text(viewer.language, error)
        there = at_path(at, zone)
        return no_update if there == path else there, ""
