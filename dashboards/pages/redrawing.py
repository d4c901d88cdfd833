"""In: parts of a page that news change. Out: a callback that draws them anew. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from dash import ALL, Dash, Input, Output, State, no_update

from dashboards.shell import LIVE
from dashboards.viewer import Viewer, current_viewer

Key = TypeVar("Key")


def redrawn(
    app: Dash,
    part: str,
    field: str,
    *,
    named: Callable[[object], Key],
    path: Callable[[Key], str],
    draw: Callable[[Viewer, Key], Any],
) -> None:
    """Draw parts of a page anew with every news.

    Args:
        app: The app.
        part: Type of the parts, as their ids say.
        field: Word of their ids that tells them apart.
        named: Returns what that word stands for; raises UnknownSubjectError where it is nothing.
        path: Returns the address of the page of a part: a wall screen is shown its own alone.
        draw: Returns the children of a part; None leaves them as they are.
    """

    @app.callback(
        Output({"type": part, field: ALL}, "children"),
        Input(LIVE, "data"),
        State({"type": part, field: ALL}, "id"),
        prevent_initial_call=True,
    )
    def refresh(_live: str, drawn: list[dict[str, str]]) -> Any:
        viewer = current_viewer()
        keys = [named(each[field]) for each in drawn]
        viewer.scope.demand_view([path(key) for key in keys])
        fresh = [draw(viewer, key) for key in keys]
        return [no_update if children is None else children for children in fresh]
