"""In: what a person says of a supply case. Out: it said, and how the case stands. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.money import LONGEST_TYPED, typed_number
from dashboards.case_commands import CaseAct
from dashboards.components.act_form import Done
from dashboards.components.work_forms import NONE
from dashboards.note_words import wall_instant
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
from energy.base.units import Utility
from energy.service.cases.asked import Application
from energy.service.cases.case import SupplyCase
from energy.service.cases.errors import CaseError
from energy.service.cases.kinds import Capacity, CaseKind, CaseState, CaseStep
from energy.service.cases.proofs import Said
from energy.service.cases.quotation import QuotedItem
from energy.service.work.kinds import WaitsFor

PATH = "/cases"
OPEN, STEP = "open-case", "end-case-step"
QUOTE, ACCEPT, ORDER = "quote-case", "accept-case", "order-case"
WAIT, RESUME = "wait-case", "resume-case"
OFFER, TAKE = "hand-over-case", "take-case"
REFUSE, WITHDRAW = "refuse-case", "withdraw-case"
Typed = Mapping[str, str]
_KILO = 1000
_MOST = 10**12
_COMES = (CaseKind.NEW_SUPPLY, CaseKind.TRANSFER)
"""Of these the applicant is not yet the account that pays."""


def open_(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> Done:
    """Open a case; `about` says which kind, and how many there were when the form was drawn.

    Raises:
        RefusedError: The command was refused.
    """
    named, _, seen = about.partition("@")
    kind = member_named(CaseKind, named)
    case = parts.commands.service.cases.open(
        viewer.scope, _asked(parts, viewer, kind, typed), seen=number_named(seen)
    )
    words = viewer.say("case_said.opened", number=case.number)
    return Done(words=words, links=((case.number, f"{PATH}/{case.number}", False),))


def _asked(parts: Parts, viewer: Viewer, kind: CaseKind, typed: Typed) -> Application:
    new = kind is CaseKind.NEW_SUPPLY
    node, point = typed.get("node", ""), "" if new else typed.get("point", "")
    if new:
        utility = str(member_named(Utility, node.partition("/")[0]))
    else:
        utility = parts.queries.case_utility(viewer.scope, point)
        if not utility:
            raise CaseError.of("no_point", point=point)
    account = "" if new else typed.get("account", "")
    wanted = typed.get("wanted", "")
    return Application(
        kind=kind,
        applicant=typed.get("applicant", "") if kind in _COMES else f"account/{account}",
        utility=utility,
        node=node,
        point=point,
        account=account,
        capacity_w=int(_number(typed.get("kilowatt", "") or "0") * _KILO),
        wanted_on=_day(wanted) if wanted else None,
        asked_at=wall_instant(typed["asked"], parts.settings.zone)
        if typed.get("asked")
        else parts.clock.now().replace(second=0, microsecond=0),
    )


def step(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """End the step a case is at; `about` says which, too.

    Raises:
        RefusedError: The command was refused.
    """
    thing, _, named = about.rpartition("/")
    case, seen = seen_named(thing)
    fields = ("words", "account", "contract", "point", "switching")
    said = Said(**{name: typed.get(name, "") for name in fields})
    known = parts.commands.service.cases.end_step(
        viewer.scope, case, member_named(CaseStep, named), said, seen=seen
    )
    if named == CaseStep.SURVEY and known.results.get("capacity") == Capacity.BEYOND:
        return f"{viewer.say('cli.case.beyond')} {state_of(viewer, known)}"
    return state_of(viewer, known)


def quote(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Give the applicant an offer.

    Raises:
        RefusedError: The command was refused.
    """
    case, seen = seen_named(about)
    offer = parts.commands.service.cases.quote(
        viewer.scope,
        case,
        [_item(line) for line in typed.get("items", "").splitlines() if line.strip()],
        _number(typed.get("tax", "") or "0"),
        _day(typed.get("until", "")),
        seen=seen,
    )
    total, currency = offer.sums.total, offer.sums.currency
    return viewer.say("cli.case.quoted", total=total, currency=currency, day=offer.valid_until)


