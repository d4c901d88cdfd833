"""In: what a person typed about a request. Out: it done, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from dashboards.components.act_form import Done
from dashboards.components.request_pieces import REQUESTS, tenant_path
from dashboards.components.work_forms import NONE
from dashboards.components.work_pieces import INCIDENTS, WORK
from dashboards.note_words import wall_instant
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, key_named, member_named, number_named, seen_named
from dashboards.request_commands import Act
from dashboards.viewer import Viewer
from energy.base.ids import id_of
from energy.service.requests.asked import Asked
from energy.service.requests.errors import RequestError
from energy.service.requests.kinds import (
    CallOutcome,
    Category,
    Channel,
    Outcome,
    RequestKind,
)
from energy.service.work.heard import Spot
from energy.service.work.job import Job
from energy.service.work.kinds import OrderKind, Urgency

CALLER, OPEN = "find-caller", "open-request"
ANSWER, NOTE = "answer-request", "note-request"
OFFER, ESCALATE, TAKE = "offer-request", "escalate-request", "take-request"
PAUSE, RESUME = "pause-request", "resume-request"
CLASS, JUDGE = "class-request", "judge-request"
CALL, CALLED = "call-request", "called-request"
ORDER, INCIDENT = "order-request", "incident-request"
RESOLVE, REOPEN, CLOSE, RATE = (
    *("resolve-request", "reopen-request"),
    *("close-request", "rate-request"),
)
MOST_FOUND = 12
Typed = Mapping[str, str]


def caller(parts: Parts, viewer: Viewer, _about: str, typed: Typed) -> Done:
    """Find who calls by a number, which is kept nowhere; each leads to its page.

    Raises:
        RefusedError: It is no number.
    """
    found = parts.queries.callers(viewer.scope, typed.get("number", ""))
    if not found:
        return Done(words=viewer.say("request_page.nobody"))
    links = tuple(
        (
            " · ".join(word for word in (each.name, each.contact, each.duty) if word),
            tenant_path(f"party/{each.party}"),
            False,
        )
        for each in found[:MOST_FOUND]
    )
    return Done(words=viewer.say("request_page.found", count=len(found)), links=links)


def open_(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Open a request of a tenant, or of somebody unknown; about is when it was drawn.

    Raises:
        RefusedError: The command was refused.
    """
    heard = typed.get("heard", "")
    zone = parts.settings.zone
    asked = Asked(
        kind=member_named(RequestKind, typed.get("kind", "")),
        category=member_named(Category, typed.get("category", "")),
        channel=member_named(Channel, typed.get("way", "")),
        tenant=_tenant(about),
        spot=Spot(place=chosen(typed, "place"), point=chosen(typed, "point")),
        invoice=chosen(typed, "invoice"),
        heard_at=wall_instant(heard, zone) if heard else _minute(parts),
    )
    number = parts.commands.service.requests.open(
        viewer.scope, asked, typed.get("words", ""), chosen(typed, "level"), seen=about
    )
    words = viewer.say("request_act.opened", number=number)
    return Done(words=words, links=((number, f"{REQUESTS}/{number}", False),))


def _tenant(about: str) -> str:
    """Return the tenant that a form is of: "party/KEY@...", "account/KEY@..."; "" of nobody."""
    tenant = about.partition("@")[0]
    if not tenant:
        return ""
    kind, _, key = tenant.partition("/")
    return f"{key_named(kind)}/{key_named(key)}"


def chosen(typed: Typed, name: str) -> str:
    """Return what was chosen or typed of a key; "" for none."""
    value = typed.get(name, NONE)
    return "" if value in {NONE, ""} else key_named(value)


def _minute(parts: Parts) -> datetime:
    return parts.clock.now().replace(second=0, microsecond=0)


