"""In: who acts in the review queue, what became of it. Out: the desk, the outcomes shown. I/O."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import typer

from energy.base.errors import NotPermittedError
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, required
from scripts.commands.printing import print_json
from scripts.commands.review_print import plain_outcome, print_outcomes
from scripts.commands.tree import FINDINGS

if runs():
    from dashboards.security.scope import Right
    from processes.review.choice import Chosen, Outcome
    from processes.review.desk import ReviewDesk


def person_of(at: Opened, by: str | None) -> tuple[UUID, bool]:
    """Return who acts, and whether that person decides on readings or may only propose."""
    named = required(by, "--by", at.text("ask.by"))
    try:
        return at.person(named, Right.DECIDE_READINGS), True
    except NotPermittedError:
        return at.person(named, Right.STATE_READINGS), False


def desk_of(at: Opened, person: UUID) -> ReviewDesk:
    """Return the desk of a person."""
    return ReviewDesk(at.system, at.site, person, lambda who: at.name_of(who) or str(who))


def done_before(
    at: Opened, desk: ReviewDesk, which: Chosen, verb: str, *words: str, as_json: bool
) -> bool:
    """Tell what the same command did before a connection was lost; return whether it did."""
    if len(which.names) != 1:
        return False
    outcome = desk.repeated(which.names[0], verb, *words)
    if outcome is not None:
        print_done(at, [outcome], as_json)
    return outcome is not None


def print_done(
    at: Opened,
    outcomes: Sequence[Outcome],
    as_json: bool,  # noqa: FBT001
    *,
    dry_run: bool = False,
    may_decide: bool = True,
) -> None:
    """Show what became of the cases; exit 2 when every one was refused, 1 when some were.

    One case that is refused is told as any other refusal.
    """
    refused = [each for each in outcomes if each.refused is not None]
    if len(outcomes) == 1 and refused and outcomes[0].refused is not None:
        raise outcomes[0].refused
    if as_json:
        print_json([plain_outcome(each, dry_run=dry_run) for each in outcomes])
    else:
        print_outcomes(at, outcomes, dry_run=dry_run, may_decide=may_decide)
    if refused:
        raise typer.Exit(FINDINGS)
