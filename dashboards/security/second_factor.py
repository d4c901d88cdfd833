"""In: codes of the second factor. Out: pages, a session in full, journal entries. I/O by ports.

After the password a session waits for the code; with the code a fresh one takes its place. A code
that was taken is taken no second time, and a wrong one counts as a sign-in that failed.
"""

from __future__ import annotations

import uuid

from flask import Flask, Response, g, request
from flask_limiter import Limiter
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from dashboards.pages.plain import plain_page
from dashboards.pages.second_factor.page import ask_form, codes_page, enrol_form
from dashboards.security import totp
from dashboards.security.admission import (
    Admission,
    admit,
    failed,
    leave,
    onward_of,
    open_session,
)
from dashboards.security.people import Person
from dashboards.security.sessions import Session, Stage
from dashboards.security.sign_in import PER_ACCOUNT, PER_ADDRESS
from dashboards.viewer import current_viewer

ISSUER = "Meterline"


def install_second_factor(server: Flask, parts: Admission, limiter: Limiter) -> None:
    """Add /second-factor to the server."""

    def route() -> AnyResponse:
        if current_user.session.stage is Stage.FULL:
            return admit_onward()
        return _post(parts) if request.method == "POST" else _page(parts)

    limited = limiter.limit(f"{PER_ADDRESS}/minute", methods=["POST"])(route)
    server.add_url_rule("/second-factor", "second_factor", limited, methods=["GET", "POST"])


def admit_onward() -> AnyResponse:
    """Lead on whoever is in already."""
    return Response(status=303, headers={"Location": onward_of(request.values.get("next", "/"))})


def _plain(parts: Admission, body: Markup, *, message: str = "", status: int = 200) -> Response:
    viewer = current_viewer()
    page = plain_page(
        language=viewer.language,
        theme=viewer.theme,
        title=viewer.say("second_factor.title"),
        site=parts.settings.site_name,
        version=parts.settings.version,
        message=viewer.say(message, minutes=parts.rules.now().lock_min) if message else "",
        body=body,
    )
    return Response(page, status)


def _page(parts: Admission, *, message: str = "", status: int = 200) -> Response:
    session: Session = current_user.session
    language = current_viewer().language
    onward, phone = onward_of(request.values.get("next", "/")), bool(request.values.get("phone"))
    if session.stage is Stage.FACTOR:
        body = ask_form(language=language, csrf=g.csrf, onward=onward, phone=phone)
        return _plain(parts, body, message=message, status=status)
    secret = _pending(parts, session)
    person: Person = current_user.person
    account = f"{person.name} ({parts.settings.site_name})"
    body = enrol_form(
        language=language,
        csrf=g.csrf,
        onward=onward,
        phone=phone,
        secret=secret,
        address=totp.address_of(secret, issuer=ISSUER, account=account),
    )
    return _plain(parts, body, message=message, status=status)


def _pending(parts: Admission, session: Session) -> str:
    """Return the secret that is being enrolled, made at the first look."""
    if session.pending_sealed:
        return parts.doors.vault.open(session.person, session.pending_sealed)
    secret = totp.new_secret()
    sealed = parts.doors.vault.seal(session.person, secret)
    parts.sessions.store.pend(session.token_hash, sealed)
    return secret


def _post(parts: Admission) -> AnyResponse:
    person: Person = current_user.person
    session: Session = current_user.session
    of_account, _ = parts.sessions.failures(person.sign_in, "")
    if parts.doors.access.locked_until(person.sign_in) is not None:
        return leave(parts)
    if of_account >= PER_ACCOUNT:
        return _page(parts, message="login.too_many", status=429)
    typed = request.form.get("code", "")[:40]
    if session.stage is Stage.ENROL:
        return _enrol(parts, person, _pending(parts, session), typed)
    if not _fits(parts, person, typed):
        failed(parts, person.sign_in, person)
        return _page(parts, message="second_factor.wrong", status=401)
    parts.doors.access.forget_failures(person.sign_in)
    onward, phone = onward_of(request.form.get("next", "/")), bool(request.form.get("phone"))
    return admit(parts, person, onward, phone=phone)


def _fits(parts: Admission, person: Person, typed: str) -> bool:
    """Return whether a code or a recovery code fits; it then is used up."""
    factor = parts.doors.factors.of(person.person)
    if factor is None:
        return False
    step = totp.step_of(factor.secret, typed, parts.clock.now())
    if step is not None:
        return parts.doors.factors.take_step(person.person, step)
    hashed = totp.recovery_hash(typed)
    return parts.doors.factors.use_recovery(person.person, hashed, uuid.uuid4())


def _enrol(parts: Admission, person: Person, secret: str, typed: str) -> AnyResponse:
    step = totp.step_of(secret, typed, parts.clock.now())
    if step is None:
        failed(parts, person.sign_in, person)
        return _page(parts, message="second_factor.wrong", status=401)
    codes = totp.new_recovery_codes()
    hashes = [totp.recovery_hash(code) for code in codes]
    parts.doors.factors.enrol(person.person, secret, hashes, uuid.uuid4())
    parts.doors.factors.take_step(person.person, step)
    parts.doors.access.forget_failures(person.sign_in)
    parts.doors.people.sign_in(person.person, request.remote_addr or "", uuid.uuid4())
    onward = onward_of(request.form.get("next", "/"))
    language = current_viewer().language
    page = _plain(parts, codes_page(language=language, codes=codes, onward=onward))
    phone = bool(request.form.get("phone"))
    open_session(parts, page, person, stage=Stage.FULL, phone=phone)
    return page
