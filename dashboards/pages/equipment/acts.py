"""In: what a person typed about equipment. Out: it said, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from dashboards.components.act_form import Done
from dashboards.components.work_forms import NONE
from dashboards.components.work_pieces import WORK
from dashboards.note_words import wall_instant
from dashboards.pages.equipment.pieces import ORDER, PATH, PLANS
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import (
    id_named,
    key_named,
    member_named,
    number_named,
    seen_named,
    unknown_subject,
)
from dashboards.viewer import Viewer
from energy.service.equipment.maintenance import (
    CALENDAR,
    Every,
    PlanKind,
    PlanSpec,
    TestResult,
)
from energy.service.equipment.plan_reads import DueRow
from energy.service.equipment.words import (
    EquipmentClass,
    EquipmentError,
    Facts,
    Relation,
)

REGISTER, CHANGE, TAKE_OUT = "register-piece", "change-piece", "take-out-piece"
RELATE, UNRELATE, CERTIFY = "relate-piece", "unrelate-piece", "certify-piece"
MAKE_PLAN, CHANGE_PLAN, END_PLAN = "make-plan", "change-plan", "end-plan"
DONE = "plan-done"
OF_CLASS: Final = "class:"
"""Begins what a plan is for, where that is a class."""
RESULTS: Final = {"load": (True, True), "started": (True, False), "failed": (False, False)}
"""How a standby piece did: whether it started, and whether it took the load."""
Typed = Mapping[str, str]
Act = Callable[[Parts, Viewer, str, Typed], str | Done]


def register(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Register a piece.

    Raises:
        RefusedError: The command was refused.
    """
    number = parts.commands.equipment.register(
        viewer.scope, _facts(typed), day_typed(typed, "since"), seen=number_named(about)
    )
    words = viewer.say("equipment_said.register-piece", number=number)
    return Done(words=words, links=((number, f"{PATH}/{number}", False),))


