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

from energy.base.errors import NotPermittedError
from energy.base.finding import Severity
from energy.metering.review_case import CaseState
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import advancing, print_json, working
from scripts.commands.review_acting import desk_of, done_before, person_of, print_done
from scripts.commands.review_estimate import add_estimate
from scripts.commands.review_print import print_decisions, print_queue
from scripts.commands.review_story import print_story
from scripts.commands.review_which import known_cause
from scripts.commands.tree import DONE, FINDINGS, Json, group, misused

if runs():
    from billing.views.case_story import read_case, waits
    from billing.views.review_queue import QueuedCase, read_queue
    from dashboards.security.scope import Right
    from energy.metering.correction import FourEyesError
    from energy.metering.review import touched
    from energy.metering.review_case import DecisionKind
    from energy.system import WEB, WRITER
    from energy.views.readings_told import position_when
    from energy.views.review import read_decisions
    from processes.readings_file import instant_of, stated_readings
    from processes.readings_state import keep_evidence
    from processes.review.choice import (
        Chosen,
        Outcome,
        acceptance,
        exceeds,
        lacks_usage,
        outcome_of,
    )
    from processes.review.disregard import reason_without, stated_without

app = group("review")
Cases = Annotated[list[str] | None, typer.Argument()]
Reason = Annotated[str, typer.Option()]
Told = Annotated[list[str] | None, typer.Option("--reading")]
Without = Annotated[list[str] | None, typer.Option("--without")]
Day = Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"])]
DryRun = Annotated[bool, typer.Option("--dry-run")]
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
        cause = known_cause(at, point, cause)
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
        which = replace(which, cause=known_cause(at, point, cause))
        person, may_decide = person_of(at, by)
        desk = desk_of(at, person)
        if done_before(at, desk, which, "accept", reason, as_json=as_json):
            return
        rows = desk.chosen(_acceptable(which, may_decide=may_decide))
        limit = Decimal(at.installation.config.review_alone_up_to)
        if dry_run:
            alone = may_decide and not exceeds(rows, limit)
            print_done(
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
        print_done(at, outcomes, as_json, may_decide=may_decide)


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
        which = replace(which, cause=known_cause(at, point, cause))
        desk = desk_of(at, at.person(by, Right.DECIDE_READINGS))
        if not which.names:
            which = replace(which, states=frozenset({CaseState.OPEN}))
        rows = desk.chosen(which)
        if dry_run:
            wanted = [outcome_of(row, DecisionKind.HELD) for row in rows]
            print_done(at, wanted, as_json, dry_run=True)
            return
        with working(at.text("readings.writing")) as bar:
            advance = advancing(bar)
            outcomes = desk.hold(
                rows,
                reason,
                until=until.date(),
                tell=lambda done, of: advance("hold", done, of),
            )
        print_done(at, outcomes, as_json)


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
        which = replace(which, cause=known_cause(at, point, cause))
        person, may_decide = person_of(at, by)
        desk = desk_of(at, person)
        rows = desk.chosen(which)
        if dry_run:
            wanted = [outcome_of(row, DecisionKind.RELEASED) for row in rows]
            print_done(at, wanted, as_json, dry_run=True)
            return
        with working(at.text("readings.writing")) as bar:
            advance = advancing(bar)
            outcomes = desk.release(
                rows,
                reason,
                may_decide=may_decide,
                tell=lambda done, of: advance("release", done, of),
            )
        print_done(at, outcomes, as_json)


@app.command()
def correct(
    ctx: typer.Context,
    case: str,
    reason: Reason,
    reading: Told = None,
    without: Without = None,
    evidence: list[Path] | None = None,
    quantity: str | None = None,
    by: str | None = None,
    *,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Propose what a register showed, or which readings shall not count.

    Findings about these instants end when another person approves it.
    """
    if not reading and not without:
        raise misused("review_reading")
    with opened(ctx, WRITER) as at:
        desk = desk_of(at, at.person(by, Right.STATE_READINGS))
        (row,) = desk.chosen(Chosen(names=(case,)))
        channel, zone = desk.channel(row, quantity), at.site.zone
        readings = stated_readings(reading or (), channel, zone)
        wrong = [instant_of(word, zone) for word in without or ()]
        readings += stated_without(at.system, at.site, channel, wrong, readings)
        if dry_run:
            about = touched(row.case, channel.number, [when for when, _ in readings])
            outcome = outcome_of(row, DecisionKind.CORRECTION_PROPOSED)
            outcome = replace(outcome, remaining=len(row.case.findings) - len(about))
            print_done(at, [outcome], as_json, dry_run=True)
            return
        files = tuple(keep_evidence(at.system.database, at.site, evidence or ()))
        outcome = desk.correct(
            row, readings, reason_without(reason, wrong), evidence=files, quantity=quantity
        )
        print_done(at, [outcome], as_json)


add_estimate(app)


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


def _list_decided(at: Opened, point: str | None, *, as_json: bool) -> None:
    with at.system.database.connection() as connection:
        rows = read_decisions(connection, at.site.schema, point=point)
    if as_json:
        print_json(rows)
    else:
        print_decisions(at, rows)
