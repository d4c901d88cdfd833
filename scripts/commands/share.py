"""In: `share` verbs. Out: common meters divided, shown, explained. I/O: PostgreSQL, files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from energy.base.period import day_period, local_day
from energy.metering.shares.bearer import BearerKind
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_json, print_table, working
from scripts.commands.tree import DONE, FINDINGS, Json, group

if runs():
    from billing.accounts.account import Supply
    from billing.office import BillingOffice
    from dashboards.security.scope import Right
    from energy.metering.shares.version import KeyPortion
    from energy.system import WEB, WRITER
    from energy.views.shares.rows import ShareRow
    from processes.shares.define import Defined, ShareDesk
    from processes.shares.payers import Instead, assign_payer
    from processes.shares.reads import (
        ExplainedDay,
        explain_share,
        list_shares,
        read_bearers_at,
        the_share,
    )

app = group("share")
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]
AtDay = Annotated[datetime | None, typer.Option("--at", formats=["%Y-%m-%d"])]
Reason = Annotated[str, typer.Option()]
DryRun = Annotated[bool, typer.Option("--dry-run")]
SHORT = 8
"""Digits of an id that are shown; any beginning that names one case will do."""
_NOTHING_HELD = ((None, None, None),)


@app.command()
def define(
    ctx: typer.Context, file: Path, by: str | None = None, *, dry_run: DryRun = False
) -> None:
    """Take a share file (TOML) with all in it, or nothing of it (energy manager)."""
    text = file.read_text(encoding="utf-8")
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        at.settle("metering")
        defined = _desk(at).define(text, by=person, dry_run=dry_run)
        at.settle("metering")
        _print_defined(at, defined)


@app.command()
def revise(
    ctx: typer.Context,
    file: Path,
    reason: Reason,
    by: str | None = None,
    *,
    dry_run: DryRun = False,
) -> None:
    """Divide by other keys from their days on; bills issued before keep theirs (energy manager)."""
    text = file.read_text(encoding="utf-8")
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        at.settle("metering")
        defined = _desk(at).revise(text, reason=reason, by=person, dry_run=dry_run)
        at.settle("metering")
        _print_defined(at, defined)


@app.command()
def end(
    ctx: typer.Context,
    key: str,
    day: Day,
    reason: Reason,
    by: str | None = None,
) -> None:
    """Divide no longer from a local day on (energy manager)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        position = _desk(at).end(key, day.date(), reason=reason, by=person)
        at.settle("metering")
        print(at.text("share.ended", share=key, day=day.date(), position=position))


