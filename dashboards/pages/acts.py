"""In: a pressed button of a form. Out: the act done, the page anew, or why not. I/O by ports.

One callback for every form of the screens: what a form's act does is a function of the registry
below, and whether the person may do it is asked by the command that the function calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.components.act_form import ACT, FIELD, SAID, Done
from dashboards.components.pieces import notice
from dashboards.pages.alerts import acts as alerts
from dashboards.pages.articles import acts as articles
from dashboards.pages.assurance import acts as assurance
from dashboards.pages.bills import acts as bills
from dashboards.pages.cases import acts as cases
from dashboards.pages.corrections import acts as corrections
from dashboards.pages.desk import acts as desk
from dashboards.pages.duty import acts as duty
from dashboards.pages.enquiries import acts as enquiries
from dashboards.pages.equipment import acts as equipment
from dashboards.pages.incidents import acts as incidents
from dashboards.pages.inspections import acts as inspections
from dashboards.pages.money import acts as money
from dashboards.pages.notices import acts as notices
from dashboards.pages.outages import acts as outages
from dashboards.pages.parts import Parts
from dashboards.pages.requests import acts as requests
from dashboards.pages.review import acts as review
from dashboards.pages.rounds import acts as rounds
from dashboards.pages.router import page_for
from dashboards.pages.rules import acts as rules
from dashboards.pages.shift_reports import acts as shift_reports
from dashboards.pages.subjects import unknown_subject
from dashboards.pages.switching import acts as switching
from dashboards.pages.takeover import acts as takeover
from dashboards.pages.work import acts as work
from dashboards.shell import LOCATION, PAGE
from dashboards.told import refusal_text
from dashboards.viewer import Viewer, current_viewer
from energy.base.errors import EnergyError

Fields = Mapping[str, str]
Act = Callable[[Parts, Viewer, str, Fields], str | Done]
"""Does what a form asks, with what it is about and what was typed; returns what to say."""
ACTS: dict[str, Act] = {
    **alerts.ACTS,
    **outages.ACTS,
    **switching.ACTS,
    **assurance.ACTS,
    **shift_reports.ACTS,
    **cases.ACTS,
    **inspections.ACTS,
    **rounds.ACTS,
    **incidents.ACTS,
    **work.ACTS,
    **duty.ACTS,
    **requests.ACTS,
    **articles.ACTS,
    **equipment.ACTS,
    **notices.ACTS,
    **rules.ACTS,
    **money.ACTS,
    **corrections.ACTS,
    **enquiries.ACTS,
    **bills.ACTS,
    **desk.ACTS,
    **review.ACTS,
    **takeover.ACTS,
}

OPERATIONS = frozenset(
    {
        *notices.ACTS,
        *rules.ACTS,
        *outages.ACTS,
        *duty.ACTS,
        *equipment.ACTS,
        *switching.ACTS,
        *assurance.ACTS,
        *shift_reports.ACTS,
        *cases.ACTS,
        *inspections.ACTS,
        *rounds.ACTS,
        *incidents.ACTS,
        *work.ACTS,
        *requests.ACTS,
        *articles.ACTS,
        enquiries.RATE,
    }
)
"""Acts that write to `operations` and no books: of who may see no bill."""


def register(app: Dash, parts: Parts) -> None:
    """Add the callback of the forms to the app."""

    @app.callback(
        Output(PAGE, "children", allow_duplicate=True),
        Output({"type": SAID, "act": ALL, "about": ALL}, "children"),
        Input({"type": ACT, "act": ALL, "about": ALL}, "n_clicks"),
        State({"type": FIELD, "act": ALL, "about": ALL, "field": ALL}, "value"),
        State(LOCATION, "pathname"),
        State(LOCATION, "search"),
        prevent_initial_call=True,
    )
    def act(_clicks: Any, _typed: Any, path: str | None, search: str | None) -> Any:
        viewer, pressed = current_viewer(), ctx.triggered_id
        if not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
            raise PreventUpdate  # buttons that came with a new page were not pressed
        said = [no_update for _ in ctx.outputs_list[1]]
        try:
            done = perform(parts, viewer, pressed, typed_at(pressed, ctx.states_list[0]))
        except EnergyError as error:
            words = notice(refusal_text(viewer.language, error), good=False)
            return no_update, [_at(each, pressed, words) for each in ctx.outputs_list[1]]
        return [_done(done), page_for(parts, viewer, path or "/", search or "")], said


def perform(parts: Parts, viewer: Viewer, pressed: Mapping[str, str], typed: Fields) -> str | Done:
    """Do what a form asks and wait until the screens show it; return what to say.

    Raises:
        EnergyError: It was refused, and nothing was written.
    """
    act = ACTS.get(pressed["act"])
    if act is None:
        raise unknown_subject()
    said = act(parts, viewer, pressed["about"], typed)
    if pressed["act"] in OPERATIONS:
        parts.queries.await_operations(viewer.scope)
    elif pressed["act"] not in alerts.ACTS:  # those await the position that they wrote
        parts.queries.await_books(viewer.scope)
    return said


def typed_at(pressed: Mapping[str, str], states: list[dict[str, Any]]) -> dict[str, str]:
    """Return what was typed into the fields of one form, of all that the request carries."""
    return {
        str(each["id"]["field"]): str(each.get("value") or "").strip()
        for each in states
        if (each["id"]["act"], each["id"]["about"]) == (pressed["act"], pressed["about"])
    }


def _at(output: dict[str, Any], pressed: Mapping[str, str], words: Component) -> Any:
    """Return an answer for its own form, nothing for any other."""
    there = output["id"]
    mine = (there["act"], there["about"]) == (pressed["act"], pressed["about"])
    return words if mine else no_update


def _done(done: str | Done) -> Component:
    told = Done(words=done) if isinstance(done, str) else done
    return html.Div(
        [
            notice(told.words, good=told.good),
            html.Div(
                [
                    html.A(words, href=href, className="button", download="")
                    if file
                    else dcc.Link(words, href=href, className="button")
                    for words, href, file in told.links
                ],
                className="act-next",
            )
            if told.links
            else None,
        ],
        className="act-done",
        role="status",
    )
