"""In: `usage` verbs. Out: usage as known now or then, and what changed it. I/O: reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from typing import Annotated

import typer

from energy.metering.usage_groups import Every
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.meter_papers import print_adjusted
from scripts.commands.printing import cell, percent, print_json, print_table, working
from scripts.commands.tree import Json, group
from scripts.commands.usage_by import by
from scripts.commands.usage_completeness import completeness
from scripts.commands.usage_export import add_export

if runs():
    from energy.system import WEB
    from energy.views.arrivals import Lot
    from energy.views.point_rows import marks
    from processes.formula_reads import digits_of
    from processes.usage_reads import PointArrivals, PointIndicator, read_arrivals, read_usage

app = group("usage")
add_export(app)
app.command()(by)
app.command()(completeness)
Day = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
LastDay = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])]


@app.command()
def show(
    ctx: typer.Context,
    point: str,
    first: Day,
    last: LastDay,
    every: Every = Every.DAY,
    quantity: str | None = None,
    as_of: str | None = None,
    *,
    as_json: Json = False,
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
        if isinstance(usage, PointIndicator):
            _print_indicator(at, usage)
            return
        rows = [
            (
                each.start,
                each.end,
                None if each.usage is None else Fraction(each.usage) / usage.per_unit,
                usage.unit,
                f"{each.known}/{each.expected}",
                percent(each.completeness),
                at.word(each.quality),
            )
            for each in usage.groups
        ]
        keys = ("from", "to", "usage", "unit", "known", "complete", "quality")
        print_table([at.text(f"head.{key}") for key in keys], rows, right=(2, 4, 5))
        if usage.adjusted:
            print_adjusted(at, usage)
        if usage.as_of is not None:
            print(at.text("usage.as_of", position=usage.as_of, mark=""))


@app.command()
def arrived(
    ctx: typer.Context,
    point: str,
    first: Day,
    last: LastDay,
    since: Annotated[str, typer.Option()],
    until: str | None = None,
    quantity: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what arrived between two figures of usage, from whom, and what each changed."""
    with opened(ctx, WEB) as at:
        with working(at.text("readings.reading")):
            found = read_arrivals(
                at.system.database,
                at.site,
                point,
                first.date(),
                last.date(),
                since=since,
                until=until,
                quantity=quantity,
            )
        if as_json:
            print_json(found)
            return
        _print_arrivals(at, found)


@app.command("marks")
def marks_(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the marks at which usage can be looked up, the newest first."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = marks(connection, at.site.schema)
        if as_json:
            print_json(found)
            return
        keys = ("position", "mark", "instant", "learned_at")
        rows = [
            (
                m.position,
                _mark(at, m.reason),
                *(x.astimezone(at.site.zone) for x in (m.at, m.learned_at)),
            )
            for m in found
        ]
        print_table([at.text(f"head.{key}") for key in keys], rows, right=(0,))


def _mark(at: Opened, reason: str) -> str:
    """Return why a mark was set, its kind in words; what a person or another kind wrote stays."""
    for kind in ("midnight", "bill run", "prepaid settlement", "look for corrections,"):
        if reason.startswith(f"{kind} "):
            return at.text(f"mark.{kind}", what=reason.removeprefix(f"{kind} "))
    return reason


def _print_indicator(at: Opened, found: PointIndicator) -> None:
    """Print what a formula says of no utility: a mean or a ratio a row."""
    rows = [
        (each.start, each.end, digits_of(each.value), found.unit, at.word(each.quality))
        for each in found.groups
    ]
    keys = ("from", "to", "value", "unit", "quality")
    print_table([at.text(f"head.{key}") for key in keys], rows, right=(2,))
    if found.as_of is not None:
        print(at.text("usage.as_of", position=found.as_of, mark=""))


def _print_arrivals(at: Opened, found: PointArrivals) -> None:
    arrivals = found.arrivals
    if arrivals.lots:
        keys = ("position", "learned_at", "arrived", "readings", "day", "before", "after")
        heads = [at.text(f"head.{key}") for key in (*keys, "difference", "intervals")]
        rows = [row for lot in arrivals.lots for row in _rows(at, found, lot)]
        print_table(heads, rows, right=(3, 5, 6, 7, 8))
    else:
        print(at.text("usage.nothing"))
    shown = {
        "before": cell(_units(found, arrivals.before)),
        "after": cell(_units(found, arrivals.after)),
        "difference": cell(_units(found, arrivals.after - arrivals.before)),
    }
    text = at.text(
        "usage.arrived", since=arrivals.since, until=arrivals.until, unit=found.unit, **shown
    )
    print(text)


def _rows(at: Opened, found: PointArrivals, lot: Lot) -> Iterator[tuple[object, ...]]:
    """Yield one row a changed day; what arrived stands in the first."""
    positions = str(lot.first_position)
    if lot.last_position != lot.first_position:
        positions += f"-{lot.last_position}"
    learned = None if lot.learned_to is None else lot.learned_to.astimezone(at.site.zone)
    who = lot.source or (at.name_of(lot.by) if lot.by is not None else lot.reason)
    what = f"{at.word(lot.kind)} {who or ''}"
    head: tuple[object, ...] = (positions, learned, what, lot.readings)
    if not lot.days:
        yield (*head, None, None, None, Fraction(0), 0)
    for day in lot.days:
        before, after = _units(found, day.before), _units(found, day.after)
        yield (*head, day.day, before, after, after - before, day.intervals)
        head = ("", "", "", "")


def _units(found: PointArrivals, base: int) -> Fraction:
    return Fraction(base) / found.per_unit
