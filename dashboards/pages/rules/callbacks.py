"""Step 5a. From: a press of the back-test. To: what the rule would have done. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import MATCH, Dash, Input, Output, State, ctx, no_update

from dashboards.components.pieces import notice
from dashboards.pages.parts import Parts
from dashboards.pages.rules.trial import RUN, TRIAL, trial_result
from dashboards.pages.subjects import key_named
from dashboards.selection import selection_of
from dashboards.shell import LOCATION
from dashboards.told import refusal_text
from dashboards.viewer import current_viewer
from energy.base.errors import EnergyError
from energy.base.period import local_day


def register(app: Dash, parts: Parts) -> None:
    """Add the callback of the back-test to the app."""

    @app.callback(
        Output({"type": TRIAL, "rule": MATCH}, "children"),
        Input({"type": RUN, "rule": MATCH}, "n_clicks"),
        State(LOCATION, "search"),
        running=[(Output({"type": RUN, "rule": MATCH}, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def test(clicks: int | None, search: str | None) -> Any:
        if not clicks or not isinstance(ctx.triggered_id, dict):
            return no_update
        viewer, zone = current_viewer(), parts.settings.zone
        selection = selection_of(search, local_day(parts.clock.now(), zone))
        try:
            trial = parts.queries.rule_trial(
                viewer.scope, key_named(ctx.triggered_id["rule"]), selection
            )
        except EnergyError as error:
            return notice(refusal_text(viewer.language, error), good=False)
        return trial_result(viewer, trial, selection, zone=zone)
