"""In: accounts, sessions, journals. Out: the page of the administration. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.long_table import long_table
from dashboards.components.pieces import (
    Children,
    badge,
    empty,
    facts,
    link,
    notice,
    page,
    panel,
    table,
)
from dashboards.formats import instant_text
from dashboards.queries.admin_rows import AccountRow, AdminPage, FollowerRow
from dashboards.security.scope import Role
from dashboards.security.sessions import Session
from dashboards.viewer import Viewer
from energy.journal.access import Device

ACT = "admin-act"
"""Type of every button of the administration."""
BODY = "admin-body"
PERSON_BODY = "person-body"


def button(viewer: Viewer, on: str, verb: str, subject: str) -> Component:
    """Return a button that does something to a person, session or device.

    Args:
        viewer: Who looks.
        on: The page it stands on: "admin", "person" or "account".
        verb: What it does; its text is `admin.do.<verb>`.
        subject: To whom.
    """
    return html.Button(
        viewer.say(f"admin.do.{verb}"),
        id={"type": ACT, "on": on, "verb": verb, "subject": subject},
        className="button button-small",
        type="button",
        n_clicks=0,
    )


def admin_page(viewer: Viewer, body: Sequence[Component]) -> Component:
    """Return the page around its panels."""
    return page(viewer.say("admin.title"), html.Div(list(body), id=BODY), name="admin")


def admin_body(
    viewer: Viewer,
    found: AdminPage,
    sessions: Sequence[Session],
    *,
    zone: ZoneInfo,
    csrf: str,
    said: str | None = None,
) -> list[Component]:
    """Return the panels: people, sessions, devices, journals.

    Args:
        viewer: Who looks.
        found: Accounts, devices, journals.
        sessions: Living ones.
        zone: Of the site.
        csrf: Token of the session, for the forms.
        said: What a command answered; None where none was given.
    """
    names = {each.person: each.name for each in found.accounts}
    names |= {each.device: each.name for each in found.devices}
    return [
        *([notice(said, good=False)] if said else []),
        panel(
            viewer.say("admin.people"),
            _people(viewer, found.accounts, zone),
            aside=link(viewer.say("admin.events"), "/admin/events/-/-/-"),
            name="people",
        ),
        panel(
            viewer.say("admin.sessions"),
            session_table(viewer, sessions, names, zone=zone),
            name="sessions",
        ),
        panel(
            viewer.say("admin.devices"),
            [_devices(viewer, found.devices, zone), *device_forms(viewer, csrf)],
            name="devices",
        ),
        panel(viewer.say("admin.journals"), _journals(viewer, found, zone), name="journals"),
    ]


def _people(viewer: Viewer, accounts: Sequence[AccountRow], zone: ZoneInfo) -> Component:
    heads = [viewer.say(f"admin.head.{name}") for name in ("name", "sign_in", "roles", "state")]
    rows: list[list[Children]] = [
        [
            link(each.name, f"/admin/people/{each.person}"),
            each.sign_in,
            ", ".join(role_text(viewer, role) for role in each.roles),
            html.Span(states(viewer, each, zone), className="badges"),
        ]
        for each in accounts
    ]
    return long_table(viewer, heads, rows, name="accounts")


def states(viewer: Viewer, account: AccountRow, zone: ZoneInfo) -> list[Component]:
    """Return how an account stands: barred, locked, with or without a second factor."""
    if account.disabled:
        return [badge(viewer.say("admin.state.disabled"), "bad")]
    found = [badge(viewer.say("admin.state.active"), "good")]
    if account.locked_until is not None:
        until = instant_text(viewer.language, account.locked_until, zone)
        found = [badge(viewer.say("admin.state.locked", until=until), "bad")]
    if account.must_change:
        found.append(badge(viewer.say("admin.state.first_password"), "fair"))
    key = "factor" if account.factor else "no_factor"
    found.append(badge(viewer.say(f"admin.state.{key}"), "calm"))
    return found


def role_text(viewer: Viewer, role: str) -> str:
    """Return a role's name, and its site where it holds at one alone."""
    name, _, site = role.partition("@")
    known = viewer.say(f"role.{name}") if name in set(Role) else name
    return f"{known} ({site})" if site else known


