"""In: `meter list|show`. Out: the meters of a site. I/O: reads through the screens' queries."""

from __future__ import annotations

from typing import Annotated

import typer

from dashboards.queries.rows import MeterPage
from energy.base.errors import UnknownMeterError
from energy.system import WEB
from energy.views.point_rows import SegmentRow, segments_of
from scripts.commands.frame import Opened, group, opened
from scripts.commands.printing import print_facts, print_json, print_table

app = group("meter", "Meters: what they are and what they showed last.")
READINGS = 8


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """List the metering points with their newest reading."""
    with opened(ctx, WEB) as at:
        answer = at.queries.meters(at.scope)
        if as_json:
            print_json(answer)
            return
        keys = ("point", "name", "utility", "serial", "profile", "reading", "unit", "at", "quality")
        rows = [
            (m.point, m.name, m.utility, m.serial, m.profile, m.last, m.unit, m.last_at, m.quality)
            for m in answer.rows
        ]
        print_table([at.text(f"head.{key}") for key in keys], rows, right=(5,))
        print(at.text("as_of", position=answer.as_of, age=answer.age_s))


@app.command()
def show(
    ctx: typer.Context,
    point: Annotated[str, typer.Argument(help="The metering point.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Show a metering point: plate, channels, segments, last readings."""
    with opened(ctx, WEB) as at:
        answer = at.queries.meter(at.scope, point)
        if answer is None:
            raise UnknownMeterError(point)
        with at.system.database.connection() as connection:
            segments = segments_of(connection, at.site.schema, point)
        if as_json:
            print_json({"meter": answer, "segments": segments})
            return
        _print_plate(at, answer.rows)
        _print_tables(at, answer.rows, segments)
        print(at.text("as_of", position=answer.as_of, age=answer.age_s))


def _print_plate(at: Opened, page: MeterPage) -> None:
    plate = page.plate
    rows = [
        ("point", plate.point),
        ("name", plate.name),
        ("place", plate.place),
        ("utility", plate.utility),
        ("serial", plate.serial),
        ("profile", plate.profile),
        ("source", plate.source),
        ("address", plate.address),
        ("multiplier", plate.multiplier),
        ("seal", plate.seal),
        ("commissioned", plate.commissioned_at),
    ]
    print_facts([(at.text(f"head.{key}"), value) for key, value in rows])


def _print_tables(at: Opened, page: MeterPage, segments: list[SegmentRow]) -> None:
    print()
    keys = ("channel", "quantity", "kind", "reading", "unit", "at", "quality")
    rows: list[tuple[object, ...]] = [
        (r.channel, r.quantity, r.kind, r.last, r.unit, r.last_at, r.quality)
        for r in page.registers
    ]
    print_table([at.text(f"head.{key}") for key in keys], rows, right=(0, 3))
    print()
    keys = ("serial", "quantity", "from", "to", "multiplier", "first_count", "last_count")
    rows = [
        (s.serial, s.quantity, s.start, s.end, s.multiplier, s.start_count, s.end_count)
        for s in segments
    ]
    print_table([at.text(f"head.{key}") for key in keys], rows, right=(5, 6))
    print()
    heads = ("at", "quantity", "reading", "unit", "quality", "position")
    newest: list[tuple[object, ...]] = [
        (r.at, r.quantity, r.value, r.unit, r.quality, r.position) for r in page.readings[:READINGS]
    ]
    print_table([at.text(f"head.{key}") for key in heads], newest, right=(2, 5))
