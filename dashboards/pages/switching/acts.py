"""In: what a person says of a switching order. Out: it said, and what comes next. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from dashboards.components.act_form import Done
from dashboards.note_words import wall_instant
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, key_named, number_named, unknown_subject
from dashboards.viewer import Viewer
from energy.base.units import Utility
from energy.service.switching.kinds import SwitchingState
from energy.service.switching.order import SwitchingOrder
from energy.service.switching.permit import Permit
from energy.service.switching.planned import Planned

PATH = "/switching"
WRITE, BACK = "write-switching", "back-switching"
APPROVE, RELEASE, WITHDRAW = "approve-switching", "release-switching", "withdraw-switching"
TELL, READ_BACK, SKIP = "tell-step", "read-back-step", "skip-step"
STOP, RESUME, ABORT = "stop-switching", "resume-switching", "abort-switching"
REVIEW = "review-switching-template"
PERMIT, HAND_BACK, COMPLETE = "give-permit", "hand-back-permit", "complete-switching"
NOBODY_ASKED = "-"
"""Choice of a form: no request of billing."""
TOLD = {"done": True, "undone": False}
"""What became of a step that was told and not read back."""
Typed = Mapping[str, str]
Act = Callable[[Parts, Viewer, str, Typed], str | Done]


def about_step(order: UUID, step: int) -> str:
    """Return what a button of a step is about."""
    return f"{order}@{step}"


def write(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Write an order; `about` says how many there were when the form was drawn.

    Raises:
        RefusedError: The command was refused.
    """
    utility, _, node = typed.get("node", "").partition("/")
    if utility not in set(Utility):
        raise unknown_subject()
    reference = typed.get("request", "")
    known = parts.commands.service.switching.write(
        viewer.scope,
        key_named(typed.get("template", "")),
        _planned(parts, viewer, f"node:{utility}/{key_named(node)}", typed),
        reference="" if reference == NOBODY_ASKED else reference,
        seen=number_named(about),
    )
    return _written(viewer, known)


def back(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Write the order that takes an aborted one back.

    Raises:
        RefusedError: The command was refused.
    """
    order, _, seen = about.partition("@")
    known = parts.commands.service.switching.write_back(
        viewer.scope,
        id_named(order),
        _planned(parts, viewer, "node:electricity/none", typed),
        seen=id_named(seen) if seen else None,
    )
    return _written(viewer, known)


def review(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let orders be made from the version of a template that was read.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    key, _, version = about.partition("@")
    known, edition = key_named(key), number_named(version, least=1)
    parts.commands.service.switching.review(viewer.scope, known, edition)
    return viewer.say("cli.switching.reviewed", template=known, version=edition)


def approve(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Find the order technically right.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    known = parts.commands.service.switching.approve(viewer.scope, id_named(about))
    return state_of(viewer, known)


def release(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let the order be carried out.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    known = parts.commands.service.switching.release(viewer.scope, id_named(about))
    return state_of(viewer, known)


def withdraw(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let the order not be carried out.

    Raises:
        RefusedError: The command was refused.
    """
    known = parts.commands.service.switching.withdraw(
        viewer.scope, id_named(about), typed.get("reason", "")
    )
    return state_of(viewer, known)


def tell(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Tell the step.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    order, step = _step(about)
    known = parts.commands.service.switching.tell(viewer.scope, order, step)
    if known.told != step or known.state is not SwitchingState.UNDER_WAY:
        return state_of(viewer, known)  # said again, and more happened since
    return viewer.say("switching_said.told", step=step)


def read_back(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Read the step back.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    order, step = _step(about)
    parts.commands.service.switching.read_back(viewer.scope, order, step)
    return viewer.say("switching_said.read_back", step=step)


def skip(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Leave the step out.

    Raises:
        RefusedError: The command was refused.
    """
    order, step = _step(about)
    parts.commands.service.switching.skip(viewer.scope, order, step, typed.get("reason", ""))
    return viewer.say("switching_said.skipped", step=step)


def stop(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let nothing be told until it is resumed.

    Raises:
        RefusedError: The command was refused.
    """
    known = parts.commands.service.switching.stop(
        viewer.scope, id_named(about), typed.get("reason", "")
    )
    return state_of(viewer, known)


def resume(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Say that the order goes on.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    known = parts.commands.service.switching.resume(viewer.scope, id_named(about))
    if known.state is SwitchingState.STOPPED:
        return viewer.say("switching_said.half", number=known.number)
    return state_of(viewer, known)


def abort(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """End the order before its last step.

    Raises:
        RefusedError: The command was refused.
    """
    known = parts.commands.service.switching.abort(
        viewer.scope,
        id_named(about),
        typed.get("reason", ""),
        told_done=TOLD.get(typed.get("told", "")),
    )
    return state_of(viewer, known)


def permit(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let somebody work there.

    Raises:
        RefusedError: The command was refused.
    """
    given = Permit(
        what=typed.get("what", ""),
        where=typed.get("where", ""),
        earthed_at=typed.get("earthed", ""),
        holder=_worker(parts, viewer, typed.get("holder", "")),
        valid_until=wall_instant(typed.get("until", ""), parts.settings.zone, last=True),
    )
    known = parts.commands.service.switching.give_permit(viewer.scope, id_named(about), given)
    return viewer.say(
        "switching_said.permit" if known.permits.holder else "switching_said.returned",
        permit=known.permits.given,
    )


def hand_back(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Hand the permit back.

    Raises:
        RefusedError: The command was refused.
    """
    known = parts.commands.service.switching.return_permit(
        viewer.scope, id_named(about), typed.get("reason", "")
    )
    return viewer.say("switching_said.returned", permit=known.permits.given)


def complete(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Say that the order is carried out.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    known = parts.commands.service.switching.complete(viewer.scope, id_named(about))
    return state_of(viewer, known)


def state_of(viewer: Viewer, known: SwitchingOrder) -> str:
    """Return how far an order is, in words."""
    state = viewer.say(f"cli.switching_state.{known.state}")
    return viewer.say("cli.switching.acted", number=known.number, state=state)


def _written(viewer: Viewer, known: SwitchingOrder) -> Done:
    return Done(
        words=viewer.say("switching_said.written", number=known.number),
        links=((known.number, f"{PATH}/{known.number}", False),),
    )


def _planned(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Planned:
    zone = parts.settings.zone
    return Planned(
        about=about,
        reason=typed.get("reason", ""),
        begins_at=wall_instant(typed.get("first", ""), zone),
        ends_at=wall_instant(typed.get("last", ""), zone, last=True),
        operator=_worker(parts, viewer, typed.get("operator", "")),
        guardian=_worker(parts, viewer, typed.get("guardian", "")),
    )


def _worker(parts: Parts, viewer: Viewer, name: str) -> UUID:
    """Return a person of the work.

    Raises:
        UnknownSubjectError: It is none.
        NotPermittedError: The viewer may choose nobody.
    """
    person = id_named(name)
    if person not in dict(parts.queries.switching_choices(viewer.scope).people):
        raise unknown_subject()
    return person


def _step(about: str) -> tuple[UUID, int]:
    order, _, step = about.partition("@")
    return id_named(order), number_named(step, least=1, most=1000)


ACTS: dict[str, Act] = {
    WRITE: write,
    BACK: back,
    REVIEW: review,
    APPROVE: approve,
    RELEASE: release,
    WITHDRAW: withdraw,
    TELL: tell,
    READ_BACK: read_back,
    SKIP: skip,
    STOP: stop,
    RESUME: resume,
    ABORT: abort,
    PERMIT: permit,
    HAND_BACK: hand_back,
    COMPLETE: complete,
}
