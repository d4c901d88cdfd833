"""In: `view lag`. Out: how far the views are behind the journal. I/O: reads."""

from __future__ import annotations

from typing import Annotated

import typer

from energy.store.sites import DIRECTORY
from energy.system import WEB
from energy.views.progress import read_lags
from scripts.commands.frame import group, opened
from scripts.commands.printing import print_json, print_table

app = group("view", "Views: tables folded from the journal.")


@app.command()
def lag(
    ctx: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Show how many entries each view has still to fold."""
    with opened(ctx, WEB) as at:
        lags = [
            *read_lags(at.system.database, at.site.schema),
            *read_lags(at.system.database, DIRECTORY),
        ]
        if as_json:
            print_json(
                [
                    {
                        "follower": each.follower,
                        "position": each.position,
                        "head": each.head,
                        "lag": each.entries,
                        "updated_at": each.updated_at,
                    }
                    for each in lags
                ]
            )
            return
        keys = ("view", "position", "head", "lag", "at")
        rows = [(v.follower, v.position, v.head, v.entries, v.updated_at) for v in lags]
        print_table([at.text(f"head.{key}") for key in keys], rows, right=(1, 2, 3))
