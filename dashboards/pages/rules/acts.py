"""In: what a person does with rules and spans. Out: one command each, what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboards.note_words import wall_instant
from dashboards.pages.parts import Parts
from dashboards.pages.rules.expected import END, EXPECT, KINDS
from dashboards.pages.rules.layout import ENABLE, WITHDRAW
from dashboards.pages.subjects import id_named, key_named, number_named, unknown_subject
from dashboards.viewer import Viewer

Typed = Mapping[str, str]


def enable(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Switch on the version of a rule that was seen.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    key, seen = _rule(about)
    version = parts.commands.rules.enable(viewer.scope, key, seen=seen)
    return viewer.say("rules_page.enabled", version=version)


def withdraw(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Withdraw a rule.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    key, seen = _rule(about)
    parts.commands.rules.withdraw(viewer.scope, key, seen=seen)
    return viewer.say("rules_page.withdrawn", rule=key)


def expect(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Expect alerts of something for a span.

    Raises:
        RefusedError: The command was refused.
    """
    del about
    kind, zone = typed.get("kind", ""), parts.settings.zone
    if kind not in KINDS:
        raise unknown_subject()
    span = (
        wall_instant(typed.get("from", ""), zone),
        wall_instant(typed.get("until", ""), zone, last=True),
    )
    named = f"{KINDS[kind]}{typed.get('name', '')}"
    parts.commands.rules.expect(viewer.scope, named, span, typed.get("reason", ""))
    return viewer.say("rules_page.expecting", about=named)


def end(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let a span be over now.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    parts.commands.rules.end(viewer.scope, id_named(about))
    return viewer.say("rules_page.ended")


def _rule(about: str) -> tuple[str, int]:
    """Return the rule that a form is about, and the version that was seen."""
    key, _, version = about.partition("@")
    return key_named(key), number_named(version)


ACTS: dict[str, Callable[[Parts, Viewer, str, Typed], str]] = {
    ENABLE: enable,
    WITHDRAW: withdraw,
    EXPECT: expect,
    END: end,
}
