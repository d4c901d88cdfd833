"""In: a person who comes back from the provider. Out: a session, journal entries. I/O by ports.

Whoever the provider proves is a person here under a name of their own, with the roles of their
groups; people with a password sign in beside it, for the day the provider is away.
"""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from flask import Flask, redirect, request
from flask_limiter import Limiter
from werkzeug.wrappers import Response as AnyResponse

from dashboards.security.admission import Admission, admit, onward_of
from dashboards.security.provider import Proved, Provider
from dashboards.security.sessions import Stage, digest_of
from dashboards.security.sign_in import PER_ADDRESS, login_page, stage_of
from dashboards.security.whence import whence_of
from energy.base.errors import RefusedError
from energy.base.ids import id_of

STATE_COOKIE = "meterline_state"
BACK = "/sign-in/back"
PROVIDER = id_of("person", "provider")
"""By whom roles are changed that follow a person's groups."""
NO_PASSWORD = "none"  # noqa: S105  # no hash: no password fits it
MINUTES = 10
"""How long a person may take at the provider. [min]"""


def install_provider(server: Flask, parts: Admission, provider: Provider, limiter: Limiter) -> None:
    """Add /sign-in and /sign-in/back to the server."""
    by_address = limiter.limit(f"{PER_ADDRESS}/minute")
    server.add_url_rule("/sign-in", "provider", by_address(lambda: _begin(parts, provider)))
    server.add_url_rule(BACK, "provider_back", by_address(lambda: _finish(parts, provider)))


def _back() -> str:
    return f"{request.url_root.rstrip('/')}{BACK}"


def _begin(parts: Admission, provider: Provider) -> AnyResponse | tuple[str, int]:
    try:
        begun = provider.begin(_back())
    except RefusedError:
        return login_page(parts, message="login.provider_away"), 503
    parts.doors.access.remember_request(
        digest_of(begun.state),
        nonce=begun.nonce,
        verifier=begun.verifier,
        onward=onward_of(request.args.get("next", "/")),
    )
    response = redirect(begun.address, 303)
    response.set_cookie(
        STATE_COOKIE,
        begun.state,
        max_age=MINUTES * 60,
        secure=parts.settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return response


def _finish(parts: Admission, provider: Provider) -> AnyResponse | tuple[str, int]:
    state = request.args.get("state", "")
    mine = state and state == request.cookies.get(STATE_COOKIE)
    asked = parts.doors.access.take_request(digest_of(state), MINUTES) if mine else None
    if asked is None:
        return _refused(parts, "state")
    nonce, verifier, onward = asked
    try:
        proved = provider.finish(
            _back(), request.args.get("code", ""), nonce=nonce, verifier=verifier
        )
    except RefusedError:
        return _refused(parts, "proof")
    if not proved.roles:
        return _refused(parts, "groups")
    return _admit(parts, provider, proved, onward)


def _admit(
    parts: Admission, provider: Provider, proved: Proved, onward: str
) -> AnyResponse | tuple[str, int]:
    people = parts.doors.people
    sign_in = f"{proved.subject}@{urlsplit(provider.settings.issuer).netloc}"
    known = people.by_sign_in(sign_in)
    if known is None:
        people.add(
            sign_in=sign_in,
            name=proved.name,
            password_hash=NO_PASSWORD,
            roles=proved.roles,
            language=parts.settings.language,
            command_id=uuid.uuid4(),
            must_change=False,
        )
    elif not known.disabled:
        people.change_roles(known.person, proved.roles, PROVIDER, uuid.uuid4())
    person = people.by_sign_in(sign_in)
    if person is None or person.disabled:
        return _refused(parts, "disabled")
    stage = Stage.FULL if proved.strong else stage_of(parts, person)
    return admit(parts, person, onward, stage=stage)


def _refused(parts: Admission, why: str) -> tuple[str, int]:
    parts.doors.access.record(
        "sign_in_refused", whence_of(parts.settings), person=None, subject=f"provider: {why}"
    )
    return login_page(parts, message="login.provider_refused"), 403
