"""In: `estimate` verbs. Out: estimates drafted, recorded, and what became of them. I/O."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated

import typer

from energy.base.period import span_of_days
from processes.estimates.states import Standing
from scripts.commands.asked import runs
from scripts.commands.estimate_options import Holiday, again_with, method_options
from scripts.commands.estimate_print import (
    draft_json,
    print_draft,
    print_drafts,
    print_standing,
    print_standings,
)
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import advancing, print_facts, print_json, working
from scripts.commands.tree import FINDINGS, Json, group, misused

if runs():
    from dashboards.security.scope import Right
    from energy.metering.channel import Channel
    from energy.metering.estimating.methods import METHODS
    from energy.system import WEB, WRITER
    from energy.views.readings_told import channel_of
    from processes.estimates.draft import (
        EstimateDraft,
        draft_estimate,
        estimate_command,
        record_estimate,
    )
    from processes.estimates.missing import Undrafted, channels_missing, draft_missing
    from processes.estimates.states import read_standings, standing_named

app = group("estimate")
Point = Annotated[str | None, typer.Argument()]
First = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
Last = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])]
FirstOf = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])]
LastOf = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])]
AllMissing = Annotated[bool, typer.Option("--all-missing")]
Every = Annotated[bool, typer.Option("--every-channel")]


@app.command()
def propose(
    ctx: typer.Context,
    first: First,
    last: Last,
    method: Annotated[str, typer.Option()],
    point: Point = None,
    quantity: str | None = None,
    weeks: int | None = None,
    days: int | None = None,
    total: str | None = None,
    parent: str | None = None,
    schedule: str | None = None,
    temperature: str | None = None,
    holiday: Holiday = None,
    *,
    all_missing: AllMissing = False,
    every: Every = False,
    as_json: Json = False,
) -> None:
    """Show what an estimate would state and change of each day; nothing is written."""
    options = method_options(weeks, days, total, parent, schedule, temperature, holiday)
    with opened(ctx, WEB) as at:
        channels = _channels(at, point, quantity, first, last, all_missing=all_missing, every=every)
        span = (first.date(), last.date())
        found = list(_drafts(at, channels, span, method, options, missing_only=all_missing))
        drafts = [each for each in found if isinstance(each, EstimateDraft)]
        refused = [each for each in found if isinstance(each, Undrafted)]
        if as_json:
            print_json(
                {
                    "drafts": [draft_json(each) for each in drafts],
                    "refused": [_refusal(at, each) for each in refused],
                }
            )
        elif all_missing:
            print_drafts(at, drafts, refused)
        else:
            words = ["estimate", "record", str(point), "--method", method]
            words += ["--from", f"{span[0]}", "--to", f"{span[1]}"]
            words += [] if quantity is None else ["--quantity", quantity]
            print_draft(at, drafts[0], again_with(words, options))
        if refused:
            raise typer.Exit(FINDINGS)


@app.command()
def record(
    ctx: typer.Context,
    first: First,
    last: Last,
    method: Annotated[str, typer.Option()],
    reason: Annotated[str, typer.Option()],
    point: Point = None,
    quantity: str | None = None,
    weeks: int | None = None,
    days: int | None = None,
    total: str | None = None,
    parent: str | None = None,
    schedule: str | None = None,
    temperature: str | None = None,
    holiday: Holiday = None,
    by: str | None = None,
    *,
    all_missing: AllMissing = False,
    every: Every = False,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    as_json: Json = False,
) -> None:
    """Record what `propose` shows: one estimate a channel, each with its method and inputs."""
    options = method_options(weeks, days, total, parent, schedule, temperature, holiday)
    with opened(ctx, WEB if dry_run else WRITER) as at:
        person = None if dry_run else at.person(by, Right.STATE_READINGS)
        channels = _channels(at, point, quantity, first, last, all_missing=all_missing, every=every)
        span = (first.date(), last.date())
        recorded: list[tuple[EstimateDraft, int | None]] = []
        refused: list[Undrafted] = []
        for found in _drafts(at, channels, span, method, options, missing_only=all_missing):
            if isinstance(found, Undrafted):
                refused.append(found)
                continue
            position = None
            if person is not None:
                command = estimate_command(at.system, at.site, found, reason, person)
                position = record_estimate(
                    at.system, at.site, found, reason=reason, by=person, command_id=command
                )
            recorded.append((found, position))
        if not dry_run:
            at.settle("metering")
        if as_json:
            print_json(
                {
                    "recorded": [_recorded(draft, position) for draft, position in recorded],
                    "refused": [_refusal(at, each) for each in refused],
                }
            )
        else:
            print_drafts(at, [draft for draft, _ in recorded], refused)
            key = "would_record" if dry_run else "recorded"
            readings = sum(len(draft.readings) for draft, _ in recorded)
            print(at.text(f"estimate.{key}", count=len(recorded), readings=readings))
        if refused:
            raise typer.Exit(FINDINGS)


@app.command("list")
def list_(
    ctx: typer.Context,
    point: Point = None,
    first: FirstOf = None,
    last: LastOf = None,
    state: Standing | None = None,
    *,
    as_json: Json = False,
) -> None:
    """List recorded estimates: what each stated, what is known now, whether it stands."""
    with opened(ctx, WEB) as at:
        with working(at.text("readings.reading")):
            rows = read_standings(
                at.system,
                at.site,
                point=point,
                first=None if first is None else first.date(),
                last=None if last is None else last.date(),
            )
        rows = [row for row in rows if state is None or row.standing is state]
        if as_json:
            print_json(rows)
        else:
            print_standings(at, rows)


@app.command()
def show(ctx: typer.Context, estimate: str, *, as_json: Json = False) -> None:
    """Show one estimate: method and inputs, each day stated and known now, what came since."""
    with opened(ctx, WEB) as at:
        with working(at.text("readings.reading")):
            row, lots = standing_named(at.system, at.site, estimate)
        if as_json:
            print_json({"estimate": row, "arrived": lots})
        else:
            print_standing(at, row, lots)


@app.command()
def methods(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the methods and what each needs."""
    with opened(ctx, WEB) as at:
        told = [(name, at.text(f"estimate.method.{name}")) for name in METHODS]
        if as_json:
            print_json([{"method": name, "says": says} for name, says in told])
        else:
            print_facts(told)


