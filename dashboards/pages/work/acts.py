"""In: what a person typed about a work order. Out: it done, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboards.components.act_form import Done
from dashboards.components.work_pieces import WORK
from dashboards.note_words import wall_instant
from dashboards.pages.incidents.acts import chosen, due_typed, minute, spot_typed
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, member_named, number_named, seen_named
from dashboards.viewer import Viewer
from dashboards.work_commands import OrderAct
from energy.service.work.job import Job, Part, Stretch
from energy.service.work.kinds import OrderKind, WaitsFor

OPEN, ASSIGN, TAKE, BEGIN = "open-order", "assign-order", "take-order", "begin-order"
PAUSE, RESUME, CANCEL = "pause-order", "resume-order", "cancel-order"
CHECK, PART, TIME = "check-order", "part-order", "time-order"
FINISH, SIGN, REFUSE = "finish-order", "sign-order", "refuse-order"
ITEM = "item-"
"""Begins the names of the fields that answer a checklist."""
Typed = Mapping[str, str]


def open_(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Make a work order that is of no incident.

    Raises:
        RefusedError: The command was refused.
    """
    job = Job(
        kind=member_named(OrderKind, typed.get("kind", "")),
        what=typed.get("what", ""),
        plan=chosen(typed, "plan"),
        equipment=chosen(typed, "equipment"),
        spot=spot_typed(typed),
        since=minute(parts),
        due_at=due_typed(parts, typed),
    )
    number = parts.commands.work.open_order(
        viewer.scope,
        job,
        typed.get("level", ""),
        checklist=chosen(typed, "checklist"),
        typed=repr(sorted(typed.items())),
        seen=number_named(about),
    )
    words = viewer.say("work_act.opened", number=number)
    return Done(words=words, links=((number, f"{WORK}/{number}", False),))


def check(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Keep the answers to a checklist that were given.

    Raises:
        RefusedError: The command was refused: one of them does not fit.
    """
    order, seen = seen_named(about)
    answers = {
        name.removeprefix(ITEM): value
        for name, value in typed.items()
        if name.startswith(ITEM) and value
    }
    parts.commands.work.answer(viewer.scope, order, answers, seen=seen)
    return viewer.say(f"work_act.{CHECK}")


def _assign(_parts: Parts, typed: Typed) -> tuple[OrderAct, list[str]]:
    to = id_named(typed.get("to", ""))
    return lambda it, by, command: it.assign(to=to, by=by, command_id=command), [str(to)]


def _begin(parts: Parts, typed: Typed) -> tuple[OrderAct, list[str]]:
    said, now = typed.get("at", ""), parts.clock.now()
    at = wall_instant(said, parts.settings.zone) if said else minute(parts)
    return lambda it, by, command: it.begin(at=at, by=by, now=now, command_id=command), [said]


def _pause(_parts: Parts, typed: Typed) -> tuple[OrderAct, list[str]]:
    waits = member_named(WaitsFor, typed.get("waits_for", ""))
    return lambda it, by, command: it.pause(waits, by=by, command_id=command), [waits]


def _part(_parts: Parts, typed: Typed) -> tuple[OrderAct, list[str]]:
    number = typed.get("number", "")
    used = Part(
        item=typed.get("item", ""),
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0,
        unit=typed.get("unit", ""),
    )
    return lambda it, by, command: it.use(used, by=by, command_id=command), [repr(used)]


def _time(parts: Parts, typed: Typed) -> tuple[OrderAct, list[str]]:
    zone, now = parts.settings.zone, parts.clock.now()
    spent = Stretch(
        person=id_named(typed.get("person", "")),
        began_at=wall_instant(typed.get("first", ""), zone),
        ended_at=wall_instant(typed.get("last", ""), zone),
    )
    return (
        lambda it, by, command: it.spend(spent, by=by, now=now, command_id=command),
        [repr(spent)],
    )


def _refuse(_parts: Parts, typed: Typed) -> tuple[OrderAct, list[str]]:
    reason = typed.get("reason", "")
    return lambda it, by, command: it.refuse(reason, by=by, command_id=command), [reason]


def _cancel(_parts: Parts, typed: Typed) -> tuple[OrderAct, list[str]]:
    reason = typed.get("reason", "")
    return lambda it, by, command: it.cancel(reason, by=by, command_id=command), [reason]


_PLAIN: dict[str, OrderAct] = {
    TAKE: lambda it, by, command: it.take(by=by, command_id=command),
    RESUME: lambda it, by, command: it.resume(by=by, command_id=command),
    FINISH: lambda it, by, command: it.finish(by=by, command_id=command),
    SIGN: lambda it, by, command: it.sign(by=by, command_id=command),
}
_SAID: dict[str, Callable[[Parts, Typed], tuple[OrderAct, list[str]]]] = {
    ASSIGN: _assign,
    BEGIN: _begin,
    PAUSE: _pause,
    PART: _part,
    TIME: _time,
    REFUSE: _refuse,
    CANCEL: _cancel,
}


def _acting(verb: str) -> Callable[[Parts, Viewer, str, Typed], str | Done]:
    """Return what does a verb to the order that a form is about."""

    def act(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
        order, seen = seen_named(about)
        do, said = (_PLAIN[verb], []) if verb in _PLAIN else _SAID[verb](parts, typed)
        parts.commands.work.on_order(viewer.scope, order, verb, do, *said, seen=seen)
        return viewer.say(f"work_act.{verb}")

    return act


ACTS: dict[str, Callable[[Parts, Viewer, str, Typed], str | Done]] = {
    OPEN: open_,
    CHECK: check,
    **{verb: _acting(verb) for verb in (*_PLAIN, *_SAID)},
}
