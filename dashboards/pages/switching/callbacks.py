"""Step 5a. From: news. To: the board and the order anew, typed words untouched. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, no_update

from dashboards.pages.parts import Parts
from dashboards.pages.switching.acts import PATH
from dashboards.pages.switching.forms import stop_part
from dashboards.pages.switching.layout import BOARD, board
from dashboards.pages.switching.order import (
    NEXT,
    SEEN,
    STATE,
    STOP,
    next_part,
    seen_of,
    state_part,
)
from dashboards.shell import LIVE
from dashboards.viewer import current_viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of the pages of switching to the app."""

    @app.callback(Output(BOARD, "children"), Input(LIVE, "data"), prevent_initial_call=True)
    def refresh_board(_live: str) -> Any:
        viewer = current_viewer()
        viewer.scope.demand_view([PATH])
        answer = parts.queries.switching(viewer.scope)
        return board(viewer, answer, zone=parts.settings.zone, now=parts.clock.now())

    @app.callback(
        Output({"type": STATE, "order": ALL}, "children"),
        Output({"type": NEXT, "order": ALL}, "children"),
        Output({"type": STOP, "order": ALL}, "children"),
        Output({"type": SEEN, "order": ALL}, "data"),
        Input(LIVE, "data"),
        State({"type": STATE, "order": ALL}, "id"),
        State({"type": SEEN, "order": ALL}, "data"),
        State({"type": STOP, "order": ALL}, "children"),
        prevent_initial_call=True,
    )
    def refresh_order(
        _live: str, drawn: list[dict[str, str]], seen: list[str | None], stops: list[Any]
    ) -> Any:
        viewer, zone, now = current_viewer(), parts.settings.zone, parts.clock.now()
        viewer.scope.demand_view([f"{PATH}/{each['order']}" for each in drawn])
        asked = [parts.queries.switching_order(viewer.scope, each["order"]) for each in drawn]
        found = [answer for answer in asked if answer is not None]
        if not found or len(found) < len(asked):
            return no_update
        shown = [seen_of(each.rows, now) for each in found]
        if shown == seen:  # nothing else to say: no typed word and no refusal is lost
            return no_update
        return (
            [state_part(viewer, each, zone=zone, now=now) for each in found],
            [next_part(viewer, each.rows, zone=zone) for each in found],
            [
                no_update if bool(kept) == bool(stop) else stop
                for kept, stop in zip(
                    stops, (stop_part(viewer, each.rows) for each in found), strict=True
                )
            ],
            shown,
        )
