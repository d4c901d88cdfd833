"""In: the tick of a page whose task is open. Out: how far it is, or the page anew. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update

from dashboards.pages.parts import Parts
from dashboards.pages.router import page_for
from dashboards.pages.takeover.handing import POLL, PROGRESS, progress
from dashboards.shell import LOCATION, PAGE
from dashboards.viewer import current_viewer


def register(app: Dash, parts: Parts) -> None:
    """Add the callback to the app."""

    @app.callback(
        Output(PAGE, "children", allow_duplicate=True),
        Output(PROGRESS, "children"),
        Input(POLL, "n_intervals"),
        State(LOCATION, "pathname"),
        State(LOCATION, "search"),
        prevent_initial_call=True,
    )
    def how_far(_n: int | None, path: str | None, search: str | None) -> Any:
        viewer = current_viewer()
        task = parts.queries.takeover_task(viewer.scope)
        if task is not None and task.open:
            return no_update, progress(viewer, task)
        return page_for(parts, viewer, path or "/", search or ""), no_update
