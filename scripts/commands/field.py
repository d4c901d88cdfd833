"""In: `field check|commission|replace|health`. Out: a meter at work, or looked at. I/O: Modbus."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

import click
import typer

from energy.base.units import Utility
from energy.system import WRITER
from processes.technician import Technician
from processes.technician_checks import Check
from processes.technician_desk import FieldDesk
from processes.technician_values import Done, Installed, NewPoint, Removed, Witnesses
from scripts.commands.field_health import health
from scripts.commands.frame import Opened, group, opened, required
from scripts.commands.printing import pause_with_bar, print_facts, print_json, print_table

app = group("field", "The technician's commands. They read meters and never write to one.")
app.command()(health)
WATCH_S = 10

Unit = Annotated[int | None, typer.Option(help="Unit number of the device, 1 to 247.")]
Serial = Annotated[str | None, typer.Option(help="Serial on the plate.")]
Shown = Annotated[
    list[str] | None,
    typer.Option("--display", help="What the display shows now; QUANTITY=VALUE for another."),
]
Source = Annotated[str | None, typer.Option(help="Key of the source, e.g. modbus-1.")]
Profile = Annotated[str | None, typer.Option(help="Id of the register map.")]
Multiplier = Annotated[str | None, typer.Option(help="Ratio of the transformers, e.g. 40.")]
Who = Annotated[str, typer.Option(help="Name or sign-in; stored sealed.")]
Seal = Annotated[list[str] | None, typer.Option(help="Number of a seal; repeat.")]
Note = Annotated[str, typer.Option(help="Anything worth keeping.")]
Watch = Annotated[int, typer.Option(min=0, max=3600, help="Seconds to watch the counter.")]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


@app.command()
def check(
    ctx: typer.Context,
    source: Source = None,
    unit: Unit = None,
    profile: Profile = None,
    watch: Watch = 0,
    *,
    as_json: Json = False,
) -> None:
    """Look at a device: what it answers, and what speaks for and against it. Writes nothing."""
    with opened(ctx, WRITER) as at:
        answered, checks = _technician(at).check(
            source=_asked(at, source, "source"),
            unit=_unit(at, unit),
            profile=_asked(at, profile, "profile"),
            watch_s=watch,
        )
        values = answered.observed.values
        if as_json:
            print_json({"at": answered.at, "values": values, "checks": checks})
            return
        units = {quantity: answered.map.point(quantity).unit for quantity in values}
        print_facts([(q, f"{_digits(v)} {units[q]}") for q, v in values.items()])
        _print_checks(at, checks)


@app.command()
def commission(
    ctx: typer.Context,
    point: Annotated[str | None, typer.Option(help="Key of the metering point.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of a new point.")] = None,
    place: Annotated[str | None, typer.Option(help="Place of a new point.")] = None,
    utility: Annotated[str | None, typer.Option(help="Utility of a new point.")] = None,
    source: Source = None,
    unit: Unit = None,
    profile: Profile = None,
    serial: Serial = None,
    display: Shown = None,
    quantities: Annotated[
        list[str] | None, typer.Option(help="Channel of a new point; repeat.")
    ] = None,
    technician: Who = "",
    witness: Who = "",
    seal: Seal = None,
    multiplier: Multiplier = None,
    note: Note = "",
    watch: Watch = WATCH_S,
    *,
    as_json: Json = False,
) -> None:
    """Put a meter to work at a new or planned point, after comparing it with its display."""
    with opened(ctx, WRITER) as at:
        desk = _technician(at)
        point = _asked(at, point, "point")
        new = None
        if not desk.knows(point):
            new = NewPoint(
                name=_asked(at, name, "name"),
                place=_asked(at, place, "place"),
                utility=_utility(_asked(at, utility, "utility")),
                quantities=tuple(quantities or ()),
            )
        installed = Installed(
            point=point,
            unit=_unit(at, unit),
            serial=_asked(at, serial, "serial"),
            displays=_displays(at, display, "display"),
            source=_asked(at, source, "source"),
            profile=_asked(at, profile, "profile"),
            multiplier=_ratio(multiplier),
            people=Witnesses(technician=technician, witness=witness),
            seals=tuple(seal or ()),
            note=note,
        )
        _print_done(at, desk.commission(installed, new, watch_s=watch), as_json=as_json)


@app.command()
def replace(
    ctx: typer.Context,
    point: Annotated[str | None, typer.Option(help="Key of the metering point.")] = None,
    unit: Unit = None,
    serial: Serial = None,
    final_display: Annotated[
        list[str] | None, typer.Option(help="Last display of the meter that goes.")
    ] = None,
    display: Shown = None,
    reason: Annotated[str | None, typer.Option(help="Why it is replaced.")] = None,
    source: Source = None,
    profile: Profile = None,
    technician: Who = "",
    witness: Who = "",
    seal: Seal = None,
    multiplier: Multiplier = None,
    note: Note = "",
    watch: Watch = WATCH_S,
    *,
    as_json: Json = False,
) -> None:
    """Put another meter in place of the one at a point; both parts stay billable."""
    with opened(ctx, WRITER) as at:
        desk = _technician(at)
        installed = Installed(
            point=_asked(at, point, "point"),
            unit=_unit(at, unit),
            serial=_asked(at, serial, "serial"),
            displays=_displays(at, display, "display"),
            source=source or "",
            profile=profile or "",
            multiplier=_ratio(multiplier),
            people=Witnesses(technician=technician, witness=witness),
            seals=tuple(seal or ()),
            note=note,
        )
        removed = Removed(
            displays=_displays(at, final_display, "final-display"),
            reason=_asked(at, reason, "reason"),
        )
        _print_done(at, desk.replace(installed, removed, watch_s=watch), as_json=as_json)


def _technician(at: Opened) -> Technician:
    def pause(seconds: int) -> None:
        pause_with_bar(at.text("field.watching", seconds=seconds), seconds)

    desk = FieldDesk(
        at.system,
        at.site,
        plan_file=at.installation.plan_file_of(at.site.key),
        environment=at.installation.environment,
        pause=pause,
    )
    return Technician(desk)


def _asked(at: Opened, value: str | None, option: str) -> str:
    return required(value, f"--{option}", at.text(f"ask.{option.replace('-', '_')}"))


def _unit(at: Opened, unit: int | None) -> int:
    text = _asked(at, None if unit is None else str(unit), "unit")
    if not text.isdecimal():
        raise click.UsageError(f"--unit {text!r} is no number.")
    return int(text)


def _displays(at: Opened, given: list[str] | None, option: str) -> tuple[str, ...]:
    return tuple(given) if given else (_asked(at, None, option),)


def _utility(text: str) -> str:
    if text not in set(Utility):
        raise click.UsageError(f"--utility {text!r} is none of {', '.join(Utility)}.")
    return text


def _ratio(text: str | None) -> Fraction | None:
    if text is None:
        return None
    try:
        ratio = Fraction(text)
    except (ValueError, ZeroDivisionError):
        ratio = Fraction(0)
    if ratio <= 0:
        raise click.UsageError(f"--multiplier {text!r} is no ratio such as 40 or 2000/5.")
    return ratio


def _digits(value: Fraction) -> str:
    return format(float(value), ",.2f").replace(",", " ")  # for eyes only


def _print_done(at: Opened, done: Done, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    if done.again:
        print(at.text("field.again", point=done.point, serial=done.serial, at=done.at))
        return
    _print_checks(at, done.checks)
    rows: list[tuple[str, object]] = [
        (at.text("head.point"), done.point),
        (at.text("head.serial"), done.serial),
        (at.text("head.at"), done.at),
        (at.text("head.position"), done.position),
    ]
    rows += [(f"{at.text('head.last_count')} {q}", n) for q, n in done.final_counts.items()]
    rows += [(f"{at.text('head.first_count')} {q}", n) for q, n in done.counts.items()]
    print_facts(rows)
    print(at.text("field.collected" if done.collected else "field.not_collected"))


def _print_checks(at: Opened, checks: tuple[Check, ...] | list[Check]) -> None:
    heads = [at.text(f"head.{key}") for key in ("check", "outcome", "text")]
    print_table(heads, [(check.name, check.outcome, check.text) for check in checks])
