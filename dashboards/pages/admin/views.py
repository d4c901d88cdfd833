"""In: an address of the administration. Out: its page. I/O by ports."""

from __future__ import annotations

from uuid import UUID

from dash.development.base_component import Component
from flask import g, has_request_context

from dashboards.pages.admin.events import events_page, instant_of
from dashboards.pages.admin.layout import admin_body, admin_page
from dashboards.pages.admin.person import person_body, person_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import UUID_FORM, Asked, view
from dashboards.viewer import Viewer


def admin_panels(parts: Parts, viewer: Viewer, said: str | None = None) -> list[Component]:
    """Return the panels of the administration."""
    sessions = parts.accounts.sessions(viewer.scope)
    found = parts.queries.admin(viewer.scope)
    csrf = str(g.get("csrf", "")) if has_request_context() else ""
    return admin_body(viewer, found, sessions, zone=parts.settings.zone, csrf=csrf, said=said)


def person_panels(
    parts: Parts, viewer: Viewer, person: UUID, said: str | None = None
) -> list[Component]:
    """Return the panels of one account; none where there is no such person."""
    accounts = parts.queries.admin(viewer.scope).accounts
    account = next((each for each in accounts if each.person == person), None)
    if account is None:
        return []
    own = [each for each in parts.accounts.sessions(viewer.scope) if each.person == person]
    return person_body(viewer, account, own, zone=parts.settings.zone, said=said)


def _admin(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return admin_page(viewer, admin_panels(parts, viewer))


def _person(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    person = UUID(asked.match[1])
    accounts = parts.queries.admin(viewer.scope).accounts
    account = next((each for each in accounts if each.person == person), None)
    if account is None:
        return None
    return person_page(viewer, account, person_panels(parts, viewer, person))


def _events(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    kind, who, before = asked.match.groups()
    chosen = "" if kind == "-" else kind
    person = None if who == "-" else UUID(who)
    found = parts.queries.acts(viewer.scope, kind=chosen, person=person, before=instant_of(before))
    return events_page(viewer, found, kind=chosen, person=person, zone=parts.settings.zone)


ADMIN_VIEWS = (
    view(r"/admin", _admin),
    view(rf"/admin/people/({UUID_FORM})", _person),
    view(rf"/admin/events/(-|[a-z_]{{1,60}})/(-|{UUID_FORM})/([^/]{{1,40}})", _events),
)