def _channels(
    at: Opened,
    point: str | None,
    quantity: str | None,
    first: datetime,
    last: datetime,
    *,
    all_missing: bool,
    every: bool,
) -> list[Channel] | Channel:
    """Return the channel named, or all that lack usage."""
    if all_missing == (point is not None):
        raise misused("point_or_missing")
    if point is not None:
        with at.system.database.connection() as connection:
            return channel_of(connection, at.site.schema, point, quantity)
    return channels_missing(at.system, at.site, first.date(), last.date(), every=every)


def _drafts(
    at: Opened,
    channels: list[Channel] | Channel,
    span: tuple[date, date],
    method: str,
    options: dict[str, str],
    *,
    missing_only: bool,
) -> Iterator[EstimateDraft | Undrafted]:
    """Yield the drafts; a channel that was named is refused loudly."""
    with working(at.text("estimate.drafting")) as bar:
        if isinstance(channels, Channel):
            yield _draft(at, channels, span, method, options)
            return
        advance = advancing(bar)
        yield from draft_missing(
            at.system,
            at.site,
            channels,
            *span,
            method,
            options=options,
            told=lambda done, of: advance(at.text("estimate.drafting"), done, of),
        )
    assert missing_only, "several channels are drafted for what is missing"


def _draft(
    at: Opened, channel: Channel, span: tuple[date, date], method: str, options: dict[str, str]
) -> EstimateDraft:
    period = span_of_days(*span, at.site.zone)
    return draft_estimate(
        at.system, at.site, channel, period.start, period.end, method, options=options
    )


def _refusal(at: Opened, each: Undrafted) -> dict[str, str]:
    return {"channel": each.channel.key, "why": each.error.told(at.language)}


def _recorded(draft: EstimateDraft, position: int | None) -> dict[str, object]:
    return {**draft_json(draft), "recorded_at": position}
