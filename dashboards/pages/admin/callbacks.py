"""In: a press of a button of the administration. Out: its panels anew. I/O by ports."""

from __future__ import annotations

from uuid import UUID

from dash import ALL, Dash, Input, NoUpdate, Output, State, ctx, no_update
from dash.development.base_component import Component

from dashboards.accounts import VERBS
from dashboards.pages.admin.layout import ACT, BODY, PERSON_BODY
from dashboards.pages.admin.views import admin_panels, person_panels
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named
from dashboards.security.whence import whence_of
from dashboards.shell import LOCATION
from dashboards.told import refusal_text
from dashboards.viewer import current_viewer
from energy.base.errors import EnergyError


def register(app: Dash, parts: Parts) -> None:
    """Add the administration's callbacks to the app."""

    @app.callback(Output(BODY, "children"), _pressed("admin"), prevent_initial_call=True)
    def act(clicks: list[int]) -> list[Component] | NoUpdate:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update
        said = done(parts, ctx.triggered_id["verb"], ctx.triggered_id["subject"])
        return admin_panels(parts, current_viewer(), said)

    @app.callback(
        Output(PERSON_BODY, "children"),
        _pressed("person"),
        State(LOCATION, "pathname"),
        prevent_initial_call=True,
    )
    def act_on_person(clicks: list[int], path: str) -> list[Component] | NoUpdate:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update
        said = done(parts, ctx.triggered_id["verb"], ctx.triggered_id["subject"])
        return person_panels(parts, current_viewer(), id_named(path.rpartition("/")[2]), said)


def _pressed(on: str) -> Input:
    return Input({"type": ACT, "on": on, "verb": ALL, "subject": ALL}, "n_clicks")


def done(parts: Parts, verb: str, subject: str) -> str | None:
    """Do what a button says; return the refusal as a text, None when it was done."""
    viewer = current_viewer()
    scope, accounts = viewer.scope, parts.accounts
    first, _, role = subject.partition(":")
    try:
        match verb:
            case "end_session":
                accounts.end(scope, id_named(first), whence_of(parts.settings))
            case "end_device":
                accounts.end_device(scope, id_named(first))
            case "give" | "take":
                person = id_named(first)
                accounts.change_roles(scope, person, _roles(parts, person, verb, role))
            case _ if verb in VERBS:
                accounts.act(scope, verb, id_named(first))
    except EnergyError as error:
        return refusal_text(viewer.language, error)
    return None


def _roles(parts: Parts, person: UUID, verb: str, role: str) -> list[str]:
    """Return a person's roles with one given or taken."""
    accounts = parts.queries.admin(current_viewer().scope).accounts
    held = next((each.roles for each in accounts if each.person == person), ())
    kept = [each for each in held if each != role]
    return [*kept, role] if verb == "give" else kept
