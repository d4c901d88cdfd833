"""In: what a person does with notices. Out: one command each, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboards.pages.notices.layout import TEST
from dashboards.pages.notices.texts import DRAFT, REVIEW
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import key_named, number_named, unknown_subject
from dashboards.viewer import Viewer
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.words import TemplateKey
from energy.base.text import LANGUAGES

Typed = Mapping[str, str]


def send_test(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Queue a test message to a contact.

    Raises:
        RefusedError: The command was refused.
    """
    del about
    contact, way = key_named(typed.get("contact", "")), typed.get("way", "")
    if way not in set(GatewayKind):
        raise unknown_subject()
    minute = parts.clock.now().strftime("%Y-%m-%dT%H:%M")
    parts.commands.notices.send_test(viewer.scope, contact, GatewayKind(way), minute=minute)
    return viewer.say("notices_page.test_queued", contact=contact)


def draft(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Write a text anew, as it was typed.

    Raises:
        RefusedError: The command was refused.
    """
    key, seen = _text(about)
    wordings = {
        language: {
            "subject": typed.get(f"subject_{language}", ""),
            "text": typed.get(f"text_{language}", ""),
        }
        for language in LANGUAGES
    }
    parts.commands.notices.draft(viewer.scope, key, wordings, seen=seen)
    return viewer.say("notice_texts.drafted")


def review(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let a draft count, as it was read.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    key, seen = _text(about)
    parts.commands.notices.review(viewer.scope, key, seen=seen)
    return viewer.say("notice_texts.reviewed")


def _text(about: str) -> tuple[TemplateKey, int]:
    """Return the text that a form is about, and the version that was seen."""
    key, _, version = about.partition("@")
    if key not in set(TemplateKey):
        raise unknown_subject()
    return TemplateKey(key), number_named(version)


ACTS: dict[str, Callable[[Parts, Viewer, str, Typed], str]] = {
    TEST: send_test,
    DRAFT: draft,
    REVIEW: review,
}