def session_table(
    viewer: Viewer,
    sessions: Sequence[Session],
    names: Mapping[UUID, str],
    *,
    zone: ZoneInfo,
    on: str = "admin",
    own: UUID | None = None,
) -> Component:
    """Return sessions with a button that ends each.

    Args:
        viewer: Who looks.
        sessions: Living ones.
        names: Of their people and screens.
        zone: Of the site.
        on: The page they stand on.
        own: The one that looks; it is marked.
    """
    if not sessions:
        return empty(viewer.say("admin.no_sessions"))
    keys = ("name", "kind", "since", "seen", "address", "agent", "do")
    heads = [viewer.say(f"admin.head.{key}") for key in keys]
    rows: list[list[Children]] = [
        [
            names.get(each.person, "?"),
            viewer.say(f"admin.kind.{each.kind}"),
            instant_text(viewer.language, each.created_at, zone),
            instant_text(viewer.language, each.seen_at, zone),
            each.address,
            html.Span(each.agent[:60], title=each.agent),
            badge(viewer.say("admin.this_one"), "good")
            if each.session == own
            else button(viewer, on, "end_session", str(each.session)),
        ]
        for each in sessions
    ]
    return long_table(viewer, heads, rows, name="session-list")


def _devices(viewer: Viewer, devices: Sequence[Device], zone: ZoneInfo) -> Component:
    if not devices:
        return empty(viewer.say("admin.no_devices"))
    keys = ("name", "kind", "view", "address", "since", "do")
    heads = [viewer.say(f"admin.head.{key}") for key in keys]
    rows: list[list[Children]] = [
        [
            each.name,
            viewer.say(f"admin.kind.{each.kind}"),
            each.view,
            ", ".join(each.addresses),
            instant_text(viewer.language, each.enrolled_at, zone),
            badge(viewer.say("admin.state.ended"), "calm")
            if each.ended
            else button(viewer, "admin", "end_device", str(each.device)),
        ]
        for each in devices
    ]
    return table(heads, rows, name="device-list")


def device_forms(viewer: Viewer, csrf: str) -> list[Component]:
    """Return the forms that bind this browser as a workstation, and make a wall screen's token."""
    fields = {"desk": ("name", "addresses"), "kiosk": ("name", "view", "addresses")}
    return [
        html.Form(
            [
                dcc.Input(type="hidden", name="csrf", value=csrf),
                dcc.Input(type="hidden", name="kind", value=kind),
                *(
                    html.Label([viewer.say(f"device.{each}"), dcc.Input(name=each, maxLength=200)])
                    for each in names
                ),
                html.Button(viewer.say(f"device.bind_{kind}"), className="button button-small"),
            ],
            action="/devices",
            method="POST",
            className="device-form",
        )
        for kind, names in fields.items()
    ]


def _journals(viewer: Viewer, found: AdminPage, zone: ZoneInfo) -> list[Component]:
    keys = ("journal", ">head", ">folded", ">sealed", ">signed", "signed_at", ">parked")
    heads = [
        key[: key.startswith(">")] + viewer.say(f"admin.head.{key.removeprefix('>')}")
        for key in keys
    ]
    machine = found.machine
    archived = instant_text(viewer.language, machine.archived_at, zone)
    return [
        long_table(
            viewer,
            heads,
            [_journal(viewer, row, zone) for row in found.journals],
            name="journal-list",
        ),
        html.P(viewer.say("admin.chain_note"), className="muted"),
        facts(
            [
                (viewer.say("admin.queue"), f"{machine.queue:,}"),
                (
                    viewer.say("admin.archived"),
                    archived if machine.archived_at else viewer.say("admin.never_archived"),
                ),
                (viewer.say("admin.archive_failures"), str(machine.archive_failures)),
            ],
            name="machine",
        ),
    ]


def _journal(viewer: Viewer, row: FollowerRow, zone: ZoneInfo) -> list[str | Component]:
    parked = str(row.parked)
    return [
        f"{row.schema}.{row.application}",
        f"{row.head:,}",
        f"{row.folded:,}",
        f"{row.sealed:,}",
        f"{row.signed:,}",
        instant_text(viewer.language, row.signed_at, zone),
        badge(parked, "bad") if row.parked else parked,
    ]
