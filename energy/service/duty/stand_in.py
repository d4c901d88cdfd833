"""In: rosters, leave, the plan, a slot. Out: who may stand in, the fittest first. Pure.

The rule: of the post's qualification, not on leave, on no other post of the shift, rested; who
stands ready in that shift comes first, then who has the fewest shifts in the span.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from energy.service.duty.plan import DutyPlan, PostKind, SlotKey
from energy.service.duty.standing import Away, Duties, Filled, Sheet


class Unfit(StrEnum):
    """Why a person may not fill a slot."""

    NOT_QUALIFIED = "not_qualified"
    ON_LEAVE = "on_leave"
    DOUBLE = "double"
    REST = "rest"


def unfit(
    slot: SlotKey, person: UUID, duties: Duties, plan: DutyPlan, away: Sequence[Away]
) -> Unfit | None:
    """Return why a person may not fill a slot; None: they may.

    Args:
        slot: Of the rosters that the duties are of.
        person: Who would fill it.
        duties: Of the rosters around it.
        plan: That holds.
        away: Approved leave, and such as is about to be.
    """
    post = plan.post(slot.post)
    if post is None or person not in plan.qualified(slot.post):
        return Unfit.NOT_QUALIFIED
    if any(each.covers(person, slot.day) for each in away):
        return Unfit.ON_LEAVE
    if post.kind is PostKind.STAND_IN:
        return None
    period = duties.periods[slot]
    others = [each for each in duties.by_person.get(person, ()) if each.slot != slot]
    for each in others:
        if each.period.start < period.end and period.start < each.period.end:
            return Unfit.DOUBLE
    if post.kind is PostKind.DESK:
        for each in others:
            near = each.period.start < period.end + plan.rest
            if each.kind is PostKind.DESK and near and period.start < each.period.end + plan.rest:
                return Unfit.REST
    return None


def candidates(
    slot: SlotKey,
    sheets: Sequence[Sheet],
    plan: DutyPlan,
    away: Sequence[Away],
    zone: ZoneInfo,
) -> list[UUID]:
    """Return who may fill a slot in place of who is on it, the fittest first.

    Args:
        slot: Of one of the rosters.
        sheets: Rosters around it; the one that holds the slot is the span that counts.
        plan: That holds.
        away: Approved leave, and such as is about to be.
        zone: The site's.
    """
    duties = Duties.of(sheets, plan, zone)
    sheet = next(each for each in sheets if slot in each.slots)
    ready = duties.ready.get((slot.day, slot.shift), frozenset())
    present = sheet.slots[slot].person
    order = plan.qualified(slot.post)
    fit = [who for who in order if who != present and unfit(slot, who, duties, plan, away) is None]

    def rank(person: UUID) -> tuple[bool, int, int]:
        shifts = [d for d in duties.by_person.get(person, ()) if d.slot in sheet.slots]
        return person not in ready, len(shifts), order.index(person)

    return sorted(fit, key=rank)


def proposed(
    slots: Sequence[SlotKey],
    sheets: Sequence[Sheet],
    plan: DutyPlan,
    away: Sequence[Away],
    zone: ZoneInfo,
    given: Mapping[SlotKey, UUID | None] | None = None,
) -> dict[SlotKey, UUID | None]:
    """Return a stand-in for each slot, each counted before the next is looked for.

    Args:
        slots: What will be uncovered.
        sheets: Rosters around them.
        plan: That holds.
        away: Approved leave, and such as is about to be.
        zone: The site's.
        given: What is decided already.

    Returns:
        The person of each slot that is not decided yet; None where nobody may.
    """
    decided = dict(given or {})
    held = with_slots(sheets, {**dict.fromkeys(slots), **decided})
    found: dict[SlotKey, UUID | None] = {}
    for slot in sorted(slots):
        if slot not in decided:
            fit = candidates(slot, held, plan, away, zone)
            found[slot] = fit[0] if fit else None
            held = with_slots(held, {slot: found[slot]})
    return found


def with_slots(sheets: Sequence[Sheet], people: Mapping[SlotKey, UUID | None]) -> list[Sheet]:
    """Return rosters in which some slots are filled by others."""
    return [
        replace(
            sheet,
            slots={
                slot: Filled(person=people[slot], cause="changed") if slot in people else filled
                for slot, filled in sheet.slots.items()
            },
        )
        for sheet in sheets
    ]
