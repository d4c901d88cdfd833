"""Step 5a. From: news, or a press of acknowledge. To: the alerts anew. I/O by ports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from dash import ALL, MATCH, Dash, Input, Output, State, ctx, no_update

from dashboards.components.alert_grid import alert_cells
from dashboards.components.alert_list import ACKNOWLEDGE
from dashboards.pages.acknowledging import acknowledge
from dashboards.pages.alerts.layout import CARDS, SAID, SUMMARY, cards, said, summary
from dashboards.pages.alerts.story import STORY, story
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named
from dashboards.queries.alert_rows import AlertTab
from dashboards.selection import selection_of
from dashboards.shell import LIVE, LOCATION
from dashboards.viewer import current_viewer
from energy.base.period import local_day


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of the alerts' pages to the app."""
    _register_board(app, parts)
    _register_story(app, parts)


def _register_board(app: Dash, parts: Parts) -> None:
    @app.callback(
        Output(SUMMARY, "children"),
        Output({"type": "alert-grid", "tab": ALL}, "rowData"),
        Output(CARDS, "children"),
        Output(SAID, "children"),
        Input(LIVE, "data"),
        Input({"type": "alert-grid", "tab": ALL}, "cellRendererData"),
        Input({"type": ACKNOWLEDGE, "alert": ALL}, "n_clicks"),
        State({"type": "alert-grid", "tab": ALL}, "id"),
        State(LOCATION, "search"),
        prevent_initial_call=True,
    )
    def refresh(
        _live: str,
        pressed: list[dict[str, Any] | None],
        clicks: list[int],
        grids: list[dict[str, str]],
        search: str | None,
    ) -> Any:
        if not grids:
            return no_update
        viewer, zone, now = current_viewer(), parts.settings.zone, parts.clock.now()
        alert = _pressed(pressed, clicks)
        refusal = acknowledge(parts, alert) if alert else None
        selection = selection_of(search, local_day(now, zone))
        answer = parts.queries.alert_board(viewer.scope, AlertTab(grids[0]["tab"]), selection)
        board = answer.rows
        cells = alert_cells(viewer, board.rows, zone=zone, now=now, as_of=answer.as_of)
        above = summary(viewer, board, selection, zone=zone)
        return above, [cells], cards(viewer, board, zone=zone), said(refusal)


def _register_story(app: Dash, parts: Parts) -> None:
    @app.callback(
        Output({"type": STORY, "alert": MATCH}, "children"),
        Input({"type": ACKNOWLEDGE, "alert": MATCH}, "n_clicks"),
        prevent_initial_call=True,
    )
    def press(clicks: int | None) -> Any:
        if not clicks or not isinstance(ctx.triggered_id, dict):
            return no_update
        viewer, alert = current_viewer(), id_named(ctx.triggered_id["alert"])
        refusal = acknowledge(parts, alert)
        answer = parts.queries.alert(viewer.scope, alert)
        if answer is None:
            return no_update
        zone, now = parts.settings.zone, parts.clock.now()
        return story(viewer, answer, zone=zone, now=now, refusal=refusal)


def _pressed(pressed: list[dict[str, Any] | None], clicks: list[int]) -> UUID | None:
    """Return the alert whose button was pressed, in the grid or on a card."""
    what = ctx.triggered_id
    if not isinstance(what, dict):
        return None
    if what["type"] == ACKNOWLEDGE:
        return id_named(what["alert"]) if any(clicks) else None
    told = next((each for each in pressed if each), None)
    return id_named(told["value"]) if told else None
