"""In: a slider moved, a bill asked for. Out: its address, what it would be. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import ALL, MATCH, Dash, Input, NoUpdate, Output, State, ctx, no_update
from dash.development.base_component import Component

from billing.corrections.anew import Known
from dashboards.components.pieces import empty, notice
from dashboards.pages.bills.known import BODY, SLIDER, known_body, path_of
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, number_named
from dashboards.shell import LOCATION
from dashboards.told import refusal_text
from dashboards.viewer import current_viewer
from energy.base.errors import EnergyError


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of the slider to the app."""

    @app.callback(
        Output(LOCATION, "pathname", allow_duplicate=True),
        Input({"type": SLIDER, "invoice": ALL, "pairs": ALL}, "value"),
        State(LOCATION, "pathname"),
        prevent_initial_call=True,
    )
    def move(values: list[int | None], path: str | None) -> str | NoUpdate:
        slid = ctx.triggered_id
        if not isinstance(slid, dict) or not values or not isinstance(values[0], int):
            return no_update
        there = moved(str(id_named(slid["invoice"])), str(slid["pairs"]), values[0])
        return no_update if there in (None, path) else there

    @app.callback(
        Output({"type": BODY, "invoice": MATCH, "metering": MATCH, "books": MATCH}, "children"),
        Input({"type": BODY, "invoice": MATCH, "metering": MATCH, "books": MATCH}, "id"),
    )
    def draft(asked: dict[str, Any]) -> list[Component] | Component:
        viewer = current_viewer()
        invoice = id_named(asked["invoice"])
        known = number_named(asked["metering"]), number_named(asked["books"])
        try:
            answer = parts.queries.bill_as_known(viewer.scope, invoice, *known)
        except EnergyError as error:
            return notice(refusal_text(viewer.language, error), good=False)
        if answer is None:
            return empty(viewer.say("page.unknown"))
        return known_body(viewer, answer, zone=parts.settings.zone)


def moved(invoice: str, pairs: str, value: int) -> str | None:
    """Return the address of a stop of the slider; None where it has no such stop.

    Args:
        invoice: Whose slider it is.
        pairs: Its stops, "metering-books" each.
        value: Number of the stop, the bill as issued is 0.

    Raises:
        UnknownSubjectError: A stop is none.
    """
    stops = pairs.split()
    if not 0 <= value < len(stops):
        return None
    metering, books = (number_named(each) for each in (*stops[value].split("-"), "")[:2])
    return path_of(invoice, Known(metering=metering, books=books) if value else None)
