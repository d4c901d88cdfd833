"""In: `meter reset|reverse|move|retire|life`. Out: the act in the journal, the life shown. I/O.

What the office states; the technician's own verbs ask the device (`field retire`).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from dashboards.security.scope import Right
from energy.system import WEB, WRITER
from processes.meter_life.acts import LifeDone, Stated, move, record_reset, retire, reverse
from processes.meter_life.segments import LifeRow, life_of
from processes.readings_file import instant_of
from scripts.commands.field_options import ratio_of, remarks_of, site_desk_of
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import (
    in_zone,
    print_facts,
    print_json,
    print_table,
    worded,
    working,
)
from scripts.commands.tree import FINDINGS

Json = Annotated[bool, typer.Option("--json")]
Reason = Annotated[str, typer.Option()]
When = Annotated[str, typer.Option("--at")]


def add_life(app: typer.Typer) -> None:
    """Add the verbs of a meter's life to the group."""
    app.command("reset")(reset_)
    app.command("reverse")(reverse_)
    app.command("move")(move_)
    app.command("retire")(retire_)
    app.command("life")(life_)


def reset_(
    ctx: typer.Context,
    point: str,
    when: When,
    reason: Reason,
    before: list[str] | None = None,
    after: list[str] | None = None,
    by: str | None = None,
    photo: list[Path] | None = None,
    note: str = "",
    *,
    as_json: Json = False,
) -> None:
    """Record that registers of a meter fell without a rollover; usage on both sides stays whole."""
    with opened(ctx, WRITER) as at:
        done = record_reset(
            site_desk_of(at),
            point,
            instant_of(when, at.site.zone),
            before=before or (),
            after=after or (),
            stated=_stated(at, by, reason, photo, note),
        )
        _print_done(at, done, "reset", as_json=as_json)


def reverse_(
    ctx: typer.Context,
    point: str,
    first: Annotated[str, typer.Option("--from")],
    reason: Reason,
    last: Annotated[str | None, typer.Option("--to")] = None,
    count: list[str] | None = None,
    end_count: list[str] | None = None,
    by: str | None = None,
    photo: list[Path] | None = None,
    note: str = "",
    *,
    straight: bool = False,
    as_json: Json = False,
) -> None:
    """Let import be counted by the export register over a span: it was wired the wrong way."""
    with opened(ctx, WRITER) as at:
        done = reverse(
            site_desk_of(at),
            point,
            instant_of(first, at.site.zone),
            None if last is None else instant_of(last, at.site.zone),
            start_counts=count or (),
            end_counts=end_count or (),
            straight=straight,
            stated=_stated(at, by, reason, photo, note),
        )
        what = "straight" if straight else "reversed" if done.fed else "barred"
        _print_done(at, done, what, as_json=as_json)
        if not done.fed:
            raise typer.Exit(FINDINGS)


def move_(
    ctx: typer.Context,
    point: str,
    to: str,
    when: When,
    reason: Reason,
    count: list[str] | None = None,
    final_count: list[str] | None = None,
    multiplier: str | None = None,
    by: str | None = None,
    photo: list[Path] | None = None,
    note: str = "",
    *,
    as_json: Json = False,
) -> None:
    """Let the meter of one point serve another from an instant on, both at once."""
    with opened(ctx, WRITER) as at:
        done = move(
            site_desk_of(at),
            point,
            to,
            instant_of(when, at.site.zone),
            counts=count or (),
            final_counts=final_count or (),
            multiplier=ratio_of(multiplier),
            stated=_stated(at, by, reason, photo, note),
        )
        _print_done(at, done, "moved", as_json=as_json, old=point)


def retire_(
    ctx: typer.Context,
    point: str,
    when: When,
    reason: Reason,
    count: list[str] | None = None,
    by: str | None = None,
    photo: list[Path] | None = None,
    note: str = "",
    *,
    as_json: Json = False,
) -> None:
    """Record that the meter of a point was taken away; what it counted stays billable."""
    with opened(ctx, WRITER) as at:
        done = retire(
            site_desk_of(at),
            point,
            instant_of(when, at.site.zone),
            counts=count or (),
            stated=_stated(at, by, reason, photo, note),
        )
        _print_done(at, done, "retired", as_json=as_json)


def life_(ctx: typer.Context, point: str, *, as_json: Json = False) -> None:
    """Show the life of a point through its meters: counts at each change, usage of each part."""
    with opened(ctx, WEB) as at:
        with working(at.text("life.reading")):
            rows = life_of(at.system.database, at.site, point)
        if as_json:
            print_json(rows)
            return
        print_life(at, rows)


def print_life(at: Opened, rows: list[LifeRow]) -> None:
    """Print the life of a point as a table."""
    zone = at.site.zone

    def quantity(name: str) -> object:
        return worded(at.language, "quantity", name)

    keys = [
        *("quantity", "serial", "from", "to", "multiplier", "fed_by"),
        *("first_count", "last_count", "usage", "unit", "missing", "position"),
    ]
    table = [
        (
            *(quantity(row.quantity), row.serial, in_zone(row.start, zone), in_zone(row.end, zone)),
            *(row.multiplier, quantity(row.register), row.start_count, row.end_count),
            *(Fraction(row.usage) / row.per_unit, row.unit, row.missing, row.position),
        )
        for row in rows
    ]
    print_table([at.text(f"head.{key}") for key in keys], table, right=(6, 7, 8, 10, 11))


def _stated(at: Opened, by: str | None, reason: str, photo: list[Path] | None, note: str) -> Stated:
    return Stated(
        reason=reason,
        by=str(at.person(by, Right.STATE_READINGS)),
        remarks=remarks_of(at, note=note, photo=photo),
    )


def _print_done(at: Opened, done: LifeDone, what: str, *, as_json: bool, **told: object) -> None:
    if as_json:
        print_json(done)
        return
    if done.again:
        print(at.text("life.again", point=done.point))
        return
    rows: list[tuple[str, object]] = [
        (at.text("head.point"), done.point),
        (at.text("head.serial"), done.serial or None),
        (at.text("head.at"), in_zone(done.at, at.site.zone)),
        *_counts(at, "first_count" if what == "moved" else "count_before", done.counts),
        *_counts(at, "count_after", done.new_counts),
        (at.text("head.position"), done.position),
    ]
    print_facts(rows)
    print(at.text(f"life.{what}", point=done.point, **told))


def _counts(at: Opened, head: str, counts: Mapping[str, int]) -> list[tuple[str, object]]:
    return [
        (f"{at.text(f'head.{head}')}: {worded(at.language, 'quantity', quantity)}", count)
        for quantity, count in counts.items()
    ]
