"""In: `review` verbs. Out: the review queue shown, its cases decided. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from billing.views.case_story import read_case, waits
from billing.views.review_queue import QueuedCase, read_queue
from dashboards.security.scope import Right
from energy.base.errors import NotPermittedError
from energy.base.finding import Severity
from energy.metering.correction import FourEyesError
from energy.metering.review_case import CaseState, DecisionKind
from energy.system import WEB, WRITER
from energy.views.readings_told import position_when
from energy.views.review import read_decisions
from processes.readings_file import stated_readings
from processes.readings_state import keep_evidence
from processes.review.choice import Chosen, Outcome, acceptance, exceeds, lacks_usage, outcome_of
from processes.review.desk import ReviewDesk
from processes.review.estimate import draft_for, estimate_case
from scripts.commands.estimate_print import draft_json, print_draft
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import advancing, print_json, working
from scripts.commands.review_print import (
    SHORT,
    plain_outcome,
    print_decisions,
    print_outcomes,
    print_queue,
    print_story,
)
from scripts.commands.review_which import require_known
from scripts.commands.tree import DONE, FINDINGS, group, misused

app = group("review")
Cases = Annotated[list[str] | None, typer.Argument()]
Reason = Annotated[str, typer.Option()]
Told = Annotated[list[str], typer.Option("--reading")]
Day = Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"])]
DryRun = Annotated[bool, typer.Option("--dry-run")]
Json = Annotated[bool, typer.Option("--json")]
_ACTIVE = frozenset({CaseState.HELD, CaseState.ACCEPTANCE})


@app.command("list")
def list_(
    ctx: typer.Context,
    point: str | None = None,
    cause: str | None = None,
    severity: Severity | None = None,
    state: CaseState | None = None,
    as_of: str | None = None,
    *,
    decided: bool = False,
    as_json: Json = False,
) -> None:
    """List the cases that wait, the most money first; exit 1 when there are any."""
    with opened(ctx, WEB) as at:
        require_known(at, point, cause)
        if decided:
            _list_decided(at, point, as_json=as_json)
            return
        chosen = Chosen(
            point=point,
            cause=cause,
            severity=severity,
            states=frozenset(CaseState) if state is None else frozenset({state}),
        )
        with working(at.text("readings.reading")), at.system.database.connection() as connection:
            position = position_when(connection, at.site, as_of)
            queue = read_queue(
                connection,
                at.site,
                at.system.clock.now(),
                point=point,
                as_of=position,
            )
        rows = [row for row in queue if chosen.fits(row)]
        if as_json:
            print_json(rows)
        else:
            print_queue(at, rows)
        raise typer.Exit(FINDINGS if any(waits(row.case) for row in rows) else DONE)


@app.command()
def show(ctx: typer.Context, case: str, *, as_json: Json = False) -> None:
    """Show a case: the value in doubt, its neighbours, proofs, meters, notes, usage."""
    with opened(ctx, WEB) as at:
        with working(at.text("readings.reading")):
            story = read_case(at.system.database, at.site, at.system.clock.now(), case)
        if as_json:
            print_json(story)
        else:
            print_story(at, story)


@app.command()
def accept(
    ctx: typer.Context,
    reason: Reason,
    cases: Cases = None,
    point: str | None = None,
    cause: str | None = None,
    severity: Severity | None = None,
    up_to: str | None = None,
    evidence: list[Path] | None = None,
    by: str | None = None,
    *,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Let values stand: the findings end; much money waits for a second person.

    Name the cases, or say which ones with the options: each gets one event with the reason.
    """
    which = _which(cases, point, cause, severity, up_to)
    with opened(ctx, WRITER) as at:
        require_known(at, point, cause)
        person, may_decide = _person(at, by)
        desk = _desk(at, person)
        if _done_before(at, desk, which, "accept", reason, as_json=as_json):
            return
        rows = desk.chosen(_acceptable(which, may_decide=may_decide))
        limit = Decimal(at.installation.config.review_alone_up_to)
        if dry_run:
            alone = may_decide and not exceeds(rows, limit)
            _print(
                at,
                [_accepted(row, person, alone, may_decide) for row in rows],
                as_json,
                dry_run=True,
                may_decide=may_decide,
            )
            return
        files = tuple(keep_evidence(at.system.database, at.site, evidence or ()))
        with working(at.text("readings.writing")) as bar:
            advance = advancing(bar)
            outcomes = desk.accept(
                rows,
                reason,
                evidence=files,
                limit=limit,
                may_decide=may_decide,
                tell=lambda done, of: advance("accept", done, of),
            )
        _print(at, outcomes, as_json, may_decide=may_decide)