def change(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let a piece be something else.

    Raises:
        RefusedError: The command was refused.
    """
    piece, seen = seen_named(about)
    parts.commands.equipment.change(
        viewer.scope, piece, _facts(typed), day_typed(typed, "day"), seen=seen
    )
    return viewer.say("equipment_said.change-piece")


def relate(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let a piece be something to another thing.

    Raises:
        RefusedError: The command was refused.
    """
    return _related(parts, viewer, about, typed, holds=True)


def unrelate(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """End what a piece is to another thing.

    Raises:
        RefusedError: The command was refused.
    """
    return _related(parts, viewer, about, typed, holds=False)


def _related(parts: Parts, viewer: Viewer, about: str, typed: Typed, *, holds: bool) -> str:
    piece, seen = seen_named(about)
    relation, _, to = typed.get("to", "").partition("|")
    what = member_named(Relation, relation), to
    day = day_typed(typed, "day")
    parts.commands.equipment.relate(viewer.scope, piece, what, day, holds=holds, seen=seen)
    return viewer.say(f"equipment_said.{RELATE if holds else UNRELATE}")


def certify(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """File a certificate.

    Raises:
        RefusedError: The command was refused.
    """
    piece, seen = seen_named(about)
    ends = day_typed(typed, "until") if typed.get("until") else None
    parts.commands.equipment.certify(
        viewer.scope,
        piece,
        (typed.get("kind", ""), typed.get("number", "")),
        (day_typed(typed, "issued"), ends),
        seen=seen,
    )
    return viewer.say("equipment_said.certify-piece")


def take_out(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Take a piece out of service.

    Raises:
        RefusedError: The command was refused.
    """
    piece, seen = seen_named(about)
    parts.commands.equipment.take_out(
        viewer.scope, piece, day_typed(typed, "day"), typed.get("reason", ""), seen=seen
    )
    return viewer.say("equipment_said.take-out-piece")


def make_plan(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Plan maintenance.

    Raises:
        RefusedError: The command was refused.
    """
    whom = typed.get("whom", "")
    of_class = whom.removeprefix(OF_CLASS) if whom.startswith(OF_CLASS) else ""
    spec = _spec(
        typed,
        kind=member_named(PlanKind, typed.get("kind", "")),
        equipment="" if of_class else key_named(whom),
        of_class=str(member_named(EquipmentClass, of_class)) if of_class else "",
    )
    number = parts.commands.equipment.plan(viewer.scope, spec, seen=number_named(about))
    words = viewer.say("equipment_said.make-plan", number=number)
    return Done(words=words, links=((number, f"{PLANS}/{number}", False),))


def change_plan(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Plan it otherwise; `about` is the plan's number and what was seen of it.

    Raises:
        RefusedError: The command was refused.
    """
    number, _, seen = about.partition("@")
    answer = parts.queries.equipment_plan(viewer.scope, key_named(number))
    if answer is None:
        raise unknown_subject()
    row = answer.rows.row
    spec = _spec(
        typed, kind=row.spec.kind, equipment=row.spec.equipment, of_class=row.spec.of_class
    )
    parts.commands.equipment.change_plan(viewer.scope, row.plan, spec, seen=number_named(seen))
    return viewer.say("equipment_said.change-plan")


def end_plan(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Plan it no more.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    parts.commands.equipment.end_plan(viewer.scope, id_named(about))
    return viewer.say("equipment_said.end-plan")


def done(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Record that a plan was done to a piece.

    Raises:
        RefusedError: The command was refused.
    """
    row = _due(parts, viewer, about)
    result = None
    if row.plan.spec.kind.tested:
        how, minutes = RESULTS.get(typed.get("result", "")), typed.get("minutes", "")
        plain = minutes.isascii() and minutes.isdigit() and len(minutes) <= 6
        if how is None or not plain:
            raise EquipmentError.of("result")
        result = TestResult(started=how[0], took_load=how[1], minutes=int(minutes))
    at = wall_instant(typed.get("at", ""), parts.settings.zone)
    parts.commands.equipment.done(viewer.scope, row, at, result)
    failed = result is not None and not result.passed(row.plan.spec.kind)
    return viewer.say("equipment_said.failed" if failed else "equipment_said.plan-done")


def order(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Make the work order of what is due.

    Raises:
        RefusedError: The command was refused.
    """
    row = _due(parts, viewer, about)
    spec = row.plan.spec
    number = parts.commands.equipment.order(
        viewer.scope,
        row,
        spec.level or typed.get("level", ""),
        spec.checklist if spec.level else _chosen(typed, "checklist"),
    )
    words = viewer.say("equipment_said.order-due", number=number)
    return Done(words=words, links=((number, f"{WORK}/{number}", False),))


def day_typed(typed: Typed, name: str) -> date:
    """Return a day that was typed.

    Raises:
        EquipmentError: It is none.
    """
    try:
        return date.fromisoformat(typed.get(name, "")[:10])
    except ValueError:
        raise EquipmentError.of("day") from None


def _facts(typed: Typed) -> Facts:
    return Facts(
        kind=member_named(EquipmentClass, typed.get("kind", "")),
        name=typed.get("name", ""),
        place=_chosen(typed, "place"),
        maker=typed.get("maker", ""),
        type=typed.get("type", ""),
        serial=typed.get("serial", ""),
    )


def _spec(typed: Typed, *, kind: PlanKind, equipment: str, of_class: str) -> PlanSpec:
    """Return what was typed of a plan; what its unit does not ask for is not read."""
    every = member_named(Every, typed.get("unit", ""))
    number = typed.get("every", "")
    plain = number.isascii() and number.isdigit() and len(number) <= 9
    level, owner = _chosen(typed, "level"), _chosen(typed, "owner")
    return PlanSpec(
        kind=kind,
        name=typed.get("name", ""),
        equipment=equipment,
        of_class=of_class,
        every=every,
        number=1 if every is Every.ALERT else int(number) if plain else 0,
        first_on=day_typed(typed, "first") if every in CALENDAR else None,
        rule=_chosen(typed, "rule") if every is Every.ALERT else "",
        level=level,
        checklist=_chosen(typed, "checklist"),
        owner=str(id_named(owner)) if owner else "",
    )


def _chosen(typed: Typed, name: str) -> str:
    value = typed.get(name, NONE)
    return "" if value == NONE else value


def _due(parts: Parts, viewer: Viewer, about: str) -> DueRow:
    """Return how a plan stands for a piece; `about` is the numbers of both.

    Raises:
        UnknownSubjectError: The plan is not for the piece any more.
    """
    plan, _, piece = about.partition("@")
    for line in parts.queries.equipment_due(viewer.scope).rows.lines:
        if (line.row.plan.number, line.row.piece.number) == (plan, piece):
            return line.row
    raise unknown_subject()


ACTS: dict[str, Act] = {
    REGISTER: register,
    CHANGE: change,
    RELATE: relate,
    UNRELATE: unrelate,
    CERTIFY: certify,
    TAKE_OUT: take_out,
    MAKE_PLAN: make_plan,
    CHANGE_PLAN: change_plan,
    END_PLAN: end_plan,
    DONE: done,
    ORDER: order,
}
