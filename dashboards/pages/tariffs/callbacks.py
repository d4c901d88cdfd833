"""In: an account chosen below a tariff. Out: the address of the trial. Pure."""

from __future__ import annotations

import re
from typing import Any

from dash import ALL, Dash, Input, Output, ctx, no_update

from dashboards.pages.parts import Parts
from dashboards.pages.tariffs.layout import TRY
from dashboards.pages.view import KEY_FORM
from dashboards.shell import LOCATION


def register(app: Dash, _parts: Parts) -> None:
    """Add the callback of the form."""

    @app.callback(
        Output(LOCATION, "pathname", allow_duplicate=True),
        Input({"type": TRY, "path": ALL}, "value"),
        prevent_initial_call=True,
    )
    def open_trial(values: list[str | None]) -> Any:
        chosen = next((value for value in values if value), None)
        path = ctx.triggered_id["path"] if isinstance(ctx.triggered_id, dict) else ""
        return trial_path(path, chosen) or no_update


def trial_path(path: str, account: str | None) -> str:
    """Return the address of a trial, "" where the version's or the account's form is wrong."""
    good = re.fullmatch(rf"/tariffs/{KEY_FORM}/[\d-]{{10}}/\d{{1,4}}", path)
    return f"{path}/on/{account}" if good and re.fullmatch(KEY_FORM, account or "") else ""
