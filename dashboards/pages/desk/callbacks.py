"""In: what a customer says at a cash desk. Out: the accounts meant; the only one at once. I/O."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from dash import Dash, Input, Output, State, no_update

from dashboards.components.pieces import notice
from dashboards.pages.desk.customer import hits
from dashboards.pages.desk.layout import FIND, FOUND
from dashboards.pages.desk.paths import DESK_FORM, HOME, customer_path
from dashboards.pages.parts import Parts
from dashboards.shell import LOCATION
from dashboards.told import refusal_text
from dashboards.viewer import current_viewer
from energy.base.errors import EnergyError

LONGEST = 200
"""Signs of what is looked for."""
_AT_A_DESK = re.compile(rf"{HOME}/({DESK_FORM})(?:/.*)?")


def register(app: Dash, parts: Parts) -> None:
    """Add the callback of the search."""

    @app.callback(
        Output(FOUND, "children"),
        Output(LOCATION, "pathname", allow_duplicate=True),
        Input(FIND, "n_submit"),
        State(FIND, "value"),
        State(LOCATION, "pathname"),
        prevent_initial_call=True,
    )
    def find(pressed: int | None, words: str | None, path: str | None) -> Any:
        viewer, at = current_viewer(), _AT_A_DESK.fullmatch(path or "")
        said = "".join(sign for sign in (words or "")[:LONGEST] if sign.isprintable()).strip()
        if not pressed or at is None or not said:
            return no_update, no_update
        desk = unquote(at[1])
        try:
            found = parts.queries.customers(viewer.scope, said)
        except EnergyError as error:
            return notice(refusal_text(viewer.language, error), good=False), no_update
        there = customer_path(desk, found[0].account) if len(found) == 1 else path
        return hits(viewer, desk, found), no_update if there == path else there
