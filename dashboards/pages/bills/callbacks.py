"""In: a press of approve, issue or decide. Out: the run's panels anew. I/O by ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from dash import ALL, Dash, Input, NoUpdate, Output, State, ctx, no_update
from dash.development.base_component import Component

from billing.runs.decision import Choice
from dashboards.commands import RunChoice
from dashboards.components.pieces import notice
from dashboards.pages.bills import known_callbacks
from dashboards.pages.bills.exceptions import CHOICE, FORM, GRID, PANEL, WHY, exceptions_panels
from dashboards.pages.bills.run import DECIDE, RUN_PANEL, decided, run_panels
from dashboards.pages.bills.views import run_model, run_row
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, number_named
from dashboards.told import refusal_text
from dashboards.viewer import Viewer, current_viewer
from energy.base.errors import EnergyError

GridRows = Sequence[Mapping[str, Any]]


def register(app: Dash, parts: Parts) -> None:
    """Add the bills' callbacks to the app."""
    known_callbacks.register(app, parts)

    @app.callback(
        Output(RUN_PANEL, "children"),
        Input({"type": DECIDE, "verb": ALL, "run": ALL, "seen": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def decide_run(clicks: list[int]) -> list[Component] | NoUpdate:
        viewer, pressed = current_viewer(), ctx.triggered_id
        if not isinstance(pressed, dict) or not any(clicks):
            return no_update
        run, verb = id_named(pressed["run"]), str(pressed["verb"])
        said = decided(viewer, verb, decide(parts, verb, run, str(pressed["seen"])))
        model = run_model(parts, viewer, run)
        return no_update if model is None else run_panels(
            viewer, model, zone=parts.settings.zone, said=said
        )  # fmt: skip

    @app.callback(
        Output(PANEL, "children"),
        Input({"type": FORM, "which": ALL, "run": ALL, "version": ALL, "cause": ALL}, "n_clicks"),
        State(GRID, "selectedRows"),
        State(GRID, "rowData"),
        State(CHOICE, "value"),
        State(WHY, "value"),
        prevent_initial_call=True,
    )
    def decide_exceptions(
        clicks: list[int],
        selected: GridRows | None,
        rows: GridRows | None,
        choice: str | None,
        why: str | None,
    ) -> list[Component] | NoUpdate:
        viewer, pressed = current_viewer(), ctx.triggered_id
        if not isinstance(pressed, dict) or not any(clicks) or choice not in set(Choice):
            return no_update
        meant = selected if pressed["which"] == "selected" else _waiting(rows)
        what = RunChoice(choice=Choice(choice), why=why or "", keys=_keys(meant))
        run, version = id_named(pressed["run"]), number_named(pressed["version"])
        said = settle(parts, viewer, run, version, what)
        return _shown(parts, viewer, run, str(pressed["cause"]), said)


def decide(parts: Parts, verb: str, run: UUID, seen: str) -> str | None:
    """Approve or issue a run; return the refusal in words, None when it was done."""
    viewer = current_viewer()
    try:
        if verb == "approve":
            parts.commands.approve(viewer.scope, run, seen)
        elif verb == "issue":
            parts.commands.issue(viewer.scope, run)
    except EnergyError as error:
        return refusal_text(viewer.language, error)
    done = {"approve": "approved", "issue": "issued"}.get(verb)
    if done is not None:
        parts.queries.await_run(viewer.scope, run, done)
    return None


def settle(parts: Parts, viewer: Viewer, run: UUID, version: int, what: RunChoice) -> Component:
    """Decide about exceptions; return the answer: about how many, or why not."""
    try:
        done = parts.commands.decide(viewer.scope, run, version, what)
    except EnergyError as error:
        return notice(refusal_text(viewer.language, error), good=False)
    told = viewer.say(f"exceptions.done_{what.choice}", count=done)
    left = len(what.keys) - done
    if left:
        told = f"{told} {viewer.say('exceptions.not_done', count=left)}"
    return notice(told, good=not left)


def _shown(
    parts: Parts, viewer: Viewer, run: UUID, cause: str, said: Component
) -> list[Component] | NoUpdate:
    row, answer = run_row(parts, viewer, run), parts.queries.run_review(viewer.scope, run)
    if row is None or answer is None:
        return no_update
    zone = parts.settings.zone
    return exceptions_panels(viewer, row, answer, cause, zone=zone, said=said)


def _waiting(rows: GridRows | None) -> list[Mapping[str, Any]]:
    return [row for row in rows or () if row.get("waits")]


def _keys(rows: GridRows | None) -> frozenset[str]:
    return frozenset(str(row.get("key", "")) for row in rows or ())
