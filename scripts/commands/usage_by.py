"""In: `usage by`. Out: usage of tenants, cost centres, production lines, shifts. I/O: reads."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Annotated

import typer

from energy.metering.usage_groups import Every
from processes.shares.bearer_usage import By
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import percent, print_json, print_table, working
from scripts.commands.tree import Json

if runs():
    from energy.system import WEB
    from processes.shares.bearer_usage import BearersUsage, read_bearer_usage

Day = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
LastDay = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])]


def by(
    ctx: typer.Context,
    whose: By,
    first: Day,
    last: LastDay,
    every: Every = Every.MONTH,
    as_of: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the usage of every tenant, cost centre, department, production line, shift or device."""
    with opened(ctx, WEB) as at:
        with working(at.text("readings.reading")):
            found = read_bearer_usage(
                at.system.database,
                at.site,
                whose,
                first.date(),
                last.date(),
                every,
                as_of=as_of,
            )
        if as_json:
            print_json(found)
            return
        _print(at, found)


def _print(at: Opened, found: BearersUsage) -> None:
    part = {By.SHIFT: "shift", By.DEVICE: "point"}.get(found.by)
    rows = [
        (
            row.bearer,
            *((_part(at, row.shift, row.point),) if part is not None else ()),
            group.start,
            group.end,
            None if group.usage is None else Fraction(group.usage) / row.per_unit,
            row.unit,
            f"{group.known}/{group.expected}",
            percent(group.completeness),
            at.word(group.quality),
        )
        for row in found.rows
        for group in row.groups
    ]
    middle = [part] if part is not None else []
    keys = ["bearer", *middle, "from", "to", "usage", "unit", "known", "complete", "quality"]
    right = len(middle) + 3
    print_table([at.text(f"head.{key}") for key in keys], rows, right=(right, right + 2, right + 3))
    if found.as_of is not None:
        print(at.text("usage.as_of", position=found.as_of, mark=""))


def _part(at: Opened, shift: str | None, point: str | None) -> str | None:
    return at.text("share.no_shift") if shift == "" else shift or point
