"""In: what a person typed about duty. Out: it done, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from dashboards.components.act_form import Done
from dashboards.pages.duty.pieces import LEAVE, slot_words
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, key_named, number_named
from dashboards.viewer import Viewer
from energy.service.duty.errors import DutyError
from energy.service.duty.names import DutyNames
from energy.service.duty.plan import SlotKey, slot_from

ASK, APPROVE, REFUSE, WITHDRAW = "ask-leave", "approve-leave", "refuse-leave", "withdraw-leave"
SWAP, TAKE, SWAP_OFF, CHANGE = "offer-swap", "take-swap", "withdraw-swap", "change-slot"
TELL, CLOSE = "tell-log", "close-point"
OFFER, SIGN, STAY = "offer-desk", "sign-desk", "stay-desk"
NOBODY, OPEN = "-", "open"
"""Stands for nobody on purpose; an entry that stays open."""
ALONE, WITH_WORK = "alone", "work"
"""What passes with a desk."""
_NAMING = frozenset({"slot", "slots", "post", "known"})
"""Places of refusals that name slots and posts by their keys."""
Typed = Mapping[str, str]
Act = Callable[[Parts, Viewer, str, Typed], str | Done]


def about_slot(slot: SlotKey, seen: object) -> str:
    """Return what a form of a slot is about: the slot as it stood when the form was drawn."""
    return f"{slot}@{seen}"


def ask(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Ask for leave of one's own.

    Raises:
        RefusedError: The command was refused.
    """
    first, last = _day(typed.get("first", "")), _day(typed.get("last", ""))
    leave = parts.commands.duty.ask(viewer.scope, first, last, seen=number_named(about))
    return Done(
        words=viewer.say("duty_act.asked"),
        links=((viewer.say("duty_act.to_leave"), f"{LEAVE}/{leave}", False),),
    )


def approve(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Approve leave with who was chosen for each slot; a slot that nobody was chosen for stays.

    Raises:
        RefusedError: The command was refused.
    """
    given = {
        slot_from(slot): None if who == NOBODY else id_named(who)
        for slot, who in typed.items()
        if who
    }
    parts.commands.duty.approve(viewer.scope, id_named(about), given)
    return viewer.say("duty_act.approved")


def refuse(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Refuse leave.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    parts.commands.duty.refuse(viewer.scope, id_named(about))
    return viewer.say("duty_act.refused")


def withdraw(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Withdraw leave of one's own.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    back = parts.commands.duty.withdraw(viewer.scope, id_named(about))
    if not back:
        return viewer.say("duty_act.withdrawn")
    names = parts.queries.duty_names(viewer.scope)
    slots = ", ".join(slot_words(viewer, each, names) for each in back)
    return viewer.say("duty_act.withdrawn_back", slots=slots)


def swap(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Offer the slot to somebody, for a slot of theirs or for none.

    Raises:
        RefusedError: The command was refused.
    """
    slot, seen = _seen(about)
    who, _, back = typed.get("with", "").partition("@")
    parts.commands.duty.offer_swap(
        viewer.scope,
        slot,
        id_named(who),
        slot_from(back) if back else None,
        seen=number_named(seen),
    )
    return viewer.say("duty_act.swap_offered")


def take(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Agree to a swap.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    parts.commands.duty.take_swap(viewer.scope, id_named(about))
    return viewer.say("duty_act.swap_taken")


def swap_off(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let a swap not be.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    parts.commands.duty.withdraw_swap(viewer.scope, id_named(about))
    return viewer.say("duty_act.swap_off")


def change(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let another fill the slot, or nobody on purpose.

    Raises:
        RefusedError: The command was refused.
    """
    slot, seen = _seen(about)
    chosen = typed.get("who", "")
    who: UUID | None = None if chosen == NOBODY else id_named(chosen)
    parts.commands.duty.change(viewer.scope, slot, who, typed.get("reason", ""), seen=seen)
    return viewer.say("duty_act.changed")


def tell(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Tell the shift log something.

    Raises:
        RefusedError: The command was refused.
    """
    stays = typed.get("stays") == OPEN
    parts.commands.duty.tell(
        viewer.scope, typed.get("text", ""), stays_open=stays, seen=number_named(about)
    )
    return viewer.say("duty_act.told_open" if stays else "duty_act.told")


def close(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Close an open point.

    Raises:
        RefusedError: The command was refused.
    """
    parts.commands.duty.close(viewer.scope, id_named(about), typed.get("text", ""))
    return viewer.say("duty_act.closed")


def offer(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Offer a desk: the first signature.

    Raises:
        RefusedError: The command was refused.
    """
    post, _, seen = about.partition("@")
    with_work = typed.get("passes") == WITH_WORK
    parts.commands.duty.offer(viewer.scope, key_named(post), with_work=with_work, seen=seen)
    name = parts.queries.duty_names(viewer.scope).post(post, viewer.language)
    return viewer.say("duty_act.offered", post=name)


def sign(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Take a desk that is offered: the second signature.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    parts.commands.duty.sign(viewer.scope, id_named(about))
    return viewer.say("duty_act.signed")


def stay(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Take an offer of one's own back.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    parts.commands.duty.stay(viewer.scope, id_named(about))
    return viewer.say("duty_act.stays")


def _seen(about: str) -> tuple[SlotKey, str]:
    slot, _, seen = about.partition("@")
    return slot_from(slot), seen


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise DutyError.of("day") from None


def _in_words(act: Act) -> Act:
    """Return an act whose refusals name shifts and posts as people read them."""

    def done(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str | Done:
        try:
            return act(parts, viewer, about, typed)
        except DutyError as error:
            message = error.message
            if message is None or not _NAMING & set(message.values):
                raise
            names = parts.queries.duty_names(viewer.scope)
            values = {
                key: _worded(key, str(value), names, viewer.language) if key in _NAMING else value
                for key, value in message.values.items()
            }
            raise DutyError.of(message.key.removeprefix(f"{DutyError.PART}."), **values) from error

    return done


def _worded(key: str, value: str, names: DutyNames, language: str) -> str:
    """Return what fills a place of a refusal: slots and posts by their names."""
    called = names.slot if key in {"slot", "slots"} else names.post
    return ", ".join(called(each, language) for each in value.split(", "))


_ACTS: dict[str, Act] = {
    ASK: ask,
    APPROVE: approve,
    REFUSE: refuse,
    WITHDRAW: withdraw,
    SWAP: swap,
    TAKE: take,
    SWAP_OFF: swap_off,
    CHANGE: change,
    TELL: tell,
    CLOSE: close,
    OFFER: offer,
    SIGN: sign,
    STAY: stay,
}
ACTS: dict[str, Act] = {key: _in_words(act) for key, act in _ACTS.items()}
