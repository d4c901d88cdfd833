"""In: what a tenant asks or the office answers. Out: one command each. I/O by ports."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from dash import MATCH, Dash, Input, NoUpdate, Output, State, ctx, no_update
from dash.development.base_component import Component

from billing.enquiries.enquiry import EnquiryError, Subject
from dashboards.components.pieces import notice
from dashboards.pages.enquiries.layout import (
    ASK,
    ASK_LINE,
    ASK_WORDS,
    ASKED,
    SAID,
    SAY,
    SAY_WORDS,
)
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named
from dashboards.security.scope import Right
from dashboards.viewer import Viewer, current_viewer
from energy.base.errors import EnergyError


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of the forms."""

    @app.callback(
        Output({"type": ASKED, "about": MATCH}, "children"),
        Input({"type": ASK, "about": MATCH}, "n_clicks"),
        State({"type": ASK_WORDS, "about": MATCH}, "value"),
        State({"type": ASK_LINE, "about": MATCH}, "value"),
        prevent_initial_call=True,
    )
    def ask(clicks: int | None, words: str | None, line: str | None) -> Component | NoUpdate:
        viewer, pressed = current_viewer(), ctx.triggered_id
        if not clicks or pressed is None:
            return no_update
        try:
            _ask(parts, viewer, pressed["about"], words or "", line or "")
        except EnergyError as error:
            return notice(error.told(viewer.language), good=False)
        return notice(viewer.say("enquiries.sent"), good=True)

    @app.callback(
        Output({"type": SAID, "enquiry": MATCH}, "children"),
        Input({"type": SAY, "enquiry": MATCH}, "n_clicks"),
        State({"type": SAY_WORDS, "enquiry": MATCH}, "value"),
        prevent_initial_call=True,
    )
    def say(clicks: int | None, words: str | None) -> Component | NoUpdate:
        viewer, pressed = current_viewer(), ctx.triggered_id
        if not clicks or pressed is None:
            return no_update
        try:
            _say(parts, viewer, id_named(pressed["enquiry"]), words or "")
        except EnergyError as error:
            return notice(error.told(viewer.language), good=False)
        return notice(viewer.say("enquiries.sent"), good=True)


def _ask(parts: Parts, viewer: Viewer, about: str, words: str, line: str) -> None:
    """Ask about "bill/NUMBER" or "meter/POINT", which must be one's own.

    Raises:
        EnquiryError: It is not, or nothing was said.
        NotPermittedError: The person is no tenant.
    """
    kind, _, key = about.partition("/")
    subject = Subject(kind) if kind in set(Subject) else None
    own = subject and parts.queries.own_subject(viewer.scope, subject, key)
    if not own:
        raise EnquiryError.of("enquiry.not_own")
    charge = int(line) if line.isdecimal() and own.subject is Subject.BILL else 0
    parts.commands.ask(viewer.scope, replace(own, charge=charge or None), words)


def _say(parts: Parts, viewer: Viewer, enquiry: UUID, words: str) -> None:
    """Answer for the office, or go on with one's own enquiry.

    Raises:
        EnquiryError: It is not one's own, or nothing was said.
        NotPermittedError: The person neither answers nor is a tenant.
    """
    if viewer.scope.may(Right.ANSWER):
        parts.commands.answer(viewer.scope, enquiry, words)
        return
    if enquiry not in {own.enquiry for own in parts.queries.own_enquiries(viewer.scope)}:
        raise EnquiryError.of("enquiry.unknown")
    parts.commands.go_on(viewer.scope, enquiry, words)
