"""In: what a person decides on the page of a case. Out: one command each. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, key_named
from dashboards.viewer import Viewer
from energy.base.errors import RefusedError

Act = Callable[[Parts, Viewer, str, Mapping[str, str]], str]


def _accept(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    parts.commands.review.accept(viewer.scope, id_named(about), typed.get("reason", ""))
    return viewer.say("review.done")


def _hold(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    try:
        until = date.fromisoformat(typed.get("until", "")[:10])
    except ValueError:
        raise RefusedError.of("review.no_day") from None
    parts.commands.review.hold(viewer.scope, id_named(about), until, typed.get("reason", ""))
    return viewer.say("review.done")


def _release(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    parts.commands.review.release(viewer.scope, id_named(about), typed.get("reason", ""))
    return viewer.say("review.done")


def _correct(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    readings = _rows(typed.get("readings", ""))
    parts.commands.review.correct(viewer.scope, id_named(about), readings, typed.get("reason", ""))
    return viewer.say("review.done")


def _state(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    readings = _rows(typed.get("readings", ""))
    parts.commands.review.state(viewer.scope, key_named(about), readings, typed.get("reason", ""))
    return viewer.say("review.stated_done")


def _without(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    instants = _rows(typed.get("instants", ""))
    parts.commands.review.without(viewer.scope, id_named(about), instants, typed.get("reason", ""))
    return viewer.say("review.done")


def _rows(text: str) -> list[str]:
    return [row.strip() for row in text.splitlines() if row.strip()]


def _estimate(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    parts.commands.review.estimate(
        viewer.scope, id_named(about), typed.get("method", ""), typed.get("reason", "")
    )
    return viewer.say("review.done")


def _approve(parts: Parts, viewer: Viewer, about: str, _typed: Mapping[str, str]) -> str:
    parts.commands.review.approve(viewer.scope, id_named(about))
    return viewer.say("review.done")


def _reject(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    parts.commands.review.reject(viewer.scope, id_named(about), typed.get("reason", ""))
    return viewer.say("review.done")


ACTS: dict[str, Act] = {
    "review-accept": _accept,
    "review-second": _accept,
    "review-hold": _hold,
    "review-release": _release,
    "review-correct": _correct,
    "review-state": _state,
    "review-without": _without,
    "review-estimate": _estimate,
    "review-approve": _approve,
    "review-reject": _reject,
}
