"""In: what a person typed about an alert. Out: it done, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

from dashboards.formats import instant_text
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, unknown_subject
from dashboards.viewer import Viewer

ASSIGN, SHELVE, UNSHELVE, CLOSE = "assign-alert", "shelve-alert", "unshelve-alert", "close-alert"
Typed = Mapping[str, str]


def about_alert(alert: UUID, position: int) -> str:
    """Return what a form of an alert is about: the alert as it was seen."""
    return f"{alert}@{position}"


def assign(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Give the alert to the person chosen.

    Raises:
        RefusedError: The command was refused.
    """
    alert, seen = _seen(about)
    to = id_named(typed.get("to", ""))
    parts.queries.await_change(
        viewer.scope, parts.commands.alerts.assign(viewer.scope, alert, to, seen=seen)
    )
    return viewer.say("alert_act.assigned")


def shelve(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Put the alert aside for the minutes chosen.

    Raises:
        RefusedError: The command was refused.
    """
    alert, seen = _seen(about)
    minutes = typed.get("minutes", "")
    if not minutes.isdecimal() or len(minutes) > 6:
        raise unknown_subject()
    until = parts.clock.now() + timedelta(minutes=int(minutes))
    done = parts.commands.alerts.shelve(
        viewer.scope, alert, until, typed.get("reason", ""), seen=seen
    )
    parts.queries.await_change(viewer.scope, done)
    at = instant_text(viewer.language, until, parts.settings.zone)
    return viewer.say("alert_act.shelved", until=at)


def unshelve(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Take the alert back from the shelf.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    alert, seen = _seen(about)
    done = parts.commands.alerts.unshelve(viewer.scope, alert, seen=seen)
    parts.queries.await_change(viewer.scope, done)
    return viewer.say("alert_act.unshelved")


def close(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Close the alert with the cause chosen.

    Raises:
        RefusedError: The command was refused.
    """
    alert, seen = _seen(about)
    cause, words = typed.get("cause", ""), typed.get("words", "")
    done = parts.commands.alerts.close(viewer.scope, alert, cause, words, seen=seen)
    parts.queries.await_change(viewer.scope, done)
    return viewer.say("alert_act.closed")


def _seen(about: str) -> tuple[UUID, int]:
    alert, _, position = about.partition("@")
    if not position.isdecimal() or len(position) > 18:
        raise unknown_subject()
    return id_named(alert), int(position)


ACTS: dict[str, Callable[[Parts, Viewer, str, Typed], str]] = {
    ASSIGN: assign,
    SHELVE: shelve,
    UNSHELVE: unshelve,
    CLOSE: close,
}
