"""In: `usage show`. Out: usage by quarter-hour, hour, day or month. I/O: reads."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Annotated

import typer

from energy.metering.usage_groups import Every
from energy.system import WEB
from processes.usage_reads import read_usage
from scripts.commands.frame import group, opened
from scripts.commands.printing import print_json, print_table

app = group("usage", "Usage: what was used when.")
Day = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First local day.")]
LastDay = Annotated[
    datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last local day, included.")
]


@app.command()
def show(
    ctx: typer.Context,
    point: Annotated[str, typer.Argument(help="The metering point.")],
    first: Day,
    last: LastDay,
    every: Annotated[Every, typer.Option(help="Width of a row.")] = Every.DAY,
    quantity: Annotated[str | None, typer.Option(help="Counter; else the billed one.")] = None,
    as_of: Annotated[int | None, typer.Option(help="As known at this mark.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Show the usage of a point over local days; what is missing is shown as missing."""
    with opened(ctx, WEB) as at:
        usage = read_usage(
            at.system.database,
            at.site,
            point,
            first.date(),
            last.date(),
            every,
            quantity=quantity,
            as_of=as_of,
        )
        if as_json:
            print_json(usage)
            return
        rows = [
            (
                each.start,
                each.end,
                None if each.usage is None else Fraction(each.usage) / usage.per_unit,
                usage.unit,
                f"{each.known}/{each.expected}",
                each.quality,
            )
            for each in usage.groups
        ]
        keys = ("from", "to", "usage", "unit", "known", "quality")
        print_table([at.text(f"head.{key}") for key in keys], rows, right=(2, 4))
