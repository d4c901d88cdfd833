"""In: what a person says of events, of emergencies. Out: it said, what follows. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from dashboards.components.act_form import Done
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, key_named, number_named, unknown_subject
from dashboards.viewer import Viewer
from energy.service.assurance.errors import AssuranceError
from energy.service.assurance.event_file import parse_event
from energy.service.assurance.plan import EventPlan
from energy.service.contingency.steps import CallState, parse_contingency

EVENTS, EMERGENCIES = "/assurance", "/contingency"
PLAN, CHANGE, APPROVE, CHECK = "plan-event", "change-event", "approve-event", "check-event"
ALLOW, CALL_OFF, SIGN = "allow-event", "call-off-event", "sign-event"
DRAFT, REVIEW, ACTIVATE = "draft-contingency", "review-contingency", "activate-contingency"
CALL, DONE, SKIP = "call-contingency", "done-contingency", "skip-contingency"
FIND, CLOSE = "find-contingency", "close-contingency"
EARNEST, DRILL = "earnest", "drill"
Typed = Mapping[str, str]
Act = Callable[[Parts, Viewer, str, Typed], str | Done]


def plan(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Plan the event of the text.

    Raises:
        RefusedError: The command was refused.
    """
    del about
    stated = _plan(parts, viewer, typed)
    number = parts.commands.service.assurance.plan(viewer.scope, stated)
    words = viewer.say("assurance_said.planned", number=number)
    return Done(words=words, links=((number, f"{EVENTS}/{number}", False),))


def change(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Write the next edition of the event.

    Raises:
        RefusedError: The command was refused.
    """
    event, seen = _pair(about)
    stated, reason = _plan(parts, viewer, typed), typed.get("reason", "")
    edition = parts.commands.service.assurance.change(
        viewer.scope, event, number_named(seen), stated, reason
    )
    return viewer.say("assurance_said.changed", edition=edition)


def approve(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let the edition hold that was read.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    event, edition = _pair(about)
    limits = parts.commands.service.assurance.approve(
        viewer.scope, event, number_named(edition, least=1)
    )
    return viewer.say("assurance_said.approved", limits=limits)


def check(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Answer a question: by its field, or by a button that says the answer.

    Raises:
        RefusedError: The command was refused.
    """
    thing, item, seen, said = (*about.split("@"), "", "", "")[:4]
    value = said or typed.get("answer", "")
    parts.commands.service.assurance.check(
        viewer.scope, id_named(thing), key_named(item), number_named(seen), value
    )
    return viewer.say("assurance_said.checked", item=item)


def allow(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let something happen in spite of the event.

    Raises:
        RefusedError: The command was refused.
    """
    called = parts.commands.service.assurance.allow(
        viewer.scope, id_named(about), typed.get("thing", ""), typed.get("reason", "")
    )
    return viewer.say("assurance_said.allowed", thing=called)


def call_off(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let the event not be.

    Raises:
        RefusedError: The command was refused.
    """
    parts.commands.service.assurance.call_off(
        viewer.scope, id_named(about), typed.get("reason", "")
    )
    return viewer.say("assurance_said.called_off")


def sign(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Sign the report.

    Raises:
        RefusedError: The command was refused.
    """
    parts.commands.service.assurance.sign(viewer.scope, id_named(about), typed.get("words", ""))
    return viewer.say("assurance_said.signed")


def draft(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Write the plan of the text.

    Raises:
        RefusedError: The command was refused.
    """
    steps = parse_contingency(typed.get("file", ""))
    version = parts.commands.service.assurance.draft(viewer.scope, steps, number_named(about))
    return viewer.say("assurance_said.drafted", plan=viewer.named(steps.name), version=version)


def review(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let the version be activated that was read.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    key, _, version = about.partition("@")
    known, number = key_named(key), number_named(version, least=1)
    parts.commands.service.assurance.review(viewer.scope, known, number)
    return viewer.say("cli.contingency.reviewed", plan=known, version=number)


def activate(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Activate a plan; `about` says which, and how many activations there were.

    Raises:
        RefusedError: The command was refused.
    """
    key, _, seen = about.partition("@")
    kind = typed.get("kind", "")
    if kind not in {EARNEST, DRILL}:
        raise unknown_subject()
    number = parts.commands.service.assurance.activate(
        viewer.scope,
        key_named(key),
        typed.get("reason", ""),
        drill=kind == DRILL,
        incident=typed.get("incident", ""),
        seen=number_named(seen),
    )
    words = viewer.say("assurance_said.activated", number=number)
    return Done(words=words, links=((number, f"{EMERGENCIES}/{number}", False),))


def call(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Note what came of a call.

    Raises:
        RefusedError: The command was refused.
    """
    thing, number, seen, said = (*about.split("@"), "", "", "")[:4]
    if said not in set(CallState):
        raise unknown_subject()
    parts.commands.service.assurance.call(
        *(viewer.scope, id_named(thing), number_named(number, least=1)),
        *(seen, CallState(said), typed.get("words", "")),
    )
    return viewer.say("assurance_said.called")


def done(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Say that the step was done.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    activation, step = _pair(about)
    number = number_named(step, least=1)
    parts.commands.service.assurance.done(viewer.scope, activation, number)
    return viewer.say("assurance_said.done", step=number)


def skip(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Leave a step out.

    Raises:
        RefusedError: The command was refused.
    """
    number = number_named(typed.get("step", ""), least=1)
    parts.commands.service.assurance.skip(
        viewer.scope, id_named(about), number, typed.get("reason", "")
    )
    return viewer.say("assurance_said.skipped", step=number)


def find(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Note what is to be done better.

    Raises:
        RefusedError: The command was refused.
    """
    parts.commands.service.assurance.find(viewer.scope, id_named(about), typed.get("words", ""))
    return viewer.say("assurance_said.found")


def close(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """End the activation.

    Raises:
        RefusedError: The command was refused.
    """
    parts.commands.service.assurance.close(viewer.scope, id_named(about), typed.get("words", ""))
    return viewer.say("assurance_said.closed")


def _plan(parts: Parts, viewer: Viewer, typed: Typed) -> EventPlan:
    """Return the plan that was pasted; its people are called as the screens call them."""
    people = parts.queries.workers(viewer.scope)

    def person(name: str) -> UUID:
        found = [each for each, called in people if called == name]
        if len(found) != 1:
            raise AssuranceError.of("nobody", name=name[:40])
        return found[0]

    return parse_event(typed.get("file", ""), parts.settings.zone, person)


def _pair(about: str) -> tuple[UUID, str]:
    thing, _, rest = about.partition("@")
    return id_named(thing), rest


ACTS: dict[str, Act] = {
    PLAN: plan,
    CHANGE: change,
    APPROVE: approve,
    CHECK: check,
    ALLOW: allow,
    CALL_OFF: call_off,
    SIGN: sign,
    DRAFT: draft,
    REVIEW: review,
    ACTIVATE: activate,
    CALL: call,
    DONE: done,
    SKIP: skip,
    FIND: find,
    CLOSE: close,
}
