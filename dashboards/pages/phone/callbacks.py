"""Step 5a. From: taps of a phone. To: its pages anew, a meter opened, a reading entered. I/O."""

from __future__ import annotations

from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from dashboards.components.alert_list import ACKNOWLEDGE
from dashboards.display_commands import Typed
from dashboards.pages.acknowledging import acknowledge
from dashboards.pages.parts import Parts
from dashboards.pages.phone.entry import (
    CONFIRM,
    FIELD,
    RECORD,
    SAID,
    confirmed,
    done,
    doubted,
    printable,
    refused,
)
from dashboards.pages.phone.finding import found
from dashboards.pages.phone.layout import FOUND, HOME, LIVE_PARTS, OPEN, SCANNED, SOUGHT, live_parts
from dashboards.pages.phone.meter import METER, READING, meter_parts, reading_panel
from dashboards.pages.phone.view_model import phone_model
from dashboards.pages.redrawing import redrawn
from dashboards.pages.subjects import id_named, key_named
from dashboards.shell import LIVE, LOCATION
from dashboards.told import refusal_text
from dashboards.viewer import Viewer, current_viewer
from energy.base.errors import EnergyError
from energy.base.period import local_day


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of a phone to the app."""
    _register_home(app, parts)
    _register_finder(app, parts)
    _register_meter(app, parts)


def _register_home(app: Dash, parts: Parts) -> None:
    @app.callback(
        Output(LIVE_PARTS, "children"),
        Input(LIVE, "data"),
        Input({"type": ACKNOWLEDGE, "alert": ALL}, "n_clicks"),
        State(LIVE_PARTS, "id"),
        prevent_initial_call=True,
    )
    def refresh(_live: str, clicks: list[int], _here: str) -> Any:
        viewer, pressed = current_viewer(), ctx.triggered_id
        refusal = None
        if isinstance(pressed, dict) and any(clicks):
            refusal = acknowledge(parts, id_named(pressed["alert"]))
        model = phone_model(parts, viewer)
        return live_parts(viewer, model, zone=parts.settings.zone, refusal=refusal)


def _register_finder(app: Dash, parts: Parts) -> None:
    @app.callback(
        Output(FOUND, "children"),
        Output(LOCATION, "pathname", allow_duplicate=True),
        Input(OPEN, "n_clicks"),
        Input(SOUGHT, "n_submit"),
        Input(SCANNED, "data"),
        State(SOUGHT, "value"),
        prevent_initial_call=True,
    )
    def find(_clicks: int | None, _n: int | None, scanned: Any, typed: str | None) -> Any:
        by_camera = ctx.triggered_id == SCANNED and isinstance(scanned, dict)
        text = str(scanned.get("text", "")) if by_camera else typed or ""
        if not text.strip():
            raise PreventUpdate
        answer = found(parts, current_viewer(), text)
        return (None, answer) if isinstance(answer, str) else (answer, no_update)


def _register_meter(app: Dash, parts: Parts) -> None:
    def draw(viewer: Viewer, point: str) -> Any:
        answer = parts.queries.phone_meter(viewer.scope, point)
        return answer and reading_panel(viewer, answer, zone=parts.settings.zone)

    redrawn(
        app,
        READING,
        "point",
        named=key_named,
        path=lambda point: f"{HOME}/meters/{point}",
        draw=draw,
    )

    @app.callback(
        Output({"type": METER, "point": MATCH}, "children"),
        Output({"type": SAID, "point": MATCH}, "children"),
        Input({"type": RECORD, "point": MATCH, "form": ALL}, "n_clicks"),
        Input({"type": CONFIRM, "point": MATCH, "said": ALL}, "n_clicks"),
        State({"type": FIELD, "point": MATCH, "field": ALL}, "value"),
        prevent_initial_call=True,
    )
    def enter(_records: Any, _confirms: Any, _typed: Any) -> Any:
        pressed = ctx.triggered_id
        if not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
            raise PreventUpdate  # a button that came with a new page was not pressed
        return _entered(parts, pressed, ctx.states_list[0])


def _entered(parts: Parts, pressed: dict[str, str], states: list[dict[str, Any]]) -> Any:
    """Return the page anew behind an entry; else what is odd about it, or why it was refused."""
    viewer, zone, now = current_viewer(), parts.settings.zone, parts.clock.now()
    point = key_named(pressed["point"])
    if pressed["type"] == CONFIRM:
        typed, doubts = confirmed(point, pressed["said"])
    else:
        typed, doubts = _typed(pressed, states), frozenset[str]()
    try:
        read = parts.commands.displays.enter(viewer.scope, typed, doubts)
    except EnergyError as error:
        return no_update, refused(refusal_text(viewer.language, error))
    if read.position is None:
        return no_update, doubted(viewer, typed, read, zone=zone)
    parts.queries.await_reading(viewer.scope, read.position)
    answer = parts.queries.phone_meter(viewer.scope, typed.point)
    assert answer is not None, "a reading was entered there"
    fresh = meter_parts(
        viewer,
        answer,
        zone=zone,
        today=local_day(now, zone),
        form=now.isoformat(),
        said=done(viewer, read, zone=zone),
    )
    return fresh, no_update


def _typed(pressed: dict[str, str], states: list[dict[str, Any]]) -> Typed:
    """Return what stands in the form's fields."""
    said = {str(each["id"]["field"]): printable(each.get("value") or "") for each in states}
    return Typed(
        point=pressed["point"],
        quantity=said.get("quantity", ""),
        value=said.get("value", ""),
        at=said.get("at", ""),
        note=said.get("note", ""),
        form=pressed.get("form", ""),
    )