def order(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Make its work order.

    Raises:
        RefusedError: The command was refused.
    """
    case, seen = seen_named(about)
    chosen = typed.get("checklist", NONE)
    known = parts.commands.service.cases.make_order(
        viewer.scope,
        case,
        key_named(typed.get("level", "")),
        checklist="" if chosen in {NONE, ""} else key_named(chosen),
        seen=seen,
    )
    return viewer.say("case_said.ordered", number=known.number)


def accept(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Record that the applicant took the offer.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    now = parts.clock.now()
    return _acted(
        parts,
        viewer,
        about,
        "accept",
        lambda it, who, made: it.accept(by=who, now=now, command_id=made),
    )


def wait(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let its clock stand still.

    Raises:
        RefusedError: The command was refused.
    """
    waits_for, words = member_named(WaitsFor, typed.get("waits_for", "")), typed.get("words", "")

    def do(it: SupplyCase, who: UUID, made: UUID) -> None:
        it.wait(waits_for, words, by=who, command_id=made)

    return _acted(parts, viewer, about, "wait", do, str(waits_for), words)


def resume(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Let its clock go on.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    return _acted(
        parts, viewer, about, "resume", lambda it, who, made: it.resume(by=who, command_id=made)
    )


def hand_over(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Ask another person to own it.

    Raises:
        RefusedError: The command was refused.
    """
    to, (case, seen) = id_named(typed.get("to", "")), seen_named(about)
    if to not in dict(parts.queries.case_forms(viewer.scope).people):
        raise unknown_subject()
    known = parts.commands.service.cases.act(
        viewer.scope,
        case,
        "hand over",
        lambda it, who, made: it.hand_over(to=to, by=who, command_id=made),
        str(to),
        seen=seen,
    )
    return viewer.say("case_said.offered", number=known.number)


def take(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Own a case that was offered.

    Raises:
        RefusedError: The command was refused.
    """
    del typed
    return _acted(
        parts, viewer, about, "take", lambda it, who, made: it.take(by=who, command_id=made)
    )


def refuse(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Decide that the supply is not given.

    Raises:
        RefusedError: The command was refused.
    """
    why = typed.get("reason", "")

    def do(it: SupplyCase, who: UUID, made: UUID) -> None:
        it.refuse(why, by=who, command_id=made)

    return _acted(parts, viewer, about, "refuse", do, why)


def withdraw(parts: Parts, viewer: Viewer, about: str, typed: Typed) -> str:
    """Record that the applicant wants it no more.

    Raises:
        RefusedError: The command was refused.
    """
    why = typed.get("reason", "")

    def do(it: SupplyCase, who: UUID, made: UUID) -> None:
        it.withdraw(why, by=who, command_id=made)

    return _acted(parts, viewer, about, "withdraw", do, why)


def state_of(viewer: Viewer, known: SupplyCase) -> str:
    """Return how far a case is, in words."""
    if known.state is not CaseState.OPEN:
        state = viewer.say(f"cli.case_state.{known.state}")
        return viewer.say("cli.case.over", number=known.number, state=state)
    return viewer.say(
        "case_said.at", number=known.number, step=viewer.say(f"cli.case_step.{known.step}")
    )


def _acted(parts: Parts, viewer: Viewer, about: str, verb: str, do: CaseAct, *said: str) -> str:
    case, seen = seen_named(about)
    known = parts.commands.service.cases.act(viewer.scope, case, verb, do, *said, seen=seen)
    return state_of(viewer, known)


def _item(line: str) -> QuotedItem:
    what, equals, amount = line.rpartition("=")
    if not equals:
        raise CaseError.of("item", line=line.strip()[:LONGEST_TYPED])
    return QuotedItem(what=what, amount=_number(amount))


def _number(text: str) -> Decimal:
    found = typed_number(text.strip())
    if found is None or abs(found) >= _MOST:
        raise CaseError.of("number", text=text.strip()[:LONGEST_TYPED])
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise CaseError.of("day", text=text.strip()[:LONGEST_TYPED]) from None


ACTS: dict[str, Callable[[Parts, Viewer, str, Typed], str | Done]] = {
    OPEN: open_,
    STEP: step,
    QUOTE: quote,
    ACCEPT: accept,
    ORDER: order,
    WAIT: wait,
    RESUME: resume,
    OFFER: hand_over,
    TAKE: take,
    REFUSE: refuse,
    WITHDRAW: withdraw,
}
