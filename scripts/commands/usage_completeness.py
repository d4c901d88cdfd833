"""In: `usage completeness`. Out: how complete a site's usage is, worst first. I/O: reads."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Annotated

import typer

from energy.base.units import Utility
from processes.completeness_reads import By
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import percent, plain, print_json, print_table, working
from scripts.commands.tree import Json

if runs():
    from energy.metering.completeness import Completeness
    from energy.system import WEB
    from processes.completeness_reads import (
        CompletenessReport,
        CompletenessRow,
        default_days,
        read_completeness,
    )

First = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])]
Last = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])]


def completeness(
    ctx: typer.Context,
    point: Annotated[str | None, typer.Argument()] = None,
    first: First = None,
    last: Last = None,
    by: By = By.CHANNEL,
    place: str | None = None,
    utility: Utility | None = None,
    worst: Annotated[int | None, typer.Option(min=1)] = None,
    *,
    every: Annotated[bool, typer.Option("--every-channel")] = False,
    as_json: Json = False,
) -> None:
    """Show how complete usage is, the worst first: what readings tell of what is expected."""
    with opened(ctx, WEB) as at:
        default = default_days(at.system.clock, at.site)
        end = default[1] if last is None else last.date()
        start = min(default[0], end) if first is None else first.date()
        with working(at.text("readings.reading")):
            found = read_completeness(
                at.system.database,
                at.site,
                at.system.clock,
                start,
                end,
                by=by,
                point=point,
                place=place,
                utility=None if utility is None else utility.value,
                worst=worst,
                every=every,
            )
        if as_json:
            rows = [_json(row) for row in found.rows]
            print_json(plain(found) | {"rows": rows, "total": _counts(found.total)})
        else:
            _print(at, found)


def _print(at: Opened, found: CompletenessReport) -> None:
    keys = ("what", "expected", "measured", "interpolated", "estimated", "missing", "complete")
    table = [(row.what, *_shares(row)) for row in found.rows]
    if not table:
        print(at.text("completeness.nothing"))
        return
    print_table([at.text(f"head.{key}") for key in keys], table, right=tuple(range(1, 7)))
    total = found.total
    print(
        at.text(
            "completeness.total",
            first=found.first,
            last=found.last,
            things=found.things,
            score=percent(total.score),
            measured=percent(total.share(total.measured)),
            shaped=percent(total.share(total.shaped)),
            estimated=percent(total.share(total.estimated)),
            missing=percent(total.share(total.missing)),
        )
    )
    if found.computed:
        print(at.text("completeness.computed", points=found.computed))


def _shares(row: CompletenessRow) -> tuple[object, ...]:
    told = row.intervals
    if told is None:
        return (None, row.received, None, None, None, None)
    parts = (told.measured, told.shaped, told.estimated, told.missing)
    return (told.expected, *(percent(told.share(each)) for each in parts), percent(told.score))


def _counts(told: Completeness) -> dict[str, object]:
    counts: dict[str, object] = plain(told)
    return counts | {"missing": told.missing, "score": _text(told.score)}


def _json(row: CompletenessRow) -> dict[str, object]:
    counts = None if row.intervals is None else _counts(row.intervals)
    return {"what": row.what, "received": row.received, "intervals": counts}


def _text(score: Fraction | None) -> str | None:
    """Return a score as machines get it: rounded down to six digits."""
    if score is None:
        return None
    millionths = score * 1_000_000 // 1
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"