@app.command()
def release(
    ctx: typer.Context,
    kind: BearerKind,
    bearer: str,
    point: str,
    day: Day,
    reason: Reason,
    by: str | None = None,
) -> None:
    """Let a cost bearer hold a point no longer from a local day on (energy manager)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        position = _desk(at).release(kind, bearer, point, day.date(), reason=reason, by=person)
        at.settle("metering")
        print(at.text("share.released", bearer=bearer, point=point, position=position))


@app.command()
def payer(
    ctx: typer.Context,
    account: str,
    point: str,
    tariff: Annotated[str, typer.Option()],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    until: Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"])] = None,
    reason: str | None = None,
    by: str | None = None,
    *,
    instead: Annotated[bool, typer.Option("--instead")] = False,
) -> None:
    """Let an account pay for a share or formula from a local day on (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        why = required(reason, "--reason", at.text("ask.why_instead")) if instead else ""
        at.settle("metering", "books")
        supply = Supply(
            point=point,
            tariff=tariff,
            valid_from=first.date(),
            valid_to=None if until is None else until.date(),
        )
        office = BillingOffice(at.system.database, at.site, at.system.clock, at.system.vault)
        ended = assign_payer(
            at.system.database,
            at.site,
            office,
            account,
            supply,
            instead=Instead(reason=why, by=person) if instead else None,
        )
        at.settle("books")
        key = "share.pays" if until is None else "share.pays_until"
        days = {"day": first.date(), "until": supply.valid_to}
        print(at.text(key, account=account, point=point, **days))
        for other, _ in ended:
            print(at.text("share.pays_no_longer", account=other, point=point, **days))


@app.command("list")
def list_(ctx: typer.Context, as_of: str | None = None, *, as_json: Json = False) -> None:
    """List the apportionments with the key that holds today."""
    with opened(ctx, WEB) as at:
        rows = list_shares(at.system.database, at.site, as_of)
        if as_json:
            print_json(rows)
            return
        today = _day(at, None)
        keys = ("share", "name", "divided", "parts", "by_key", "from", "until_day")
        table = [
            (row.key, row.name, _whole(row), len(row.channels), *_key_cells(at, row, today))
            for row in rows
        ]
        print_table([at.text(f"head.{key}") for key in keys], table, right=(3,))


@app.command()
def show(
    ctx: typer.Context,
    key: str,
    day: AtDay = None,
    as_of: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the dated keys of an apportionment, and how a day was divided."""
    with opened(ctx, WEB) as at:
        row = the_share(at.system.database, at.site, key, as_of)
        if as_json:
            print_json(row)
            return
        meant = _day(at, day)
        print(at.text("share.shown", share=row.key, name=row.name, whole=_whole(row)))
        held = row.held_on(meant)
        table = [
            (
                each.version.valid_from,
                _keys(at, each.version.keys),
                at.text(f"share.vacancy.{each.version.vacancy}"),
                each.version.owner,
                len(each.version.parts),
                each.position,
                "*" if each.version is held else "",
                each.reason,
            )
            for each in row.keys
        ]
        keys = ("from", "by_key", "vacancy", "owner", "parts", "position", "counts_today", "reason")
        print_table([at.text(f"head.{name}") for name in keys], table, right=(4, 5))
        if row.valid_to is not None:
            print(at.text("share.until", day=row.valid_to))
        if held is not None:
            _print_explained(at, explain_share(at.system.database, at.site, key, meant, as_of))


@app.command()
def explain(
    ctx: typer.Context,
    key: str,
    day: Day,
    as_of: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show how a local day was divided, the remainder carried too; exit code 1: not known."""
    with opened(ctx, WEB) as at:
        with working(at.text("readings.reading")):
            found = explain_share(at.system.database, at.site, key, day.date(), as_of)
        if as_json:
            print_json(found)
        else:
            _print_explained(at, found)
        raise typer.Exit(DONE if all(p.usage is not None for p in found.parts) else FINDINGS)


@app.command()
def bearers(ctx: typer.Context, as_of: str | None = None, *, as_json: Json = False) -> None:
    """List cost bearers and the points they hold, with the days."""
    with opened(ctx, WEB) as at:
        found = read_bearers_at(at.system.database, at.site, as_of)
        if as_json:
            print_json(found)
            return
        table = [
            (
                at.text(f"share.kind.{row.kind}"),
                row.bearer.key,
                row.bearer.name,
                row.bearer.account,
                *held,
            )
            for row in found.bearers
            for held in (found.held_by(row) or _NOTHING_HELD)
        ]
        keys = ("kind", "bearer", "name", "account", "point", "from", "until_day")
        print_table([at.text(f"head.{key}") for key in keys], table)


def _desk(at: Opened) -> ShareDesk:
    return ShareDesk(at.system.database, at.site, at.system.clock)


def _day(at: Opened, day: datetime | None) -> date:
    return day.date() if day is not None else local_day(at.system.clock.now(), at.site.zone)


def _whole(row: ShareRow) -> str:
    return row.whole.get("point") or f"{row.whole['utility']}: {row.whole['node']}"


def _keys(at: Opened, keys: Sequence[KeyPortion]) -> str:
    """Return the keys of a version: "area", or "1/2 area + 1/2 own usage"."""
    named = [(key.portion, at.text(f"share.by.{key.by}")) for key in keys]
    if len(named) == 1:
        return named[0][1]
    return " + ".join(f"{portion} {name}" for portion, name in named)


def _key_cells(at: Opened, row: ShareRow, day: date) -> tuple[object, ...]:
    held = row.held_on(day)
    if held is None:
        return None, None, row.valid_to
    return _keys(at, held.keys), held.valid_from, row.valid_to


def _print_defined(at: Opened, defined: Defined) -> None:
    dry = defined.position is None
    for point in defined.points:
        print(at.text("share.point_would" if dry else "share.point", point=point))
    if not (defined.points or defined.shares or defined.bearers or defined.holds or defined.hours):
        print(at.text("share.all_there"))
        return
    counted = {"bearers": defined.bearers, "holds": defined.holds, "hours": defined.hours}
    key = "share.would" if dry else "share.defined"
    shares = ", ".join(defined.shares) or "-"
    print(at.text(key, shares=shares, position=defined.position, **counted))


def _print_explained(at: Opened, found: ExplainedDay) -> None:
    version = found.version
    if version is None:
        print(at.text("share.not_divided", share=found.share, day=found.day))
        return
    running = day_period(found.day, at.site.zone).end > at.system.clock.now()
    if running:
        print(at.text("share.not_over", day=found.day))
    whole = found.known_whole if found.whole is None else found.whole
    text = "share.day" if found.whole is not None else "share.day_in_part"
    shown = {"day": found.day, "whole": whole, "unit": found.base_unit}
    print(at.text(text, share=found.share, keys=_keys(at, version.keys), **shown))
    names = [at.text(f"share.by.{key.by}") for key in version.keys]
    heads = [at.text(f"head.{key}") for key in ("part", "point", "holder")]
    heads += [*names, *(at.text(f"head.{key}") for key in ("portion", "usage", "unit", "carried"))]
    rows = [
        (
            part.part,
            part.point,
            part.holder,
            *(part.weights or (None,) * len(names)),
            None if part.portion is None else str(part.portion),
            part.usage,
            found.base_unit,
            None if part.carried is None else str(part.carried),
        )
        for part in found.parts
    ]
    many = len(names)
    print_table(heads, rows, right=(*range(3, 5 + many), 6 + many))
    known = [part.usage for part in found.parts if part.usage is not None]
    if len(known) == len(found.parts):
        print(at.text("share.adds_up", sum=sum(known), unit=found.base_unit))
    elif found.cases and not running:
        names = [case.hex[:SHORT] for case in found.cases]
        print(at.text("share.in_review", cases=", ".join(names), first=names[0]))
    elif found.unknown:
        print(at.text("share.weight_unknown", parts=", ".join(found.unknown)))
    elif not running:
        print(at.text("share.not_known"))
