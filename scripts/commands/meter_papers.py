"""In: `meter calibrate|facts|due|adjust|...`. Out: certificates, what is due, decisions. I/O."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from billing.money import exact_text
from energy.base.period import local_day
from energy.base.units import to_base
from scripts.commands.asked import runs
from scripts.commands.field_options import (
    documents_of,
    percent_of,
    print_filed,
    remarks_of,
    site_desk_of,
)
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_facts, print_json, print_table
from scripts.commands.tree import DONE, FINDINGS, Json, misused

if runs():
    from adapters.number_text import bounded_decimal, exact_ratio
    from dashboards.security.scope import Right
    from energy.metering.calibration.error_curve import (
        ErrorCurve,
        ErrorCurveError,
        LoadPoint,
        LoadUnit,
        curve_of,
    )
    from energy.metering.channel import Channel
    from energy.metering.meter_papers import Fact
    from energy.system import WEB, WRITER
    from energy.views.adjustments import read_adjustments
    from energy.views.readings_told import channel_of
    from energy.views.registry import load_channels
    from processes.meter_life.adjust import (
        Asked,
        Draft,
        adjustment_named,
        approve_adjustment,
        draft_adjustment,
        propose_adjustment,
        reject_adjustment,
    )
    from processes.meter_life.due import days_of, due_within, state_facts
    from processes.technician_papers import Certificate, calibrate
    from processes.usage_reads import PointUsage

Reason = Annotated[str, typer.Option()]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]
MaybeDay = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
First = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
Last = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])]
SHORT = 8
"""Digits of an id that are shown; any beginning that names one thing will do."""


def add_papers(app: typer.Typer) -> None:
    """Add the verbs of a meter's papers to the group."""
    app.command("calibrate")(calibrate_)
    app.command("facts")(facts_)
    app.command("due")(due_)
    app.command("adjust")(adjust_)
    app.command("approve")(approve_)
    app.command("reject")(reject_)
    app.command("adjustments")(adjustments_)


def calibrate_(
    ctx: typer.Context,
    point: str,
    certificate: Annotated[Path, typer.Option()],
    laboratory: Annotated[str, typer.Option()],
    tested_on: Day,
    valid_until: Day,
    accuracy_class: Annotated[str, typer.Option("--class")] = "",
    error: list[str] | None = None,
    error_after: list[str] | None = None,
    weighted: str | None = None,
    note: str = "",
    *,
    as_json: Json = False,
) -> None:
    """File a certificate with its error curve; usage is never changed by it."""
    with opened(ctx, WRITER) as at:
        filed = calibrate(
            site_desk_of(at),
            point,
            Certificate(
                document=documents_of(at, [certificate])[0],
                laboratory=laboratory,
                tested_on=tested_on.date(),
                valid_until=valid_until.date(),
                error_percent=percent_of(weighted),
            ),
            remarks_of(at, note=note),
            accuracy_class=accuracy_class,
            curve=_curve(error, error_after),
        )
        print_filed(at, filed, as_json=as_json)
        if filed.expired:
            if not as_json:
                print(at.text("field.expired", day=valid_until.date()))
            raise typer.Exit(FINDINGS)


def facts_(
    ctx: typer.Context,
    point: str,
    reason: Reason,
    accuracy_class: Annotated[str | None, typer.Option("--class")] = None,
    seal: list[str] | None = None,
    next_check: MaybeDay = None,
    battery_until: MaybeDay = None,
    by: str | None = None,
    photo: list[Path] | None = None,
    note: str = "",
    *,
    as_json: Json = False,
) -> None:
    """State class, seals, next check or battery of the meter at a point, from now on."""
    with opened(ctx, WRITER) as at:
        facts: dict[Fact, str] = {}
        if accuracy_class:
            facts[Fact.ACCURACY_CLASS] = accuracy_class.strip()
        if seal:
            facts[Fact.SEAL] = ", ".join(seal)
        if next_check is not None:
            facts[Fact.NEXT_CHECK] = next_check.date().isoformat()
        if battery_until is not None:
            facts[Fact.BATTERY_UNTIL] = battery_until.date().isoformat()
        filed = state_facts(
            site_desk_of(at),
            point,
            facts,
            reason=reason,
            by=str(at.person(by, Right.STATE_READINGS)),
            remarks=remarks_of(at, note=note, photo=photo),
        )
        print_filed(at, filed, as_json=as_json)


def due_(ctx: typer.Context, within: str = "90d", *, as_json: Json = False) -> None:
    """List certificates, checks and batteries that end soon; exit 1 when there are any."""
    with opened(ctx, WEB) as at:
        today = local_day(at.system.clock.now(), at.site.zone)
        rows = due_within(at.system.database, at.site, today, days_of(within))
        if as_json:
            print_json(rows)
        elif not rows:
            print(at.text("life.nothing_due", within=within))
        else:
            keys = ("due_on", "days_left", "due", "point", "serial")
            table = [
                (row.day, row.days_left, at.text(f"fact.{row.what}"), row.point, row.serial)
                for row in rows
            ]
            print_table([at.text(f"head.{key}") for key in keys], table, right=(1,))
        raise typer.Exit(FINDINGS if rows else DONE)


