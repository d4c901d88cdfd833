"""In: PINs, tokens of bound screens. Out: an action confirmed, a screen let in. I/O by ports.

A desk of the command centre never locks while it is watched; whoever acts there types a PIN that
lets one action pass. A wall screen shows one page, within its address ranges, and acts never.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask import Flask, Response, g, redirect, request
from flask_limiter import Limiter
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from dashboards.accounts import Accounts
from dashboards.pages.pin.page import PIN_DIGITS, bound_page, pin_form
from dashboards.pages.plain import plain_page
from dashboards.security import passwords
from dashboards.security.admission import Admission, keep_device, leave, onward_of, start
from dashboards.security.gate import refused, screen_of
from dashboards.security.people import Person
from dashboards.security.rules import networks_of
from dashboards.security.sessions import Session, Stage, digest_of
from dashboards.security.sign_in import PER_ADDRESS
from dashboards.security.terms import KIOSK, Kind
from dashboards.security.whence import whence_of
from dashboards.viewer import current_viewer
from energy.base.errors import RefusedError

CONFIRMED_FOR = timedelta(minutes=1)
"""How long a typed PIN waits for its one action."""
WRONG_PINS = 5
"""In a row; then the session ends."""


def install_devices(server: Flask, parts: Admission, accounts: Accounts, limiter: Limiter) -> None:
    """Add /pin, /devices and /kiosk to the server."""

    def pin() -> AnyResponse:
        return _post(parts) if request.method == "POST" else _page(parts)

    def kiosk(token: str) -> AnyResponse:
        return _kiosk(parts, token)

    server.add_url_rule("/pin", "pin", pin, methods=["GET", "POST"])
    limited = limiter.limit(f"{PER_ADDRESS}/minute")(kiosk)
    server.add_url_rule("/kiosk/<token>", "kiosk", limited)
    server.add_url_rule("/devices", "devices", lambda: _bind(parts, accounts), methods=["POST"])


def _plain(parts: Admission, title: str, body: Markup, message: str = "") -> Response:
    viewer = current_viewer()
    page = plain_page(
        language=viewer.language,
        theme=viewer.theme,
        title=viewer.say(title),
        site=parts.settings.site_name,
        version=parts.settings.version,
        message=viewer.say(message) if message else "",
        body=body,
    )
    return Response(page, 400 if message else 200)


def _page(parts: Admission, message: str = "") -> AnyResponse:
    session: Session = current_user.session
    if session.kind is not Kind.DESK:
        return redirect("/", 303)
    chosen = parts.doors.factors.pin_hash(session.person) is not None
    body = pin_form(
        language=current_viewer().language,
        csrf=g.csrf,
        onward=onward_of(request.values.get("next", "/")),
        choose=not chosen,
    )
    return _plain(parts, "pin.title", body, message)


def _post(parts: Admission) -> AnyResponse:
    session: Session = current_user.session
    person: Person = current_user.person
    if session.kind is not Kind.DESK:
        return refused(403, "no_desk")
    typed = request.form.get("pin", "")
    known = parts.doors.factors.pin_hash(session.person)
    if known is None:
        if not passwords.fits(person.password_hash, request.form.get("password", "")):
            return _wrong(parts, session)
        if not (typed.isascii() and typed.isdigit() and len(typed) == PIN_DIGITS):
            return _page(parts, "pin.form")
        parts.doors.factors.set_pin(session.person, passwords.hashed(typed), uuid.uuid4())
    elif not passwords.fits(known, typed):
        return _wrong(parts, session)
    parts.sessions.store.confirm(session.token_hash, parts.clock.now() + CONFIRMED_FOR)
    return redirect(onward_of(request.form.get("next", "/")), 303)


def _wrong(parts: Admission, session: Session) -> AnyResponse:
    """Note a wrong PIN; after several in a row the session ends."""
    parts.doors.access.record("pin_failed", whence_of(parts.settings), person=session.person)
    if parts.sessions.store.count_pin_failure(session.token_hash) >= WRONG_PINS:
        return leave(parts)
    return _page(parts, "pin.wrong")


def _kiosk(parts: Admission, token: str) -> AnyResponse:
    """Let a wall screen in by its token, within its ranges."""
    device = parts.doors.access.device_of(digest_of(token))
    screen = screen_of(device, parts.settings, request.remote_addr or "")
    if device is None or screen is None:
        parts.doors.access.record("kiosk_refused", whence_of(parts.settings), person=None)
        return refused(403, "kiosk")
    response = redirect(device.view, 303)
    start(parts, response, screen, KIOSK, Stage.FULL, None)
    return response


def _bind(parts: Admission, accounts: Accounts) -> AnyResponse:
    """Bind this browser as a workstation, or make the token of a wall screen."""
    viewer = current_viewer()
    kind = request.form.get("kind", "")
    name = " ".join(request.form.get("name", "").split())[:80]
    ranges = request.form.get("addresses", "").replace(",", " ").split()
    try:
        networks_of(ranges)
    except RefusedError as error:
        return Response(error.told(viewer.language), 400, content_type="text/plain; charset=utf-8")
    if kind not in {"desk", "kiosk"} or not name:
        return refused(400, "device")
    view = onward_of(request.form.get("view", "/")) if kind == "kiosk" else ""
    token = accounts.enrol(viewer.scope, kind=kind, name=name, view=view, addresses=ranges)
    address = f"{request.url_root}kiosk/{token}" if kind == "kiosk" else name
    body = bound_page(language=viewer.language, kind=kind, address=address)
    response = _plain(parts, "admin.devices", body)
    if kind == "desk":
        keep_device(parts, response, token)
    return response
