"""In: sign-in, sign-out and password forms. Out: pages, cookies, journal entries. I/O by ports.

Two walls against guessing: flask-limiter counts attempts in each worker, and the failures of the
last minute are counted in the directory for all workers together.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import Flask, Response, g, redirect, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from dashboards.pages.change_password.page import change_form
from dashboards.pages.login.page import login_form
from dashboards.pages.plain import plain_page
from dashboards.security import passwords
from dashboards.security.gate import CSRF_COOKIE, SESSION_COOKIE
from dashboards.security.people import People, Person
from dashboards.security.sessions import ABSOLUTE, Sessions
from dashboards.settings import WebSettings
from dashboards.viewer import chosen_language, chosen_theme, current_viewer
from energy.base.text import t

PER_ACCOUNT = 5
"""Attempts of one account. [1 / min]"""
PER_ADDRESS = 20
"""Attempts of one address. [1 / min]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What the routes need."""

    settings: WebSettings
    people: People
    sessions: Sessions


def install_sign_in(server: Flask, parts: SignIn) -> None:
    """Add /login, /sign-out and /change-password to the server."""
    limiter = Limiter(get_remote_address, app=server, storage_uri="memory://")
    by_account = limiter.limit(f"{PER_ACCOUNT}/minute", key_func=_account, methods=["POST"])
    by_address = limiter.limit(f"{PER_ADDRESS}/minute", methods=["POST"])

    def login() -> AnyResponse | tuple[str, int]:
        return _login(parts) if request.method == "POST" else (_login_page(parts), 200)

    server.add_url_rule("/login", "login", by_address(by_account(login)), methods=["GET", "POST"])
    server.add_url_rule("/sign-out", "sign_out", lambda: _sign_out(parts), methods=["POST"])
    server.add_url_rule(
        "/change-password",
        "change_password",
        lambda: _change(parts) if request.method == "POST" else _change_page(parts),
        methods=["GET", "POST"],
    )
    server.register_error_handler(
        429, lambda _error: (_login_page(parts, message="login.too_many"), 429)
    )


def _account() -> str:
    return request.form.get("sign_in", "").strip().casefold()[:200]


def _login_page(parts: SignIn, *, message: str = "") -> str:
    language = chosen_language(parts.settings.language)
    return plain_page(
        language=language,
        theme=chosen_theme(),
        title=t(language, "login.title"),
        site=parts.settings.site_name,
        version=parts.settings.version,
        message=t(language, message) if message else "",
        body=login_form(
            language=language,
            sign_in=request.form.get("sign_in", ""),
            onward=_onward(request.values.get("next", "/")),
        ),
    )


def _onward(path: str) -> str:
    """Return a path of this site, never another site's address."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\", "/_", "/login"))
    return path if safe and path.isprintable() else "/"


def _login(parts: SignIn) -> AnyResponse | tuple[str, int]:
    sign_in = request.form.get("sign_in", "")
    address = request.remote_addr or ""
    of_account, of_address = parts.sessions.failures(sign_in, address)
    if of_account >= PER_ACCOUNT or of_address >= PER_ADDRESS:
        return _login_page(parts, message="login.too_many"), 429
    person = parts.people.by_sign_in(sign_in)
    fits = passwords.fits(
        None if person is None else person.password_hash, request.form.get("password", "")
    )
    if person is None or not fits or person.disabled:
        parts.people.sign_in_failed(sign_in, address)
        return _login_page(parts, message="login.wrong"), 401
    parts.people.sign_in(person.person, address, uuid.uuid4())
    onward = "/change-password" if person.must_change else _onward(request.form.get("next", "/"))
    return _admit(parts, person, onward)


def _admit(parts: SignIn, person: Person, onward: str) -> AnyResponse:
    old = request.cookies.get(SESSION_COOKIE)
    if old:
        parts.sessions.end(old)
    token, session = parts.sessions.open(person.person, request.remote_addr or "")
    response = redirect(onward, 303)
    secure = parts.settings.secure_cookies
    lifetime = int(ABSOLUTE.total_seconds())
    response.set_cookie(
        SESSION_COOKIE, token, max_age=lifetime, secure=secure, httponly=True, samesite="Lax"
    )
    # Scripts of our own pages read this one and send it back in a header.
    response.set_cookie(
        CSRF_COOKIE, session.csrf, max_age=lifetime, secure=secure, samesite="Strict"
    )
    return response


def _sign_out(parts: SignIn) -> AnyResponse:
    parts.people.sign_out(current_user.person.person, request.remote_addr or "", uuid.uuid4())
    parts.sessions.end(request.cookies.get(SESSION_COOKIE, ""))
    response = redirect("/login", 303)
    response.delete_cookie(SESSION_COOKIE)
    response.delete_cookie(CSRF_COOKIE)
    return response


def _change_page(parts: SignIn, *, message: str = "", status: int = 200) -> Response:
    viewer = current_viewer()
    page = plain_page(
        language=viewer.language,
        theme=viewer.theme,
        title=viewer.say("change_password.title"),
        site=viewer.scope.name,
        version=parts.settings.version,
        message=viewer.say(message, least=passwords.LEAST_LENGTH) if message else "",
        body=change_form(
            language=viewer.language, csrf=g.csrf, forced=current_user.person.must_change
        ),
    )
    return Response(page, status)


def _change(parts: SignIn) -> AnyResponse:
    old, new = request.form.get("old", ""), request.form.get("new", "")
    person: Person = current_user.person
    if not passwords.fits(person.password_hash, old):
        return _change_page(parts, message="change_password.wrong", status=400)
    wrong = passwords.weakness(new, request.form.get("again", ""), old=old)
    if wrong is not None:
        return _change_page(parts, message=wrong, status=400)
    parts.people.change_password(person.person, passwords.hashed(new), uuid.uuid4())
    parts.sessions.end_all(person.person)
    return _admit(parts, person, "/")
