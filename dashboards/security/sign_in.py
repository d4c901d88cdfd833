"""In: sign-in, sign-out and password forms. Out: pages, cookies, journal entries. I/O by ports.

Walls against guessing: flask-limiter counts attempts in each worker, the failures of the last
minute are counted in the directory for all workers together, and a name that fails too often is
locked for a while (dashboards/security/rules.py).
"""

from __future__ import annotations

import uuid

from flask import Flask, Response, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from dashboards.pages.change_password.page import change_form
from dashboards.pages.login.page import login_form
from dashboards.pages.plain import plain_page
from dashboards.security import passwords
from dashboards.security.admission import Admission, admit, desk_here, failed, leave, onward_of
from dashboards.security.gate import roles_here
from dashboards.security.people import Person
from dashboards.security.scope import Role
from dashboards.security.sessions import Stage
from dashboards.security.whence import whence_of
from dashboards.viewer import chosen_language, chosen_theme, current_viewer
from energy.base.text import t

PER_ACCOUNT = 5
"""Attempts of one account. [1 / min]"""
PER_ADDRESS = 20
"""Attempts of one address. [1 / min]"""


def install_sign_in(server: Flask, parts: Admission) -> Limiter:
    """Add /login, /sign-out and /change-password to the server; return what counts attempts."""
    limiter = Limiter(get_remote_address, app=server, storage_uri="memory://")
    by_account = limiter.limit(f"{PER_ACCOUNT}/minute", key_func=_account, methods=["POST"])
    by_address = limiter.limit(f"{PER_ADDRESS}/minute", methods=["POST"])

    def login() -> AnyResponse | tuple[str, int]:
        return _login(parts) if request.method == "POST" else (_asks(parts), 200)

    server.add_url_rule("/login", "login", by_address(by_account(login)), methods=["GET", "POST"])
    server.add_url_rule("/sign-out", "sign_out", lambda: _sign_out(parts), methods=["POST"])
    server.add_url_rule(
        "/change-password",
        "change_password",
        lambda: _change(parts) if request.method == "POST" else _change_page(parts),
        methods=["GET", "POST"],
    )
    server.register_error_handler(429, lambda error: _too_many(parts, error))
    return limiter


def _too_many(parts: Admission, error: HTTPException) -> AnyResponse:
    """Return what the limit itself says, else the sign-in's words."""
    held = error.get_response() if error.response is not None else None
    return held or Response(login_page(parts, message="login.too_many"), 429)


def _asks(parts: Admission) -> str:
    return login_page(parts, message="login.ended" if "ended" in request.args else "")


def _account() -> str:
    return request.form.get("sign_in", "").strip().casefold()[:200]


def login_page(parts: Admission, *, message: str = "", **values: object) -> str:
    """Return the sign-in page, with what went wrong."""
    language = chosen_language(parts.settings.language)
    return plain_page(
        language=language,
        theme=chosen_theme(),
        title=t(language, "login.title"),
        site=parts.settings.site_name,
        version=parts.settings.version,
        message=t(language, message, **values) if message else "",
        body=login_form(
            language=language,
            sign_in=request.form.get("sign_in", ""),
            onward=onward_of(request.values.get("next", "/")),
            phone_days=parts.rules.now().phone_days,
            provider=parts.settings.provider,
        ),
    )


def _login(parts: Admission) -> AnyResponse | tuple[str, int]:
    sign_in = request.form.get("sign_in", "")
    address, doors, rules = request.remote_addr or "", parts.doors, parts.rules.now()
    of_account, of_address = parts.sessions.failures(sign_in, address)
    if of_account >= PER_ACCOUNT or of_address >= PER_ADDRESS:
        return login_page(parts, message="login.too_many"), 429
    if doors.access.locked_until(sign_in) is not None:
        return login_page(parts, message="login.locked", minutes=rules.lock_min), 429
    person = doors.people.by_sign_in(sign_in)
    fits = passwords.fits(
        None if person is None else person.password_hash, request.form.get("password", "")
    )
    if person is None or not fits or person.disabled:
        failed(parts, sign_in, person)
        return login_page(parts, message="login.wrong"), 401
    if (refusal := _refused_here(parts, person)) is not None:
        doors.access.record(
            "sign_in_refused", whence_of(parts.settings), person=person.person, subject=refusal
        )
        return login_page(parts, message=f"login.{refusal}"), 403
    onward = onward_of(request.form.get("next", "/"))
    stage = stage_of(parts, person)
    if stage is Stage.FULL:
        doors.access.forget_failures(sign_in)
    return admit(parts, person, onward, stage=stage, phone="phone" in request.form)


def _refused_here(parts: Admission, person: Person) -> str | None:
    """Return why a person may not come in from here: none of the roles holds at the address."""
    roles = roles_here(person, parts.settings)
    held = parts.rules.now().holding(roles, request.remote_addr or "")
    if roles == {Role.DESK} and desk_here(parts) is None:
        return "desk"
    return "elsewhere" if roles and not held else None


def stage_of(parts: Admission, person: Person) -> Stage:
    """Return whether a second factor is to be asked, enrolled, or neither."""
    if parts.doors.factors.of(person.person) is not None:
        return Stage.FACTOR
    wants = parts.rules.now().wants_factor(roles_here(person, parts.settings))
    return Stage.ENROL if wants else Stage.FULL


def _sign_out(parts: Admission) -> AnyResponse:
    parts.doors.people.sign_out(current_user.person.person, request.remote_addr or "", uuid.uuid4())
    return leave(parts)


def _change_page(parts: Admission, *, message: str = "", status: int = 200) -> Response:
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


def _change(parts: Admission) -> AnyResponse:
    old, new = request.form.get("old", ""), request.form.get("new", "")
    person: Person = current_user.person
    if not passwords.fits(person.password_hash, old):
        return _change_page(parts, message="change_password.wrong", status=400)
    wrong = passwords.weakness(new, request.form.get("again", ""), old=old)
    if wrong is not None:
        return _change_page(parts, message=wrong, status=400)
    parts.doors.people.change_password(person.person, passwords.hashed(new), uuid.uuid4())
    parts.sessions.end_all(person.person)
    return admit(parts, person, "/", renewed=True)
