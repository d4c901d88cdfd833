"""In: a click on a node of the diagram. Out: the address that shows it. Pure but the clock."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import Dash, Input, Output, State, no_update

from dashboards.pages.flows.layout import CHART
from dashboards.pages.parts import Parts
from dashboards.selection import selection_of
from dashboards.shell import LOCATION
from energy.base.period import local_day


def register(app: Dash, parts: Parts) -> None:
    """Add the callback of the diagram."""

    @app.callback(
        Output(LOCATION, "search", allow_duplicate=True),
        Input(CHART, "clickData"),
        State(LOCATION, "search"),
        prevent_initial_call=True,
    )
    def drill(click: dict[str, Any] | None, search: str | None) -> Any:
        key = clicked(click)
        now = selection_of(search, local_day(parts.clock.now(), parts.settings.zone))
        there = replace(now, node=key).search()
        return there if key and selection_of(there, now.today).node == key else no_update


def clicked(click: dict[str, Any] | None) -> str:
    """Return the key of the node that was clicked, "" for a branch or an end without a key."""
    points = (click or {}).get("points") or [{}]
    key = points[0].get("customdata")
    return key if isinstance(key, str) and " " not in key and key != "unaccounted" else ""
