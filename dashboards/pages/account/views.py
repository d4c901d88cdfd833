"""In: /account. Out: a person's own sessions, each of which may be ended. I/O by ports."""

from __future__ import annotations

from dash import ALL, Dash, Input, NoUpdate, Output, ctx, html, no_update
from dash.development.base_component import Component
from flask import has_request_context
from flask_login import current_user

from dashboards.components.pieces import page, panel
from dashboards.pages.admin.layout import ACT, session_table
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named
from dashboards.pages.view import Asked, view
from dashboards.security.whence import whence_of
from dashboards.viewer import Viewer, current_viewer

BODY = "account-body"


def account_panels(parts: Parts, viewer: Viewer) -> list[Component]:
    """Return the panel of one's own sessions."""
    inside = has_request_context() and current_user.is_authenticated
    sessions = parts.accounts.own_sessions(viewer.scope)
    listed = session_table(
        viewer,
        sessions,
        {viewer.scope.person: viewer.scope.name},
        zone=parts.settings.zone,
        on="account",
        own=current_user.session.session if inside else None,
    )
    change = html.A(viewer.say("change_password.title"), href="/change-password", className="link")
    return [panel(viewer.say("account.sessions"), listed, aside=change, name="sessions")]


def _account(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    body = html.Div(account_panels(parts, viewer), id=BODY)
    return page(viewer.say("account.title"), body, name="account")


ACCOUNT_VIEWS = (view(r"/account", _account),)


def register(app: Dash, parts: Parts) -> None:
    """Add the callback that ends one of one's own sessions."""

    @app.callback(
        Output(BODY, "children"),
        Input({"type": ACT, "on": "account", "verb": "end_session", "subject": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def end(clicks: list[int]) -> list[Component] | NoUpdate:
        viewer, pressed = current_viewer(), ctx.triggered_id
        if not any(clicks) or not isinstance(pressed, dict):
            return no_update
        parts.accounts.end_own(
            viewer.scope, id_named(pressed["subject"]), whence_of(parts.settings)
        )
        return account_panels(parts, viewer)
