"""In: every request. Out: a viewer in `flask.g`, or a refusal. I/O through sessions and people.

The gate denies all but sign-in, health and static files. Whoever is in may post any callback, so
what a person may see is decided by the scope inside the queries, never here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote
from uuid import UUID

from flask import Flask, Response, g, redirect, request
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response as AnyResponse

from dashboards.security.kiosk import may_post
from dashboards.security.origin import SAFE_METHODS, is_foreign
from dashboards.security.people import Doors, People, Person
from dashboards.security.rules import SignInRules, is_within, networks_of
from dashboards.security.scope import Role, Scope, roles_of
from dashboards.security.sessions import Session, Sessions, Stage, digest_of
from dashboards.security.site_rules import SiteRules
from dashboards.security.terms import Kind
from dashboards.settings import WebSettings
from dashboards.viewer import Viewer, chosen_language, chosen_theme
from energy.journal.access import Device
from energy.journal.directory import roles_at

SESSION_COOKIE = "meterline_session"
DEVICE_COOKIE = "meterline_device"
"""Token of the workstation or phone that a session is bound to."""
CSRF_COOKIE = "meterline_csrf"
CSRF_HEADER = "X-CSRFToken"
NEWS_OUTPUTS = ("live.data", "takeover-progress.children..")
"""How the outputs end by which an open page asks for news: no action of a person."""
OPEN_PATHS = frozenset(
    {"/login", "/sign-in", "/sign-in/back", "/case", "/health", "/metrics", "/preferences"}
)
OPEN_PREFIXES = ("/assets/", "/kiosk/")
CHANGE_PATHS = frozenset({"/change-password", "/sign-out"})
FACTOR_PATHS = frozenset({"/second-factor", "/sign-out"})
DESK_ROLES = frozenset({Role.DESK, Role.VIEWER, Role.TECHNICIAN, Role.ENERGY_MANAGER})
"""What holds at a desk that never locks: no money, no administration."""
CALLBACK_PATH = "/_dash-update-component"


class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """A person with a living session, as flask-login wants it."""

    def __init__(self, person: Person, session: Session, screen: str) -> None:
        """Join a person, the session and what the bound screen is called, "" at other browsers."""
        self.person = person
        self.session = session
        self.screen = screen

    def get_id(self) -> str:
        """Return the person's id."""
        return str(self.person.person)


