"""Step 5a. From: news, or a node chosen. To: the outages anew, another address. I/O by ports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import ALL, Dash, Input, Output, State, no_update

from dashboards.components.pieces import data_age
from dashboards.pages.outages.layout import BOARD, NODE_FIELD, board
from dashboards.pages.outages.story import RECEIPTS, STATE, receipts_part, state_part
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named
from dashboards.selection import selection_of
from dashboards.shell import LIVE, LOCATION
from dashboards.viewer import current_viewer
from energy.base.period import local_day
from energy.base.units import Utility


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of the pages of outages to the app."""
    _register_board(app, parts)
    _register_story(app, parts)
    _register_node(app, parts)


def _register_board(app: Dash, parts: Parts) -> None:
    @app.callback(Output(BOARD, "children"), Input(LIVE, "data"), prevent_initial_call=True)
    def refresh(_live: str) -> Any:
        viewer = current_viewer()
        viewer.scope.demand_view(["/outages"])
        answer = parts.queries.outages(viewer.scope)
        return board(viewer, answer, zone=parts.settings.zone, now=parts.clock.now())


def _register_story(app: Dash, parts: Parts) -> None:
    @app.callback(
        Output({"type": STATE, "outage": ALL}, "children"),
        Output({"type": RECEIPTS, "outage": ALL}, "children"),
        Input(LIVE, "data"),
        State({"type": STATE, "outage": ALL}, "id"),
        prevent_initial_call=True,
    )
    def refresh(_live: str, drawn: list[dict[str, str]]) -> Any:
        viewer, zone, now = current_viewer(), parts.settings.zone, parts.clock.now()
        ask = parts.queries.outage_standing
        viewer.scope.demand_view([f"/outages/{each['outage']}" for each in drawn])
        asked = [ask(viewer.scope, id_named(each["outage"])) for each in drawn]
        found = [answer for answer in asked if answer is not None]
        if not found or len(found) < len(asked):
            return no_update
        return (
            [
                state_part(
                    viewer,
                    each.rows,
                    data_age(viewer, each.age_s, each.as_of),
                    zone=zone,
                    now=now,
                )
                for each in found
            ],
            [receipts_part(viewer, each.rows) for each in found],
        )


def _register_node(app: Dash, parts: Parts) -> None:
    @app.callback(
        Output(LOCATION, "search", allow_duplicate=True),
        Input(NODE_FIELD, "value"),
        State(LOCATION, "search"),
        prevent_initial_call=True,
    )
    def choose(value: str | None, search: str | None) -> Any:
        now = selection_of(search, local_day(parts.clock.now(), parts.settings.zone))
        utility, _, node = (value or "").partition("/")
        if utility not in set(Utility):
            return no_update
        there = replace(now, utility=Utility(utility), node=node)
        return no_update if there == now else there.search()
