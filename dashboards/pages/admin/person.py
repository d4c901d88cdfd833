"""In: one account, its sessions. Out: its page, with what an administrator may do to it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import facts, link, notice, page, panel
from dashboards.pages.admin.layout import (
    PERSON_BODY,
    button,
    role_text,
    session_table,
    states,
)
from dashboards.queries.admin_rows import AccountRow
from dashboards.security.scope import Role
from dashboards.security.sessions import Session
from dashboards.viewer import Viewer

GIVEN = tuple(role for role in Role if role is not Role.KIOSK)
"""Roles of people; a screen on the wall has its own by its token."""


def person_page(viewer: Viewer, account: AccountRow, body: Sequence[Component]) -> Component:
    """Return the page around its panels."""
    return page(
        account.name,
        html.Div(list(body), id=PERSON_BODY),
        name="person",
        crumbs=link(viewer.say("admin.title"), "/admin"),
    )


def person_body(
    viewer: Viewer,
    account: AccountRow,
    sessions: Sequence[Session],
    *,
    zone: ZoneInfo,
    said: str | None = None,
) -> list[Component]:
    """Return the panels of one account.

    Args:
        viewer: Who looks.
        account: The person.
        sessions: Of the person.
        zone: Of the site.
        said: What a command answered; None where none was given.
    """
    who = str(account.person)
    verbs = ["enable" if account.disabled else "disable"]
    verbs += ["unlock"] if account.locked_until is not None else []
    verbs += ["remove_factor"] if account.factor else []
    oneself = account.person == viewer.scope.person
    return [
        *([notice(said, good=False)] if said else []),
        panel(
            viewer.say("admin.account"),
            [
                facts(
                    [
                        (viewer.say("admin.head.sign_in"), account.sign_in),
                        (
                            viewer.say("admin.head.state"),
                            html.Span(states(viewer, account, zone), className="badges"),
                        ),
                    ],
                    name="account",
                ),
                html.P(viewer.say("admin.oneself"))
                if oneself
                else html.Div(
                    [button(viewer, "person", verb, who) for verb in verbs], className="buttons"
                ),
            ],
            aside=link(viewer.say("admin.events"), f"/admin/events/-/{who}/-"),
            name="account",
        ),
        panel(viewer.say("admin.head.roles"), _roles(viewer, account), name="roles"),
        panel(
            viewer.say("admin.sessions"),
            session_table(viewer, sessions, {account.person: account.name}, zone=zone, on="person"),
            name="sessions",
        ),
    ]


def _roles(viewer: Viewer, account: AccountRow) -> list[Component]:
    own = account.person == viewer.scope.person
    elsewhere = [role for role in account.roles if "@" in role]
    rows: list[Component] = [
        html.Li(
            [
                html.Span(viewer.say(f"role.{role}"), className="role-name"),
                _held(viewer, account, role)
                if own
                else button(
                    viewer,
                    "person",
                    "take" if role in account.roles else "give",
                    f"{account.person}:{role}",
                ),
            ],
            className="role-held" if role in account.roles else "role-free",
        )
        for role in GIVEN
    ]
    if elsewhere:
        rows.append(html.Li(", ".join(role_text(viewer, role) for role in elsewhere)))
    return [html.Ul(rows, className="role-list"), html.P(viewer.say("admin.roles_note"))]


def _held(viewer: Viewer, account: AccountRow, role: Role) -> str:
    return viewer.say("admin.held") if role in account.roles else ""
