"""In: what a person says of an inspection. Out: it said, and how it stands. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from uuid import UUID

from billing.money import LONGEST_TYPED, typed_number
from dashboards.components.act_form import Done
from dashboards.note_words import wall_instant
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import (
    id_named,
    key_named,
    member_named,
    seen_named,
    unknown_subject,
)
from dashboards.viewer import Viewer
from energy.base.period import local_day
from energy.service.inspection.errors import InspectionError
from energy.service.inspection.found import Claim, Evidence, Found
from energy.service.inspection.inspection import Inspection
from energy.service.inspection.kinds import FindingKind, Method

PATH = "/inspections"
SEAL, DISMISS, ORDER = "tell-seal", "dismiss-suspicion", "order-inspection"
EVIDENCE, FINDING = "tell-evidence", "tell-finding"
PROPOSE, APPROVE, REFUSE = "back-bill", "approve-back-bill", "refuse-back-bill"
Typed = Mapping[str, str]


def suspicion_path(suspicion: UUID) -> str:
    """Return the address of a suspicion."""
    return f"{PATH}/suspicion/{suspicion.hex}"


def seal(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Say that a seal is broken.

    Raises:
        RefusedError: The command was refused.
    """
    del about
    day = local_day(parts.clock.now(), parts.settings.zone)
    noted = parts.commands.service.inspections.tell_seal(
        viewer.scope, typed.get("point", ""), typed.get("words", ""), day
    )
    words, to = viewer.say("inspection_said.noted"), viewer.say("inspection_said.to_suspicion")
    return Done(words=words, links=((to, suspicion_path(noted), False),))


def dismiss(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Say why nobody needs to look.

    Raises:
        RefusedError: The command was refused.
    """
    suspicion, seen = seen_named(about)
    reason = typed.get("reason", "")
    parts.commands.service.inspections.dismiss(viewer.scope, suspicion, reason, seen=seen)
    return viewer.say("inspection_said.dismissed")


def order(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Order the inspection of a suspicion by two of those who may inspect.

    Raises:
        RefusedError: The command was refused.
    """
    suspicion, seen = seen_named(about)
    answer = parts.queries.suspicion(viewer.scope, suspicion)
    if answer is None:
        raise unknown_subject()
    two = [id_named(typed.get(name, "")) for name in ("first", "second")]
    able = dict(answer.rows.people)
    if able and not able.keys() >= set(two):
        raise unknown_subject()
    known = parts.commands.service.inspections.order(
        viewer.scope,
        suspicion,
        key_named(typed.get("level", "")),
        typed.get("what", "") or viewer.say(f"cli.inspect_kind.{answer.rows.row.kind}"),
        inspectors=two,
        seen=seen,
    )
    words = viewer.say("inspection_said.ordered", number=known.number)
    return Done(words=words, links=((known.number, f"{PATH}/{known.number}", False),))


def evidence(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Say what was seen on the spot.

    Raises:
        RefusedError: The command was refused.
    """
    work_order, seen = seen_named(about)
    at, error = typed.get("at", ""), _number(typed.get("error", ""))
    there = Evidence(
        seen_at=wall_instant(at, parts.settings.zone)
        if at
        else parts.clock.now().replace(second=0, microsecond=0),
        readings=_lines(typed.get("readings", "")),
        seals=_lines(typed.get("seals", "")),
        error_percent="" if error is None else str(error),
        words=typed.get("words", ""),
    )
    said = [typed.get(name, "") for name in ("at", "readings", "seals", "error", "words")]
    known = parts.commands.service.inspections.tell_evidence(
        viewer.scope, work_order, there, *said, seen=seen
    )
    return viewer.say("inspection_said.told", number=known.number)


def finding(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Say what was found.

    Raises:
        RefusedError: The command was refused.
    """
    work_order, seen = seen_named(about)
    found = Found(
        finding=member_named(FindingKind, typed.get("finding", "")),
        error_percent=_number(typed.get("error", "")),
        first=_day(typed.get("first", "")),
        last=_day(typed.get("last", "")),
        words=typed.get("words", ""),
    )
    known = parts.commands.service.inspections.tell_finding(
        viewer.scope, work_order, found, seen=seen
    )
    return state_of(viewer, known)


def propose(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Propose that what was missed is billed.

    Raises:
        RefusedError: The command was refused.
    """
    work_order, _ = seen_named(about)
    first, last = (_day(typed.get(name, "")) for name in ("compare_from", "compare_to"))
    claim = Claim(
        method=member_named(Method, typed.get("method", "")),
        point=typed.get("point", ""),
        compared=None if first is None or last is None else (first, last),
        load=_number(typed.get("load", "")),
        hours=_number(typed.get("hours", "")),
    )
    known = parts.commands.service.inspections.propose(viewer.scope, work_order, claim)
    return viewer.say("inspection_said.proposed", number=known.number)


def approve(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let what was missed be billed.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    work_order, _ = seen_named(about)
    known = parts.commands.service.inspections.approve(viewer.scope, work_order)
    return viewer.say("inspection_said.approved", number=known.number)


def refuse(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Refuse what was proposed.

    Raises:
        RefusedError: The command was refused.
    """
    work_order, _ = seen_named(about)
    known = parts.commands.service.inspections.refuse(
        viewer.scope, work_order, typed.get("reason", "")
    )
    return viewer.say("inspection_said.refused", number=known.number)


def state_of(viewer: Viewer, known: Inspection) -> str:
    """Return how far an inspection is, in words."""
    state = viewer.say(f"cli.inspect_state.{known.state}")
    return viewer.say("inspection_said.state", number=known.number, state=state)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _number(text: str) -> Fraction | None:
    """Return an exact number as typed; None where none was.

    Raises:
        InspectionError: It is none.
    """
    said = text.strip().removesuffix("%").strip()
    if not said:
        return None
    found = typed_number(said)
    if found is None:
        raise InspectionError.of("number", text=said[:LONGEST_TYPED])
    return Fraction(found)


def _day(text: str) -> date | None:
    """Return a day as typed; None where none was.

    Raises:
        InspectionError: It is none.
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InspectionError.of("day", text=text.strip()[:LONGEST_TYPED]) from None


ACTS: dict[str, Callable[[Parts, Viewer, str, Typed], str | Done]] = {
    SEAL: seal,
    DISMISS: dismiss,
    ORDER: order,
    EVIDENCE: evidence,
    FINDING: finding,
    PROPOSE: propose,
    APPROVE: approve,
    REFUSE: refuse,
}
