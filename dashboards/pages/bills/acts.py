"""In: what was typed about an exception or a bill. Out: it done, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from billing.corrections.errors import LineCreditError
from billing.corrections.line_desk import LineCredit
from billing.money import LONGEST_TYPED, typed_number
from billing.runs.decision import Choice
from dashboards.commands import RunChoice
from dashboards.components.act_form import Done
from dashboards.pages.bills.credit import CREDIT
from dashboards.pages.bills.exception import DECIDE_ONE
from dashboards.pages.corrections.layout import PATH as CORRECTIONS
from dashboards.pages.parts import Parts
from dashboards.pages.subjects import id_named, number_named, unknown_subject
from dashboards.viewer import Viewer


def decide_one(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    """Decide about one exception of a run as it was seen.

    Raises:
        UnknownSubjectError: The form is of no run, or the choice is none.
        RefusedError: No reason is given, or the run cannot be so decided about.
    """
    run, version, key = [*about.split("/"), "", ""][:3]
    choice = typed.get("choice", "")
    if choice not in set(Choice):
        raise unknown_subject()
    what = RunChoice(choice=Choice(choice), why=typed.get("why", ""), keys=frozenset({key}))
    asked = id_named(run), number_named(version)
    done = parts.commands.decide(viewer.scope, *asked, what)
    if not done:
        return viewer.say("exceptions.not_done", count=1)
    return viewer.say(f"exceptions.done_{choice}", count=done)


def credit_line(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> Done:
    """Propose to credit a charge line of a bill.

    Raises:
        UnknownSubjectError: The form is of no bill, or of no line.
        RefusedError: It cannot be credited so.
    """
    invoice, seen = [*about.split("/"), ""][:2]
    amount = typed_number(typed["amount"]) if typed.get("amount") else None
    if typed.get("amount") and amount is None:
        raise LineCreditError.of("no_number", value=typed["amount"][:LONGEST_TYPED])
    asked = LineCredit(
        place=number_named(typed.get("line", "")), amount=amount, why=typed.get("why", "")
    )
    name = parts.commands.money.credit_line(
        viewer.scope, id_named(invoice), number_named(seen), asked
    )
    words = viewer.say("credit.proposed", name=name)
    return Done(words=words, links=((name, f"{CORRECTIONS}/{name}", False),))


ACTS: dict[str, Callable[[Parts, Viewer, str, Mapping[str, str]], str | Done]] = {
    DECIDE_ONE: decide_one,
    CREDIT: credit_line,
}
