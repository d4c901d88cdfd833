"""In: `site usage`. Out: the usage of all sites, summed, and who is not in it. I/O: reads."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from energy.base.errors import RefusedError
from energy.views.group_by import TIMEOUT_S, GroupBy
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_json, print_table, working
from scripts.commands.tree import FINDINGS, Json

if runs():
    from energy.store.sites import Site, list_sites, the_site
    from energy.system import WEB
    from energy.views.group import GroupUsage, read_group

Day = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
LastDay = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])]


def usage(
    ctx: typer.Context,
    first: Day,
    last: LastDay,
    every: GroupBy = GroupBy.DAY,
    only: list[str] | None = None,
    timeout: Annotated[float, typer.Option(min=0.01)] = TIMEOUT_S,
    *,
    as_json: Json = False,
) -> None:
    """Show the usage of all sites by utility; sites that do not answer are named (exit code 1)."""
    if last < first:
        raise RefusedError.of("days.backwards", first=first.date(), last=last.date())
    with opened(ctx, WEB) as at:
        with working(at.text("site.asking")):
            group = read_group(
                at.system.database,
                _chosen(at, only),
                first.date(),
                last.date(),
                every=every,
                timeout_s=timeout,
            )
        if as_json:
            print_json(group)
        else:
            _print(at, group)
        if not group.whole:
            raise typer.Exit(FINDINGS)


def _chosen(at: Opened, only: list[str] | None) -> list[Site]:
    """Return the sites named, the one that --site means, or all."""
    named = only or ([at.installation.config.site] if at.installation.config.site else [])
    database = at.system.database
    return [the_site(database, key) for key in named] if named else list_sites(database)


def _print(at: Opened, group: GroupUsage) -> None:
    rows = [
        (
            each.first,
            each.utility,
            each.usage,
            each.base_unit,
            f"{each.known}/{each.due}",
            at.word(each.quality),
            ", ".join(each.sites),
        )
        for each in group.totals
    ]
    keys = ("from", "utility", "usage", "unit", "known", "quality", "sites")
    print_table([at.text(f"head.{key}") for key in keys], rows, right=(2, 4))
    for answer in group.answers:
        print(at.text("site.reflects", site=answer.site, at=answer.newest_at or "-"))
    for silent in group.silent:
        print(at.text("site.silent", site=silent.site, why=silent.why))
