"""In: `review estimate`. Out: an estimate in the place of what a case lacks. I/O: PostgreSQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from scripts.commands.asked import runs
from scripts.commands.estimate_options import Holiday, again_with, method_options
from scripts.commands.estimate_print import draft_json, print_draft
from scripts.commands.frame import opened
from scripts.commands.printing import print_json
from scripts.commands.review_acting import desk_of, done_before, print_done
from scripts.commands.review_print import SHORT
from scripts.commands.tree import Json

if runs():
    from dashboards.security.scope import Right
    from energy.system import WRITER
    from processes.review.choice import Chosen
    from processes.review.estimate import draft_for, estimate_case


def add_estimate(app: typer.Typer) -> None:
    """Add the verb to the group."""
    app.command()(estimate)


def estimate(
    ctx: typer.Context,
    case: str,
    method: Annotated[str, typer.Option()],
    reason: Annotated[str, typer.Option()],
    used: Annotated[list[str] | None, typer.Option("--input")] = None,
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
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    as_json: Json = False,
) -> None:
    """Let an estimate stand in for what is missing; it gives way to what is measured."""
    pairs = [word.partition("=") for word in used or ()]
    options = {name: value for name, _, value in pairs}
    options |= method_options(weeks, days, total, parent, schedule, temperature, holiday)
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        desk = desk_of(at, person)
        if done_before(at, desk, Chosen(names=(case,)), "estimate", reason, method,
                        as_json=as_json):  # fmt: skip
            return
        (row,) = desk.chosen(Chosen(names=(case,)))
        draft = draft_for(at.system, at.site, row, desk.channel(row, quantity), method, options)
        if dry_run:
            if as_json:
                print_json(draft_json(draft))
            else:
                words = ["review", "estimate", row.case.case.hex[:SHORT], "--method", method]
                words += [] if quantity is None else ["--quantity", quantity]
                print_draft(at, draft, again_with(words, options))
            return
        limit = Decimal(at.installation.config.review_alone_up_to)
        outcome = estimate_case(at.system, at.site, desk, row, draft, reason, person, limit=limit)
        print_done(at, [outcome], as_json)