@app.command()
def hold(
    ctx: typer.Context,
    reason: Reason,
    until: Day,
    cases: Cases = None,
    point: str | None = None,
    cause: str | None = None,
    severity: Severity | None = None,
    up_to: str | None = None,
    by: str | None = None,
    *,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Let cases wait until a day; their bills stay barred."""
    which = _which(cases, point, cause, severity, up_to)
    with opened(ctx, WRITER) as at:
        require_known(at, point, cause)
        desk = _desk(at, at.person(by, Right.DECIDE_READINGS))
        if not which.names:
            which = replace(which, states=frozenset({CaseState.OPEN}))
        rows = desk.chosen(which)
        if dry_run:
            wanted = [outcome_of(row, DecisionKind.HELD) for row in rows]
            _print(at, wanted, as_json, dry_run=True)
            return
        with working(at.text("readings.writing")) as bar:
            advance = advancing(bar)
            outcomes = desk.hold(
                rows,
                reason,
                until=until.date(),
                tell=lambda done, of: advance("hold", done, of),
            )
        _print(at, outcomes, as_json)


@app.command()
def release(
    ctx: typer.Context,
    reason: Reason,
    cases: Cases = None,
    point: str | None = None,
    cause: str | None = None,
    severity: Severity | None = None,
    by: str | None = None,
    *,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """End holds, take proposed acceptances back."""
    which = replace(_which(cases, point, cause, severity, None), states=_ACTIVE)
    with opened(ctx, WRITER) as at:
        require_known(at, point, cause)
        person, may_decide = _person(at, by)
        desk = _desk(at, person)
        rows = desk.chosen(which)
        if dry_run:
            wanted = [outcome_of(row, DecisionKind.RELEASED) for row in rows]
            _print(at, wanted, as_json, dry_run=True)
            return
        with working(at.text("readings.writing")) as bar:
            advance = advancing(bar)
            outcomes = desk.release(
                rows,
                reason,
                may_decide=may_decide,
                tell=lambda done, of: advance("release", done, of),
            )
        _print(at, outcomes, as_json)


@app.command()
def correct(
    ctx: typer.Context,
    case: str,
    reading: Told,
    reason: Reason,
    evidence: list[Path] | None = None,
    quantity: str | None = None,
    by: str | None = None,
    *,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Propose what a register showed; the case ends when another person approves it."""
    with opened(ctx, WRITER) as at:
        desk = _desk(at, at.person(by, Right.STATE_READINGS))
        (row,) = desk.chosen(Chosen(names=(case,)))
        readings = stated_readings(reading, desk.channel(row, quantity), at.site.zone)
        if dry_run:
            wanted = [outcome_of(row, DecisionKind.CORRECTION_PROPOSED)]
            _print(at, wanted, as_json, dry_run=True)
            return
        files = tuple(keep_evidence(at.system.database, at.site, evidence or ()))
        outcome = desk.correct(row, readings, reason, evidence=files, quantity=quantity)
        _print(at, [outcome], as_json)


@app.command()
def estimate(
    ctx: typer.Context,
    case: str,
    method: Annotated[str, typer.Option()],
    reason: Reason,
    used: Annotated[list[str] | None, typer.Option("--input")] = None,
    quantity: str | None = None,
    by: str | None = None,
    *,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Let an estimate stand in for what is missing; it gives way to what is measured."""
    pairs = [word.partition("=") for word in used or ()]
    options = {name: value for name, _, value in pairs}
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        desk = _desk(at, person)
        if _done_before(at, desk, Chosen(names=(case,)), "estimate", reason, method,
                        as_json=as_json):  # fmt: skip
            return
        (row,) = desk.chosen(Chosen(names=(case,)))
        draft = draft_for(at.system, at.site, row, desk.channel(row, quantity), method, options)
        if dry_run:
            if as_json:
                print_json(draft_json(draft))
            else:
                print_draft(at, draft)
            return
        limit = Decimal(at.installation.config.review_alone_up_to)
        outcome = estimate_case(at.system, at.site, desk, row, draft, reason, person, limit=limit)
        _print(at, [outcome], as_json)


def _which(
    cases: Sequence[str] | None,
    point: str | None,
    cause: str | None,
    severity: Severity | None,
    up_to: str | None,
) -> Chosen:
    """Return which cases are meant; all of them only by a word that says so.

    Raises:
        click.UsageError: Nothing says which, or the money is no number.
    """
    if not cases and point is None and cause is None and severity is None and up_to is None:
        raise misused("review_which")
    amount: Decimal | None = None
    if up_to is not None:
        try:
            amount = Decimal(up_to)
        except InvalidOperation:
            amount = None
        if amount is None or not amount.is_finite() or amount < 0:
            raise misused("no_number", option="--up-to", value=up_to)
    return Chosen(
        names=tuple(cases or ()), point=point, cause=cause, severity=severity, up_to=amount
    )


def _acceptable(which: Chosen, *, may_decide: bool) -> Chosen:
    """Return what a choice without names takes in: no holds, no proposals that wait for others."""
    if which.names:
        return which
    states = {CaseState.OPEN, CaseState.ACCEPTANCE} if may_decide else {CaseState.OPEN}
    return replace(which, states=frozenset(states))


def _accepted(row: QueuedCase, by: UUID, alone: bool, may_decide: bool) -> Outcome:  # noqa: FBT001
    try:
        ends = acceptance(row, by, alone=alone, may_decide=may_decide)
    except (NotPermittedError, FourEyesError) as error:
        return outcome_of(row, None, refused=error)
    if ends:
        return replace(outcome_of(row, DecisionKind.ACCEPTED), lacking=lacks_usage(row))
    return outcome_of(row, DecisionKind.ACCEPTANCE_PROPOSED)


def _person(at: Opened, by: str | None) -> tuple[UUID, bool]:
    """Return who acts, and whether that person decides on readings or may only propose."""
    named = required(by, "--by", at.text("ask.by"))
    try:
        return at.person(named, Right.DECIDE_READINGS), True
    except NotPermittedError:
        return at.person(named, Right.STATE_READINGS), False


def _desk(at: Opened, person: UUID) -> ReviewDesk:
    return ReviewDesk(at.system, at.site, person, lambda who: at.name_of(who) or who.hex[:SHORT])


def _done_before(
    at: Opened, desk: ReviewDesk, which: Chosen, verb: str, *words: str, as_json: bool
) -> bool:
    """Tell what the same command did before a connection was lost; return whether it did."""
    if len(which.names) != 1:
        return False
    outcome = desk.repeated(which.names[0], verb, *words)
    if outcome is not None:
        _print(at, [outcome], as_json)
    return outcome is not None


def _list_decided(at: Opened, point: str | None, *, as_json: bool) -> None:
    with at.system.database.connection() as connection:
        rows = read_decisions(connection, at.site.schema, point=point)
    if as_json:
        print_json(rows)
    else:
        print_decisions(at, rows)


def _print(
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
