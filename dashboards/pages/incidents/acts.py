"""In: what a person typed about an incident. Out: it done, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from dashboards.components.act_form import Done
from dashboards.components.work_forms import NONE
from dashboards.components.work_pieces import INCIDENTS, WORK
from dashboards.note_words import wall_instant
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, key_named, member_named, number_named, seen_named
from dashboards.viewer import Viewer
from dashboards.work_commands import IncidentAct
from energy.alerting.causes import AlertCause
from energy.service.work.heard import Heard, Spot
from energy.service.work.job import Job
from energy.service.work.kinds import OrderKind, Origin, Problem, Urgency, WaitsFor

OPEN, FROM_ALERT, ORDER, JOIN = (
    *("open-incident", "alert-incident", "order-incident", "join-incident"),
)
RESPOND, PAUSE, RESUME = "respond-incident", "pause-incident", "resume-incident"
OFFER, TAKE = "offer-incident", "take-incident"
DIAGNOSE, CHANGE, RESOLVE = "diagnose-incident", "change-incident", "resolve-incident"
CLOSE, REOPEN = "close-incident", "reopen-incident"
Typed = Mapping[str, str]


def open_(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Open an incident of what a tenant said or somebody saw.

    Raises:
        RefusedError: The command was refused.
    """
    account = chosen(typed, "account")
    heard = Heard(
        origin=Origin.ACCOUNT if account else Origin.SEEN,
        about=account,
        what=typed.get("what", ""),
        urgency=member_named(Urgency, typed.get("urgency", "")),
        spot=spot_typed(typed),
        heard_at=wall_instant(typed.get("heard", ""), parts.settings.zone),
    )
    number = parts.commands.work.open_incident(
        viewer.scope, heard, typed.get("level", ""), seen=number_named(about)
    )
    return _opened(viewer, number)


def from_alert(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Open the incident of an alert.

    Raises:
        RefusedError: The command was refused.
    """
    number = parts.commands.work.open_from_alert(
        viewer.scope,
        id_named(about),
        typed.get("level", ""),
        what=typed.get("what", ""),
        urgency=member_named(Urgency, typed.get("urgency", "")),
    )
    return _opened(viewer, number)


def _opened(viewer: Viewer, number: str) -> Done:
    words = viewer.say("work_act.opened", number=number)
    return Done(words=words, links=((number, f"{INCIDENTS}/{number}", False),))


def order(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Make a work order of the incident; it has its class and place.

    Raises:
        RefusedError: The command was refused.
    """
    incident, seen = seen_named(about)
    job = Job(
        kind=OrderKind.CORRECTIVE,
        what=typed.get("what", ""),
        incident=incident,
        equipment=chosen(typed, "equipment"),
        spot=Spot(),
        since=minute(parts),
        due_at=due_typed(parts, typed),
    )
    number = parts.commands.work.open_order(
        viewer.scope,
        job,
        "",
        checklist=chosen(typed, "checklist"),
        typed=repr(sorted(typed.items())),
        seen=seen,
    )
    words = viewer.say("work_act.opened", number=number)
    return Done(words=words, links=((number, f"{WORK}/{number}", False),))


def spot_typed(typed: Typed) -> Spot:
    """Return the place, node and point that were chosen or typed."""
    utility, _, node = chosen_words(typed, "node").partition("/")
    return Spot(
        place=chosen(typed, "place"),
        node=f"{key_named(utility)}/{key_named(node)}" if utility else "",
        point=chosen(typed, "point"),
    )


def chosen_words(typed: Typed, name: str) -> str:
    """Return what was chosen of a list, whatever its signs; "" for none."""
    value = typed.get(name, NONE)
    return "" if value == NONE else value


def chosen(typed: Typed, name: str) -> str:
    """Return what was chosen of a list; "" for none."""
    value = typed.get(name, NONE)
    return "" if value in {NONE, ""} else key_named(value)


def due_typed(parts: Parts, typed: Typed) -> datetime | None:
    """Return by when something is to be done; None where nothing was typed.

    Raises:
        RefusedError: What was typed is no time.
    """
    due = typed.get("due", "")
    return wall_instant(due, parts.settings.zone, last=True) if due else None


def minute(parts: Parts) -> datetime:
    """Return the present minute: what comes up now came up in it."""
    return parts.clock.now().replace(second=0, microsecond=0)


def join(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Make the incident part of another one.

    Raises:
        RefusedError: The command was refused.
    """
    incident, _ = seen_named(about)
    parent = parts.queries.incident(viewer.scope, chosen(typed, "parent"))
    whole = id_named("" if parent is None else parent.rows.line.row.incident)
    parts.commands.work.join(viewer.scope, incident, whole)
    return viewer.say("work_act.join-incident", parent=typed.get("parent", ""))


def _offer(_parts: Parts, typed: Typed) -> tuple[IncidentAct, list[str]]:
    to = id_named(typed.get("to", ""))
    return lambda it, by, command: it.hand_over(to=to, by=by, command_id=command), [str(to)]


def _pause(_parts: Parts, typed: Typed) -> tuple[IncidentAct, list[str]]:
    waits = member_named(WaitsFor, typed.get("waits_for", ""))
    return lambda it, by, command: it.pause(waits, by=by, command_id=command), [waits]


def _diagnose(_parts: Parts, typed: Typed) -> tuple[IncidentAct, list[str]]:
    problem = member_named(Problem, typed.get("problem", ""))
    cause, words = member_named(AlertCause, typed.get("cause", "")), typed.get("words", "")
    return (
        lambda it, by, command: it.diagnose(problem, cause, words, by=by, command_id=command),
        [problem, cause, words],
    )


def _change(_parts: Parts, typed: Typed) -> tuple[IncidentAct, list[str]]:
    words = typed.get("words", "")
    return lambda it, by, command: it.change(words, by=by, command_id=command), [words]


def _reopen(parts: Parts, typed: Typed) -> tuple[IncidentAct, list[str]]:
    reason, now = typed.get("reason", ""), parts.clock.now()
    return (
        lambda it, by, command: it.reopen(reason, by=by, now=now, command_id=command),
        [reason],
    )


_PLAIN: dict[str, IncidentAct] = {
    RESPOND: lambda it, by, command: it.respond(by=by, command_id=command),
    RESUME: lambda it, by, command: it.resume(by=by, command_id=command),
    TAKE: lambda it, by, command: it.take(by=by, command_id=command),
    RESOLVE: lambda it, by, command: it.resolve(by=by, command_id=command),
    CLOSE: lambda it, by, command: it.close(by=by, command_id=command),
}
_SAID: dict[str, Callable[[Parts, Typed], tuple[IncidentAct, list[str]]]] = {
    OFFER: _offer,
    PAUSE: _pause,
    DIAGNOSE: _diagnose,
    CHANGE: _change,
    REOPEN: _reopen,
}


def _acting(verb: str) -> Callable[[Parts, Viewer, str, Typed], str | Done]:
    """Return what does a verb to the incident that a form is about."""

    def act(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
        incident, seen = seen_named(about)
        do, said = (_PLAIN[verb], []) if verb in _PLAIN else _SAID[verb](parts, typed)
        parts.commands.work.on_incident(viewer.scope, incident, verb, do, *said, seen=seen)
        return viewer.say(f"work_act.{verb}")

    return act


ACTS: dict[str, Callable[[Parts, Viewer, str, Typed], str | Done]] = {
    OPEN: open_,
    FROM_ALERT: from_alert,
    ORDER: order,
    JOIN: join,
    **{verb: _acting(verb) for verb in (*_PLAIN, *_SAID)},
}
