"""In: `request` verbs that change nothing. Out: requests listed and shown. I/O: reads."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Annotated

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import opened
from scripts.commands.incident_print import for_machines
from scripts.commands.printing import print_json
from scripts.commands.request_frame import request_named
from scripts.commands.request_print import (
    print_figures,
    print_request,
    print_requests,
    story_of,
)
from scripts.commands.tree import Json

if runs():
    from energy.service.requests.figures import figures as figures_of
    from energy.service.requests.figures import month_of
    from energy.service.requests.reads import read_requests
    from energy.service.work.reads import read_levels
    from energy.system import WEB


def add_looking(app: typer.Typer) -> None:
    """Add the verbs by which requests are looked at."""
    app.command("list")(list_)
    app.command("show")(show)
    app.command("figures")(figures)


def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all")] = False,  # noqa: FBT002 - a flag of the row
    tenant: str = "",
    *,
    as_json: Json = False,
) -> None:
    """List the requests with their clocks, the oldest first; closed ones with --all."""
    with opened(ctx, WEB) as at:
        tenants = [tenant] if tenant else None
        with at.system.database.connection() as connection:
            rows = read_requests(connection, at.site.schema, over=every, tenants=tenants)
            known = read_levels(connection, at.site.schema)
        now = at.system.clock.now()
        found = [(row, row.clocks(known, at.site.zone, now)) for row in rows]
        if as_json:
            print_json([{"request": row, "clocks": for_machines(clocks)} for row, clocks in found])
            return
        print_requests(at, found)


def show(ctx: typer.Context, request: str, *, as_json: Json = False) -> None:
    """Show a request: its clocks, what was made from it, call-backs, what was said."""
    with opened(ctx, WEB) as at:
        story = story_of(at, request_named(at, request))
        if as_json:
            parts = {field.name: getattr(story, field.name) for field in fields(story)}
            history = [{"fact": fact, "words": words} for fact, words in story.history]
            clocks = for_machines(story.clocks)
            print_json({**parts, "clocks": clocks, "history": history})
            return
        print_request(at, story)


def figures(ctx: typer.Context, month: str, *, as_json: Json = False) -> None:
    """Show how the service desk did in a month: counts, clocks, satisfaction, points of units."""
    with opened(ctx, WEB) as at:
        first, begin, end = month_of(month, at.site.zone)
        with at.system.database.connection() as connection:
            rows = read_requests(connection, at.site.schema, heard=(begin, end))
            known = read_levels(connection, at.site.schema)
        now = at.system.clock.now()
        found = [(row, row.clocks(known, at.site.zone, now)) for row in rows]
        told = figures_of(first, begin, end, found)
        if as_json:
            used = None if told.median_used is None else told.median_used // timedelta(seconds=1)
            parts = {field.name: getattr(told, field.name) for field in fields(told)}
            print_json({**parts, "median_used": used})
            return
        print_figures(at, told, known)