def adjust_(
    ctx: typer.Context,
    point: str,
    first: First,
    last: Last,
    reason: Reason,
    error: str | None = None,
    full_load: str | None = None,
    quantity: str | None = None,
    by: str | None = None,
    *,
    dry_run: bool = False,
    as_json: Json = False,
) -> None:
    """Propose what a meter's error adds to the usage of some days; another person approves it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.STATE_READINGS)
        with at.system.database.connection() as connection:
            channel = channel_of(connection, at.site.schema, point, quantity)
        asked = Asked(
            first=first.date(),
            last=last.date(),
            error=percent_of(error),
            full_load=None if full_load is None else _positive(full_load),
        )
        draft = draft_adjustment(at.system.database, at.site, channel, asked)
        identity: UUID | None = None
        if not dry_run:
            identity = propose_adjustment(at.system, at.site, draft, reason=reason, by=person)
        if as_json:
            print_json({"adjustment": identity, "total": draft.total, "draft": draft})
            return
        _print_draft(at, draft, channel)
        if identity is None:
            print(at.text("life.adjust_dry"))
        else:
            print(at.text("life.proposed", id=identity, short=identity.hex[:SHORT]))


def approve_(ctx: typer.Context, adjustment: str, by: str | None = None) -> None:
    """Let an adjustment count, as another person than the one who proposed it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        row = approve_adjustment(at.system, at.site, adjustment, by=person)
        short = row.adjustment.hex[:SHORT]
        print(at.text("life.approved", short=short, position=row.decided_position))


def reject_(ctx: typer.Context, adjustment: str, reason: Reason, by: str | None = None) -> None:
    """Refuse an adjustment; its author may take it back."""
    with opened(ctx, WRITER) as at:
        row = adjustment_named(at.system.database, at.site, adjustment)
        person = at.refuser(by, row.proposed_by)
        reject_adjustment(at.system, at.site, row.adjustment.hex, reason=reason, by=person)
        print(at.text("life.rejected", short=row.adjustment.hex[:SHORT]))


def adjustments_(
    ctx: typer.Context,
    point: Annotated[str | None, typer.Argument()] = None,
    *,
    as_json: Json = False,
) -> None:
    """List adjustments, the newest first."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            every = load_channels(connection, at.site.schema)
            mine = [n for n, c in every.items() if point is None or c.point == point]
            rows = read_adjustments(connection, at.site.schema, channels=mine)
        if as_json:
            print_json(rows)
            return
        keys = [
            *("id", "state", "point", "quantity", "serial", "first_day", "last_day", "added"),
            *("unit", "reason", "proposed_by", "decided_by"),
        ]
        table = [
            (
                *(row.adjustment.hex[:SHORT], at.word(row.state), every[row.channel].point),
                *(every[row.channel].facts.quantity, row.serial, row.first, row.last),
                *(_units(every[row.channel], row.total), every[row.channel].facts.unit),
                *(row.reason, at.name_of(row.proposed_by), at.name_of(row.decided_by)),
            )
            for row in rows
        ]
        print_table([at.text(f"head.{key}") for key in keys], table, right=(7,))


def print_adjusted(at: Opened, usage: PointUsage) -> None:
    """Print what decisions on the meter's error add beside the usage shown."""
    amount = Fraction(sum(amount for _, amount in usage.adjusted)) / usage.per_unit
    told = {"amount": exact_text(amount), "unit": usage.unit, "days": len(usage.adjusted)}
    print(at.text("life.beside", point=usage.point, **told))


def _print_draft(at: Opened, draft: Draft, channel: Channel) -> None:
    unit = channel.facts.unit
    told = draft.basis.error
    print_facts(
        [
            (at.text("head.point"), draft.point),
            (at.text("head.serial"), draft.serial),
            (at.text("head.first_day"), draft.first),
            (at.text("head.last_day"), draft.last),
            (
                at.text("head.error_percent"),
                at.text("life.curve") if told is None else exact_text(told),
            ),
            (at.text("head.usage"), f"{exact_text(_units(channel, draft.usage))} {unit}"),
            (at.text("head.missing"), draft.missing),
            (at.text("head.added"), f"{exact_text(_units(channel, draft.total))} {unit}"),
            (at.text("head.position"), draft.known_position),
        ]
    )


def _units(channel: Channel, base: int) -> Fraction:
    assert channel.facts.utility is not None, "a channel with usage has a utility"
    return Fraction(base) / to_base(channel.facts.utility, channel.facts.unit)


def _curve(before: list[str] | None, after: list[str] | None) -> ErrorCurve | None:
    """Return the curve of LOAD=ERROR words, the loads in percent or, as 5A, in amperes.

    Raises:
        ErrorCurveError: A word is none, or an error after adjustment has none before.
    """
    if not before and not after:
        return None
    found, left = _points(before or ()), _points(after or ())
    units = {unit for unit, _ in (*found, *left)}
    if len(units) != 1 or not set(left) <= set(found):
        raise ErrorCurveError.of("error_curve.unpaired")
    (unit,) = units
    return curve_of(
        unit,
        [
            LoadPoint(load=load, before=error, after=left.get((of, load)))
            for (of, load), error in found.items()
        ],
    )


def _points(words: list[str] | tuple[()]) -> dict[tuple[LoadUnit, Decimal], Decimal]:
    found: dict[tuple[LoadUnit, Decimal], Decimal] = {}
    for word in words:
        load, _, error = (part.strip() for part in word.partition("="))
        unit = LoadUnit.AMPERE if load.upper().endswith("A") else LoadUnit.PERCENT
        at = bounded_decimal(load.upper().rstrip("A%").strip())
        value = bounded_decimal(error.removesuffix("%").strip())
        if at is None or value is None or not (at.is_finite() and value.is_finite()):
            raise ErrorCurveError.of("error_curve.word", word=word)
        if (unit, at) in found:
            raise ErrorCurveError.of("error_curve.twice", load=at, unit=unit.value)
        found[unit, at] = value
    return found


def _positive(text: str) -> Fraction:
    number = exact_ratio(text)
    if number is None:
        raise misused("no_load", value=text)
    return number
