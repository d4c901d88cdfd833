"""In: what a tenant asks or the office answers. Out: one command each. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID

from billing.enquiries.enquiry import EnquiryError, Subject
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, member_named, number_named, seen_named
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.requests.kinds import RequestKind

ASK, SAY, RATE = "ask-office", "say-enquiry", "rate-own"
ANY = "any"
"""Stands for: what the field beside it chooses."""


def ask(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    """Ask about "bill/NUMBER", "meter/POINT" or "account/KEY", which must be one's own.

    Behind an @ stands how many words were seen: the same words later are another enquiry.

    Raises:
        EnquiryError: It is not, or nothing was said.
        NotPermittedError: The person is no tenant.
        UnknownSubjectError: The form does not say what was seen.
    """
    chosen, _, words_seen = about.rpartition("@")
    seen = number_named(words_seen)
    kind, _, key = (typed.get("about", "") if chosen == ANY else chosen).partition("/")
    subject = Subject(kind) if kind in set(Subject) else None
    own = subject and parts.queries.own_subject(viewer.scope, subject, key)
    if not own:
        raise EnquiryError.of("enquiry.not_own")
    line = typed.get("line", "")
    charge = int(line) if line.isdecimal() and own.subject is Subject.BILL else 0
    wants = member_named(RequestKind, typed.get("kind", RequestKind.ENQUIRY))
    asked = replace(own, charge=charge or None, kind=wants)
    parts.commands.ask(viewer.scope, asked, typed.get("words", ""), seen=seen)
    return viewer.say("enquiries.sent")


def say(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    """Answer the enquiry `about` as it was seen for the office, or go on with one's own.

    Raises:
        EnquiryError: It is not one's own, or nothing was said.
        NotPermittedError: The person neither answers nor is a tenant.
        UnknownSubjectError: It is no enquiry.
    """
    enquiry, seen = seen_named(about)
    words = typed.get("words", "")
    if viewer.scope.may(Right.ANSWER):
        parts.commands.answer(viewer.scope, enquiry, words, seen=seen)
        return viewer.say("enquiries.said")
    if enquiry not in {own.enquiry for own in parts.queries.own_enquiries(viewer.scope)}:
        raise EnquiryError.of("enquiry.unknown")
    parts.commands.go_on(viewer.scope, enquiry, words, seen=seen)
    return viewer.say("enquiries.said")


def rate(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    """Say how content one is with one's own enquiry `about`, once it is dealt with.

    Raises:
        EnquiryError: It is not one's own.
        RequestError: It is not over, was rated, or the score is none.
        NotPermittedError: The person is no tenant.
        UnknownSubjectError: It is no enquiry.
    """
    enquiry: UUID = id_named(about)
    if enquiry not in {own.enquiry for own in parts.queries.own_enquiries(viewer.scope)}:
        raise EnquiryError.of("enquiry.unknown")
    score, words = typed.get("score", ""), typed.get("words", "")
    points = int(score) if score.isdecimal() and len(score) == 1 else 0
    parts.commands.service.requests.rate_own(viewer.scope, enquiry, points, words)
    return viewer.say("enquiries.rated")


ACTS: dict[str, Callable[[Parts, Viewer, str, Mapping[str, str]], str]] = {
    ASK: ask,
    SAY: say,
    RATE: rate,
}
