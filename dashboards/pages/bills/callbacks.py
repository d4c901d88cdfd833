"""In: a press of approve or issue. Out: the run's panels anew. I/O by ports."""

from __future__ import annotations

from uuid import UUID

from dash import ALL, Dash, Input, NoUpdate, Output, ctx, no_update
from dash.development.base_component import Component

from dashboards.pages.bills.layout import DECIDE, RUN_PANEL, decided, run_panels
from dashboards.pages.parts import Parts
from dashboards.viewer import current_viewer
from energy.base.errors import EnergyError


def register(app: Dash, parts: Parts) -> None:
    """Add the bills' callbacks to the app."""

    @app.callback(
        Output(RUN_PANEL, "children"),
        Input({"type": DECIDE, "verb": ALL, "run": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def decide_run(clicks: list[int]) -> list[Component] | NoUpdate:
        viewer, pressed = current_viewer(), ctx.triggered_id
        if not isinstance(pressed, dict) or not any(clicks):
            return no_update
        run, verb = UUID(pressed["run"]), str(pressed["verb"])
        said = decided(viewer, verb, decide(parts, verb, run))
        row = next(row for row in parts.queries.bill_runs(viewer.scope).rows if row.run == run)
        invoices = parts.queries.invoices(viewer.scope, run)
        return run_panels(viewer, row, invoices, zone=parts.settings.zone, said=said)


def decide(parts: Parts, verb: str, run: UUID) -> str | None:
    """Approve or issue a run; return the refusal as a text, None when it was done."""
    scope = current_viewer().scope
    commands = {"approve": parts.commands.approve, "issue": parts.commands.issue}
    if verb not in commands:
        return None
    try:
        commands[verb](scope, run)
    except EnergyError as error:
        return str(error)
    parts.queries.await_run(scope, run, {"approve": "approved", "issue": "issued"}[verb])
    return None
