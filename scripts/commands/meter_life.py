"""In: `meter reset|reverse|move|retire|life`. Out: the act in the journal, the life shown. I/O.

What the office states; the technician's own verbs ask the device (`field retire`).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from billing.money import display_text
from scripts.commands.asked import runs
from scripts.commands.field_options import ratio_of, remarks_of, site_desk_of
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import (
    cell,
    in_zone,
    plain,
    print_facts,
    print_json,
    print_table,
    worded,
    working,
)
from scripts.commands.tree import FINDINGS, Json, misused

if runs():
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER
    from processes.meter_life.acts import move, retire, reverse
    from processes.meter_life.resets import ResetDone, record_reset, withdraw_reset
    from processes.meter_life.segments import LifeRow, life_of
    from processes.meter_life.stated import LifeDone, Stated
    from processes.readings_file import instant_of

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
    undo: bool = False,
    as_json: Json = False,
) -> None:
    """Record that registers of a meter fell without a rollover; usage on both sides stays whole."""
    if undo and (before or after):
        raise misused("undo_counts")
    with opened(ctx, WRITER) as at:
        desk, instant = site_desk_of(at), instant_of(when, at.site.zone)
        stated = _stated(at, by, reason, photo, note)
        if undo:
            found = withdraw_reset(desk, point, instant, stated=stated)
        else:
            found = record_reset(
                desk, point, instant, before=before or (), after=after or (), stated=stated
            )
        _print_done(
            at, found.done, "withdrawn" if undo else "reset", as_json=as_json,
            explained=found.explained, open_falls=found.open_falls,
        )  # fmt: skip
        wrong = not _print_falls(at, found, when, undo=undo, silent=as_json)
        if wrong:
            raise typer.Exit(FINDINGS)


def _print_falls(at: Opened, found: ResetDone, when: str, *, undo: bool, silent: bool) -> bool:
    """Say whether the fall is explained; return whether all is well now."""
    told = {"point": found.done.point, "at": f'"{when}"'}
    texts = []
    for fall in found.open_falls:
        first, last = in_zone(fall.key.start, at.site.zone), in_zone(fall.end, at.site.zone)
        key = "life.withdrawn_open" if undo else "life.reset_open"
        texts.append(at.text(key, **told, first=cell(first), last=cell(last)))
    if not undo and not found.open_falls:
        if found.explained:
            texts.append(at.text("life.reset_explained", number=found.explained))
        elif found.counted_on:
            texts.append(at.text("life.reset_counted_on", **told))
        elif not found.done.again:
            texts.append(at.text("life.reset_no_finding"))
    for text in () if silent else texts:
        print(text)
    return not found.open_falls and (undo or not found.counted_on)


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
        if done.left is not None and not as_json:
            ends = (done.left.first, done.left.last)
            first, last = (each.astimezone(at.site.zone) for each in ends)
            days = {"day": first.date(), "last_day": last.date(), "first": first, "last": last}
            print(at.text("life.left", old=point, point=to, count=done.left.readings, **days))


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
        *("first_shown", "last_shown", "usage", "unit", "missing", "position"),
    ]
    table = [
        (
            *(quantity(row.quantity), row.serial, in_zone(row.start, zone), in_zone(row.end, zone)),
            *(row.multiplier, quantity(row.register)),
            *(_shown(row.start_count, row), _shown(row.end_count, row)),
            *(Fraction(row.usage) / row.per_unit, row.unit, row.missing, row.position),
        )
        for row in rows
    ]
    heads = [at.text(f"head.{key}") for key in keys]
    print_table(heads, table, right=(6, 7, 8, 10, 11), below=(0, 4, 5, 6, 7, 10, 11))


def _shown(count: int | None, row: LifeRow) -> str | None:
    """Return a count as the display shows it. [unit]."""
    return None if count is None else display_text(count, row.resolution)


def _stated(at: Opened, by: str | None, reason: str, photo: list[Path] | None, note: str) -> Stated:
    return Stated(
        reason=reason,
        by=str(at.person(by, Right.STATE_READINGS)),
        remarks=remarks_of(at, note=note, photo=photo),
    )


def _print_done(at: Opened, done: LifeDone, what: str, *, as_json: bool, **told: object) -> None:
    if as_json:
        beside = {name: told[name] for name in ("explained", "open_falls") if name in told}
        print_json(plain(done) | beside)
        return
    if done.again:
        print(at.text("life.again", point=done.point))
        return
    first = "first_count" if what == "moved" else "count_before"
    rows: list[tuple[str, object]] = [
        (at.text("head.point"), done.point),
        (at.text("head.serial"), done.serial or None),
        (at.text("head.at"), in_zone(done.at, at.site.zone)),
        *_counts(at, first, done.counts, done.displays),
        *_counts(at, "count_after", done.new_counts, done.new_displays),
        (at.text("head.position"), done.position),
    ]
    print_facts(rows)
    print(at.text(f"life.{what}", point=done.point, **told))


def _counts(
    at: Opened, head: str, counts: Mapping[str, int], displays: Mapping[str, str]
) -> list[tuple[str, object]]:
    """Return what registers showed as rows: the display with its unit, the count beside it."""
    return [
        (
            f"{at.text(f'head.{head}')}: {worded(at.language, 'quantity', quantity)}",
            at.text("life.count", display=displays[quantity], count=count),
        )
        for quantity, count in counts.items()
    ]
