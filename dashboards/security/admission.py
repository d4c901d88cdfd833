"""In: a person who proved who they are. Out: a session's cookies, journal entries. I/O by ports.

One way in for every kind of sign-in: a session is always a fresh one, and the one that the browser
had before ends.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from dashboards.security.gate import (
    CSRF_COOKIE,
    DEVICE_COOKIE,
    SESSION_COOKIE,
    device_hash,
    roles_here,
)
from dashboards.security.people import Doors, Person
from dashboards.security.rules import is_within, networks_of
from dashboards.security.scope import Role
from dashboards.security.sessions import Session, Sessions, Stage, digest_of
from dashboards.security.site_rules import SiteRules
from dashboards.security.terms import OFFICE, PENDING, Kind, Terms, desk_terms, phone_terms
from dashboards.security.whence import whence_of
from dashboards.settings import WebSettings
from energy.base.clock import Clock

PHONE_ROLES = frozenset({Role.TECHNICIAN, Role.VIEWER})
"""Whoever has another role besides keeps no phone signed in for days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What the routes of the sign-in need."""

    settings: WebSettings
    doors: Doors
    sessions: Sessions
    rules: SiteRules
    clock: Clock


def onward_of(path: str) -> str:
    """Return a path of this site, never another site's address."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\", "/_", "/login"))
    return path if safe and path.isprintable() else "/"


def failed(parts: Admission, sign_in: str, person: Person | None) -> None:
    """Note a sign-in that failed, and lock the name when there were too many."""
    doors, rules = parts.doors, parts.rules.now()
    known = None if person is None else person.person
    doors.people.sign_in_failed(sign_in, request.remote_addr or "")
    doors.access.record("sign_in_failed", whence_of(parts.settings), person=known)
    doors.access.lock_if_due(
        sign_in,
        known,
        failures=rules.lock_failures,
        within=rules.within,
        for_=rules.locked_for,
    )


def admit(
    parts: Admission,
    person: Person,
    onward: str,
    *,
    stage: Stage = Stage.FULL,
    phone: bool = False,
    renewed: bool = False,
) -> AnyResponse:
    """Open a session for a person and lead on.

    Args:
        parts: What the routes need.
        person: Who proved who they are.
        onward: Path of this site.
        stage: Whether the second factor still is to come.
        phone: Whether the person asked to stay signed in on a phone.
        renewed: Whether the person was signed in already: then it is no sign-in.
    """
    response = redirect(onward if renewed else _way(person, onward, stage, phone=phone), 303)
    if stage is Stage.FULL and not renewed:
        parts.doors.people.sign_in(person.person, request.remote_addr or "", uuid.uuid4())
    open_session(parts, response, person, stage=stage, phone=phone)
    return response


def open_session(
    parts: Admission, response: AnyResponse, person: Person, *, stage: Stage, phone: bool
) -> Session:
    """Give a response the cookies of a fresh session; the browser's older one ends."""
    terms, bound = _terms(parts, person, stage, response, phone=phone)
    return start(parts, response, person, terms, stage, bound)


def start(
    parts: Admission,
    response: AnyResponse,
    person: Person,
    terms: Terms,
    stage: Stage,
    bound: bytes | None,
) -> Session:
    """Give a response the cookies of a session on given terms, bound to a device or not."""
    old = request.cookies.get(SESSION_COOKIE)
    if old:
        parts.sessions.end(old)
    token, session = parts.sessions.open(
        person.person,
        request.remote_addr or "",
        site=parts.settings.site_key,
        agent=str(request.user_agent)[:300],
        terms=terms,
        stage=stage,
        device_hash=bound,
    )
    secure = parts.settings.secure_cookies
    lifetime = int(terms.lifetime.total_seconds())
    response.set_cookie(
        SESSION_COOKIE, token, max_age=lifetime, secure=secure, httponly=True, samesite="Lax"
    )
    # Scripts of our own pages read this one and send it back in a header.
    response.set_cookie(
        CSRF_COOKIE, session.csrf, max_age=lifetime, secure=secure, samesite="Strict"
    )
    return session


def leave(parts: Admission) -> AnyResponse:
    """End the browser's session and lead to the sign-in."""
    parts.sessions.end(request.cookies.get(SESSION_COOKIE, ""))
    response = redirect("/login", 303)
    response.delete_cookie(SESSION_COOKIE)
    response.delete_cookie(CSRF_COOKIE)
    return response


def _way(person: Person, onward: str, stage: Stage, *, phone: bool) -> str:
    if stage is not Stage.FULL:
        return f"/second-factor?next={onward}" + ("&phone=1" if phone else "")
    return "/change-password" if person.must_change else onward


def _terms(
    parts: Admission, person: Person, stage: Stage, response: AnyResponse, *, phone: bool
) -> tuple[Terms, bytes | None]:
    """Return how long the session lives, and the hash of the device that it is bound to."""
    if stage is not Stage.FULL:
        return PENDING, None
    roles = roles_here(person, parts.settings)
    if Role.DESK in roles and (desk := desk_here(parts)) is not None:
        return desk_terms(parts.rules.now().shift_h), desk
    if phone and Role.TECHNICIAN in roles and roles <= PHONE_ROLES:
        terms = phone_terms(parts.rules.now().phone_days)
        return terms, _bind(parts, response, terms)
    return OFFICE, None


def _bind(parts: Admission, response: AnyResponse, terms: Terms) -> bytes:
    """Return the hash of the token that binds a session to this browser; make one if need be."""
    assert terms.kind is Kind.PHONE, "desks are bound by administrators"
    known = device_hash()
    if known is not None:
        return known
    token = secrets.token_urlsafe(32)
    keep_device(parts, response, token)
    return digest_of(token)


def desk_here(parts: Admission) -> bytes | None:
    """Return the hash of the browser's token where it is a workstation of this site."""
    known = device_hash()
    device = None if known is None else parts.doors.access.device_of(known)
    if device is None or (device.kind, device.site) != (Kind.DESK, parts.settings.site_key):
        return None
    ranges = networks_of(list(device.addresses))
    return known if not ranges or is_within(request.remote_addr or "", ranges) else None


def keep_device(parts: Admission, response: AnyResponse, token: str) -> None:
    """Give a response the cookie of the device that the browser is bound as."""
    response.set_cookie(
        DEVICE_COOKIE,
        token,
        max_age=400 * 86_400,
        secure=parts.settings.secure_cookies,
        httponly=True,
        samesite="Strict",
    )