def roles_here(person: Person, settings: WebSettings) -> frozenset[Role]:
    """Return the roles that a person has at the site."""
    return roles_of(roles_at(person.roles, settings.site_key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A wall screen in the place of a person."""

    person: UUID
    name: str
    view: str
    sign_in: str = ""
    password_hash: str = ""
    must_change: bool = False
    roles: tuple[str, ...] = (str(Role.KIOSK),)
    language: str = ""
    disabled: bool = False


def screen_of(device: Device | None, settings: WebSettings, address: str) -> Screen | None:
    """Return the wall screen that a device is at an address; None: it may not be there."""
    if device is None or (device.kind, device.site) != (Kind.KIOSK, settings.site_key):
        return None
    if device.addresses and not is_within(address, networks_of(list(device.addresses))):
        return None
    return Screen(person=device.device, name=device.name, view=device.view)


def scope_of(
    signed_in: SignedIn, settings: WebSettings, people: People, rules: SignInRules, address: str
) -> Scope:
    """Return what a person may see: roles hold within their address ranges, a desk's at desks."""
    person, session = signed_in.person, signed_in.session
    roles = rules.holding(roles_here(person, settings), address)
    roles = roles & DESK_ROLES if session.kind is Kind.DESK else roles - {Role.DESK}
    bound = Role.TENANT in roles
    return Scope(
        only_view=person.view if isinstance(person, Screen) else "",
        screen=signed_in.screen,
        person=person.person,
        name=person.name,
        roles=roles,
        sites=frozenset({settings.site_key}),
        tenants=people.tenants(person.person, settings.site_key, settings.zone)
        if bound
        else frozenset(),
    )


def install_gate(
    server: Flask, *, settings: WebSettings, doors: Doors, sessions: Sessions, rules: SiteRules
) -> None:
    """Put the gate before every route of the server."""
    login_manager = LoginManager(server)
    login_manager.session_protection = None  # our session is in the database, not in a cookie

    @login_manager.request_loader  # type: ignore[untyped-decorator]
    def load(_request: object) -> SignedIn | None:
        return _signed_in(settings, doors, sessions)

    @server.before_request
    def deny() -> AnyResponse | None:
        if is_foreign(request.method, dict(request.headers), request.host):
            return refused(403, "cross_site")
        if request.path in OPEN_PATHS or request.path.startswith(OPEN_PREFIXES):
            return None
        if not current_user.is_authenticated:
            return _stranger()
        person, session = current_user.person, current_user.session
        g.viewer = Viewer(
            scope=_with_pin(
                scope_of(
                    current_user, settings, doors.people, rules.now(), request.remote_addr or ""
                ),
                session,
                sessions,
            ),
            language=chosen_language(person.language or settings.language),
            theme=chosen_theme(),
        )
        g.csrf = session.csrf
        if session.kind is Kind.KIOSK and not _is_watching(g.viewer.scope):
            return refused(403, "kiosk")
        if session.stage is not Stage.FULL and request.path not in FACTOR_PATHS:
            return _sent_to("/second-factor", "second_factor")
        if person.must_change and request.path not in CHANGE_PATHS | FACTOR_PATHS:
            return _sent_to("/change-password", "change_password")
        if request.method not in SAFE_METHODS and not _token_matches(session):
            return refused(403, "csrf")
        return None


def refused(status: int, code: str) -> Response:
    """Return a refusal that says no more than its code."""
    return Response(f'{{"refused":"{code}"}}', status, content_type="application/json")


def _signed_in(settings: WebSettings, doors: Doors, sessions: Sessions) -> SignedIn | None:
    token = request.cookies.get(SESSION_COOKIE, "")
    session = sessions.find(token, acts=not _asks_for_news()) if token else None
    if session is None or session.site not in {"", settings.site_key}:
        return None
    if session.device_hash is not None and session.device_hash != device_hash():
        return None
    signed_in = _person_at(session, settings, doors)
    if signed_in is None or signed_in.person.disabled:
        sessions.end(token)
        return None
    return signed_in


def _person_at(session: Session, settings: WebSettings, doors: Doors) -> SignedIn | None:
    """Return whose session it is, and at what; None: the person, desk or screen is no more."""
    person: Person | None
    match session.kind:
        case Kind.KIOSK:
            device = doors.access.device(session.person)
            person = screen_of(device, settings, request.remote_addr or "")
            at = "" if person is None else f"wall/{person.name}"
        case Kind.DESK:
            device = doors.access.device_of(session.device_hash or b"")
            person = None if device is None else doors.people.get(session.person)
            at = "" if device is None else f"desk/{device.name}"
        case _:
            person, at = doors.people.get(session.person), ""
    return None if person is None else SignedIn(person, session, at)


def _with_pin(scope: Scope, session: Session, sessions: Sessions) -> Scope:
    """Return the scope of a desk: each act takes up one typed PIN."""
    if session.kind is not Kind.DESK:
        return scope
    return replace(scope, confirmed=lambda: sessions.take_confirmation(session))


def _is_watching(scope: Scope) -> bool:
    """Return whether a wall screen asks for its own page or what the page asks for."""
    if request.path == CALLBACK_PATH:
        return may_post(scope.only_view, request.get_json(silent=True))
    return request.path == scope.only_view or _is_machine_path()


def device_hash() -> bytes | None:
    """Return the hash of the token of the browser's device; None: it is bound to none."""
    token = request.cookies.get(DEVICE_COOKIE, "")
    return digest_of(token) if token else None


def _asks_for_news() -> bool:
    if request.path != CALLBACK_PATH:
        return False
    body = request.get_json(silent=True)
    return isinstance(body, dict) and str(body.get("output")).endswith(NEWS_OUTPUTS)


def _wants_page() -> bool:
    return request.method in SAFE_METHODS and request.accept_mimetypes.accept_html


def _is_machine_path() -> bool:
    return request.path.startswith("/_dash") or request.path.startswith("/_")


def _stranger() -> AnyResponse:
    if _wants_page() and not _is_machine_path():
        there = request.full_path.rstrip("?")
        return redirect(f"/login?next={quote(there)}" if there != "/" else "/login")
    return refused(401, "sign_in")


def _sent_to(path: str, code: str) -> AnyResponse:
    if _wants_page() and not _is_machine_path():
        return redirect(path)
    return refused(403, code)


def _token_matches(session: Session) -> bool:
    sent = request.headers.get(CSRF_HEADER) or request.form.get("csrf", "")
    return sent == session.csrf
