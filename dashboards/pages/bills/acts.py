"""In: what was typed about an exception or a bill. Out: it done, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from billing.runs.decision import Choice
from dashboards.commands import RunChoice
from dashboards.pages.bills.exception import DECIDE_ONE
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


ACTS: dict[str, Callable[[Parts, Viewer, str, Mapping[str, str]], str]] = {DECIDE_ONE: decide_one}
