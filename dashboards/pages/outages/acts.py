"""In: what a person typed about an outage. Out: it done, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from dashboards.components.act_form import Done
from dashboards.components.outage_pieces import PATH
from dashboards.note_words import wall_instant
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, key_named, number_named, unknown_subject
from dashboards.viewer import Viewer
from energy.base.units import Utility

PLAN, REVIEW = "plan-outage", "review-outage"
CHANGE, CANCEL = "change-outage", "cancel-outage"
Typed = Mapping[str, str]


def about_node(utility: str, node: str, position: int) -> str:
    """Return what a form of a node is about: the node, as the journal stood when it was drawn."""
    return f"{utility}/{node}@{position}"


def about_outage(outage: UUID, version: int) -> str:
    """Return what a form of an outage is about: the version that was seen."""
    return f"{outage}@{version}"


def plan(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Plan an outage of the node.

    Raises:
        RefusedError: The command was refused.
    """
    name, _, position = about.rpartition("@")
    utility, _, node = name.partition("/")
    if utility not in set(Utility):
        raise unknown_subject()
    begins, ends, reason = _said(parts, typed)
    outage = parts.commands.outages.plan(
        viewer.scope,
        f"node:{utility}/{key_named(node)}",
        begins,
        ends,
        reason,
        seen=number_named(position),
    )
    return Done(
        words=viewer.say("outage_act.planned"),
        links=((viewer.say("outage_act.to_draft"), f"{PATH}/{outage}", False),),
    )


def change(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Write the next version of the outage.

    Raises:
        RefusedError: The command was refused.
    """
    outage, seen = _seen(about)
    begins, ends, reason = _said(parts, typed)
    version = parts.commands.outages.change(viewer.scope, outage, begins, ends, reason, seen=seen)
    if version == seen:
        return viewer.say("outage_act.unchanged")
    return viewer.say("outage_act.changed", version=version)


def review(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let the version that was seen hold, and tell it.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    outage, seen = _seen(about)
    number = parts.commands.outages.review(viewer.scope, outage, seen=seen)
    return viewer.say("outage_act.reviewed", count=number)


def cancel(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let the outage not be.

    Raises:
        RefusedError: The command was refused.
    """
    outage, seen = _seen(about)
    number = parts.commands.outages.cancel(viewer.scope, outage, typed.get("reason", ""), seen=seen)
    return viewer.say("outage_act.cancelled", count=number)


def _said(parts: Parts, typed: Typed) -> tuple[datetime, datetime, str]:
    zone = parts.settings.zone
    begins = wall_instant(typed.get("first", ""), zone)
    ends = wall_instant(typed.get("last", ""), zone, last=True)
    return begins, ends, typed.get("reason", "")


def _seen(about: str) -> tuple[UUID, int]:
    outage, _, version = about.partition("@")
    return id_named(outage), number_named(version, most=1_000_000)


ACTS: dict[str, Callable[[Parts, Viewer, str, Typed], str | Done]] = {
    PLAN: plan,
    REVIEW: review,
    CHANGE: change,
    CANCEL: cancel,
}