def answer(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Note what the tenant was told, or tell it at the portal.

    Raises:
        RefusedError: The command was refused.
    """
    request, seen = seen_named(about)
    way, words = member_named(Channel, typed.get("way", "")), typed.get("words", "")
    article = chosen(typed, "article")
    articles = [article] if article else []
    desk = parts.commands.service.requests
    if way is Channel.PORTAL:
        desk.answer_at_portal(viewer.scope, request, words, articles, seen=seen)
        parts.queries.await_books(viewer.scope)
        return viewer.say("request_act.answer-request")
    now = parts.clock.now()
    desk.on(
        viewer.scope,
        request,
        ANSWER,
        lambda desk, it, by, command: it.answer(
            way,
            desk.sealed(it, words),
            at=now,
            articles=desk.articles(articles),
            by=by,
            now=now,
            command_id=command,
        ),
        *(way, words, article),
        seen=seen,
    )
    return viewer.say("request_act.answer-request")


def classify(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Say of what class a complaint is.

    Raises:
        RefusedError: The command was refused.
    """
    request, seen = seen_named(about)
    key = key_named(typed.get("complaint", ""))
    parts.commands.service.requests.classify(viewer.scope, request, key, seen=seen)
    return viewer.say("request_act.class-request")


def judge(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Say whether a complaint is justified, and against whom.

    Raises:
        RefusedError: The command was refused.
    """
    request, seen = seen_named(about)
    unit, just = key_named(typed.get("unit", "")), typed.get("justified", "") == "yes"
    parts.commands.service.requests.judge(viewer.scope, request, unit, justified=just, seen=seen)
    return viewer.say("request_act.judge-request")


def order(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Make a work order of the request.

    Raises:
        RefusedError: The command was refused.
    """
    request, seen = seen_named(about)
    kind, what = OrderKind.CORRECTIVE, typed.get("what", "")
    job = Job(kind=kind, what=what, spot=Spot(), since=_minute(parts))
    number = parts.commands.service.requests.make_order(
        viewer.scope, request, job, checklist=chosen(typed, "checklist"), seen=seen
    )
    return _made(viewer, number, WORK)


def incident(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Open an incident of the request; its clock began with it.

    Raises:
        RefusedError: The command was refused.
    """
    request, seen = seen_named(about)
    urgency = member_named(Urgency, typed.get("urgency", ""))
    number = parts.commands.service.requests.make_incident(
        viewer.scope, request, typed.get("what", ""), urgency, seen=seen
    )
    return _made(viewer, number, INCIDENTS)


def _made(viewer: Viewer, number: str, path: str) -> Done:
    words = viewer.say("request_act.made", number=number)
    return Done(words=words, links=((number, f"{path}/{number}", False),))


def called(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Note what came of a call-back: about is "REQUEST@SEEN/CALL".

    Raises:
        RefusedError: The command was refused.
    """
    whole, _, named = about.rpartition("/")
    request, seen = seen_named(whole)
    call, outcome = id_named(named), member_named(CallOutcome, typed.get("outcome", ""))
    words = typed.get("words", "")
    parts.commands.service.requests.on(
        viewer.scope,
        request,
        CALLED,
        lambda desk, it, by, command: it.called(
            call, outcome, desk.sealed_if_any(it, words), by=by, command_id=command
        ),
        *(call, outcome, words),
        seen=seen,
    )
    return viewer.say("request_act.called-request")


Said = tuple[Act, list[object]]


def _note(_parts: Parts, typed: Typed) -> Said:
    words = typed.get("words", "")
    return (
        lambda desk, it, by, command: it.note(desk.sealed(it, words), by=by, command_id=command),
        [words],
    )


def _offer(_parts: Parts, typed: Typed) -> Said:
    to = id_named(typed.get("to", ""))
    return lambda _, it, by, command: it.hand_over(to=to, by=by, command_id=command), [to]


def _escalate(_parts: Parts, typed: Typed) -> Said:
    to, why = id_named(typed.get("to", "")), typed.get("reason", "")
    return (
        lambda desk, it, by, command: it.escalate(
            desk.sealed(it, why), to=to, by=by, command_id=command
        ),
        [to, why],
    )


def _call(parts: Parts, typed: Typed) -> Said:
    who, now = id_named(typed.get("to", "")), parts.clock.now()
    due = typed.get("due", "")
    if not due:
        raise RequestError.of("past", at=now)
    at = wall_instant(due, parts.settings.zone, last=True)
    return (
        lambda _, it, by, command: it.call_back(
            call_of(it.id, command), due_at=at, person=who, by=by, now=now, command_id=command
        ),
        [who, at],
    )


def call_of(request: UUID, command: UUID) -> UUID:
    """Return the id of the call-back that a command sets."""
    return id_of("call_back", str(request), str(command))


def _resolve(_parts: Parts, typed: Typed) -> Said:
    how, words = member_named(Outcome, typed.get("outcome", "")), typed.get("words", "")
    return (
        lambda desk, it, by, command: it.resolve(
            how, desk.sealed_if_any(it, words), by=by, command_id=command
        ),
        [how, words],
    )


def _reopen(parts: Parts, typed: Typed) -> Said:
    why, now = typed.get("reason", ""), parts.clock.now()
    return (
        lambda desk, it, by, command: it.reopen(
            desk.sealed(it, why), by=by, now=now, command_id=command
        ),
        [why],
    )


def _rate(_parts: Parts, typed: Typed) -> Said:
    score, words = number_named(typed.get("score", "")), typed.get("words", "")
    return (
        lambda desk, it, by, command: it.rate(
            score, desk.sealed_if_any(it, words), by=by, command_id=command
        ),
        [score, words],
    )


_PLAIN: dict[str, Act] = {
    TAKE: lambda _, it, by, command: it.take(by=by, command_id=command),
    PAUSE: lambda _, it, by, command: it.pause(by=by, command_id=command),
    RESUME: lambda _, it, by, command: it.resume(by=by, command_id=command),
    CLOSE: lambda _, it, by, command: it.close(by=by, command_id=command),
}
_SAID: dict[str, Callable[[Parts, Typed], Said]] = {
    NOTE: _note,
    OFFER: _offer,
    ESCALATE: _escalate,
    CALL: _call,
    RESOLVE: _resolve,
    REOPEN: _reopen,
    RATE: _rate,
}


def _acting(verb: str) -> Callable[[Parts, Viewer, str, Typed], str | Done]:
    """Return what does a verb to the request that a form is about."""

    def act(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
        request, seen = seen_named(about)
        do, said = (_PLAIN[verb], []) if verb in _PLAIN else _SAID[verb](parts, typed)
        parts.commands.service.requests.on(viewer.scope, request, verb, do, *said, seen=seen)
        return viewer.say(f"request_act.{verb}")

    return act


ACTS: dict[str, Callable[[Parts, Viewer, str, Typed], str | Done]] = {
    CALLER: caller,
    OPEN: open_,
    ANSWER: answer,
    CLASS: classify,
    JUDGE: judge,
    ORDER: order,
    INCIDENT: incident,
    CALLED: called,
    **{verb: _acting(verb) for verb in (*_PLAIN, *_SAID)},
}
