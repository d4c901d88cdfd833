"""In: number and code of a supply case. Out: how far it is, to who has no account. I/O by ports.

The door is open and tells nothing without the code: a wrong number and a wrong code are the same
answer. Tries are counted like sign-ins: of each number and of each address, in each worker and,
where they fail, in the directory for all of them together.
"""

from __future__ import annotations

import re
from typing import Protocol

from flask import Flask, Response, request
from flask_limiter import Limiter
from werkzeug.wrappers import Response as AnyResponse

from dashboards.pages.cases.door import asked_form, seen_told
from dashboards.pages.plain import plain_page
from dashboards.security.admission import Admission
from dashboards.security.sign_in import PER_ACCOUNT, PER_ADDRESS
from dashboards.viewer import chosen_language, chosen_theme
from energy.base.text import t
from energy.service.cases.seen import ApplicantView

PATH = "/case"
_FORM = re.compile(r"[A-Z]-[0-9]{4}-[0-9]{1,9}")
LONGEST = 40
"""Of a number or code that is looked at. [sign]"""


class ByCode(Protocol):
    """Answers who knows a case's code."""

    def case_by_code(self, number: str, code: str) -> ApplicantView | None:
        """Return the case of a number for who knows its code; else None."""
        ...


def install_case_door(server: Flask, parts: Admission, queries: ByCode, limiter: Limiter) -> None:
    """Add /case to the server.

    Args:
        server: The server.
        parts: What the open routes need.
        queries: Answers by number and code.
        limiter: Counts attempts, as those of the sign-in.
    """

    def too_many(_limit: object) -> Response:
        return Response(_page(parts, message="case_door.too_many"), 429)

    by_number = limiter.limit(
        f"{PER_ACCOUNT}/minute", key_func=_number, methods=["POST"], on_breach=too_many
    )
    by_address = limiter.limit(f"{PER_ADDRESS}/minute", methods=["POST"], on_breach=too_many)

    def case() -> AnyResponse:
        if request.method != "POST":
            return Response(_page(parts), 200)
        return _asked(parts, queries)

    server.add_url_rule(PATH, "case_door", by_address(by_number(case)), methods=["GET", "POST"])


def _asked(parts: Admission, queries: ByCode) -> Response:
    name, address = _number(), request.remote_addr or ""
    of_number, of_address = parts.sessions.failures(name, address)
    if of_number >= PER_ACCOUNT or of_address >= PER_ADDRESS:
        return Response(_page(parts, message="case_door.too_many"), 429)
    number, code = _typed("number").upper(), _typed("code")
    known = _FORM.fullmatch(number) is not None and code.isprintable()
    seen = queries.case_by_code(number, code) if known else None
    if seen is None:
        parts.doors.people.sign_in_failed(name, address)
        return Response(_page(parts, message="case_door.wrong"), 401)
    return Response(_page(parts, seen=seen), 200)


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST]


def _number() -> str:
    """Return the name by which tries of a number are counted: no sign-in is called so."""
    return f"supply case {_typed('number').upper()}"


def _page(parts: Admission, *, message: str = "", seen: ApplicantView | None = None) -> str:
    settings, language = parts.settings, chosen_language(parts.settings.language)
    body = (
        asked_form(language=language, number=_typed("number"))
        if seen is None
        else seen_told(seen, language=language, zone=settings.zone)
    )
    return plain_page(
        language=language,
        theme=chosen_theme(),
        title=t(language, "case_door.title") if seen is None else seen.number,
        site=settings.site_name,
        version=settings.version,
        message=t(language, message) if message else "",
        body=body,
    )
