"""In: `field commission|replace|health`. Out: a meter at work, or looked at. I/O: Modbus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from energy.base.roles import WRITER
from processes.technician import Technician
from processes.technician_acts import Commission, Replace
from processes.technician_values import Done, Installed, NewPoint, Removed, Witnesses
from scripts.commands.field_gaps import gaps
from scripts.commands.field_health import health
from scripts.commands.field_laptop import add_laptop
from scripts.commands.field_look import add_looks
from scripts.commands.field_map import add_brokers
from scripts.commands.field_options import (
    FinalShown,
    Json,
    Location,
    Multiplier,
    Note,
    Photo,
    Point,
    Profile,
    Seal,
    Serial,
    Shown,
    SideText,
    Source,
    Unit,
    Watch,
    Who,
    asked,
    desk_of,
    displays_given,
    documents_of,
    judged,
    print_collected,
    print_done,
    ratio_of,
    side_of,
    utility_of,
)
from scripts.commands.field_pack import add_packs
from scripts.commands.field_paper import add_papers
from scripts.commands.field_record import add_records
from scripts.commands.field_round import add_rounds
from scripts.commands.field_sight import (
    AddressPart,
    ClampText,
    LoadText,
    MeterNumber,
    PlateRatio,
    RegisterSerial,
    address_given,
    checked_before,
    of_old,
    sighted_of,
)
from scripts.commands.field_tenant import app as tenant
from scripts.commands.frame import Opened, group, opened

SUMMARY = "The technician's commands. They read meters and never write to one."
app = group("field", SUMMARY)
app.command()(health)
app.command()(gaps)
add_looks(app)
add_brokers(app)
add_records(app)
add_papers(app)
add_rounds(app)
app.add_typer(tenant)
add_packs(app)
add_laptop(app, SUMMARY)
WATCH_S = 10


@app.command()
def commission(
    ctx: typer.Context,
    point: Point = None,
    name: Annotated[str | None, typer.Option(help="Name of a new point.")] = None,
    place: Annotated[str | None, typer.Option(help="Place of a new point.")] = None,
    utility: Annotated[str | None, typer.Option(help="Utility of a new point.")] = None,
    source: Source = None,
    unit: Unit = None,
    meter: MeterNumber = None,
    address: AddressPart = None,
    profile: Profile = None,
    serial: Serial = None,
    register_serial: RegisterSerial = "",
    display: Shown = None,
    quantities: Annotated[
        list[str] | None, typer.Option(help="Channel of a new point; repeat.")
    ] = None,
    technician: Who = "",
    witness: Who = "",
    seal: Seal = None,
    ratio: PlateRatio = None,
    multiplier: Multiplier = None,
    side: SideText = None,
    load: LoadText = None,
    clamp: ClampText = None,
    location: Location = "",
    photo: Photo = None,
    note: Note = "",
    watch: Watch = WATCH_S,
    *,
    as_json: Json = False,
) -> None:
    """Put a meter to work at a new or planned point, after comparing it with its display."""
    with opened(ctx, WRITER) as at:
        desk, point = desk_of(at), asked(at, point, "point")
        new = None
        if not Technician(desk).knows(point):
            new = _new_point(at, name, place, utility, quantities or ())
        its = desk.source(asked(at, source, "source"))
        where, profile = address_given(at, its, unit, meter, address), asked(at, profile, "profile")
        installed = Installed(
            point=point,
            address=where,
            serial=asked(at, serial, "serial"),
            register_serial=register_serial,
            displays=displays_given(at, display, "display"),
            source=its.key,
            profile=profile,
            multiplier=ratio_of(multiplier),
            side=side_of(side),
            sighted=sighted_of(ratio, load, clamp, checked_before(at, its, where, profile)),
            people=Witnesses(technician=technician, witness=witness),
            seals=tuple(seal or ()),
            note=note,
            location=location,
            photos=documents_of(at, photo),
        )
        done = desk.act(Commission(installed=installed, new=new, watch_s=watch))
        _finish(at, judged(done), as_json=as_json)


def _new_point(
    at: Opened,
    name: str | None,
    place: str | None,
    utility: str | None,
    quantities: Sequence[str],
) -> NewPoint:
    """Return what a new point is, asked for where it was not said."""
    return NewPoint(
        name=asked(at, name, "name"),
        place=asked(at, place, "place"),
        utility=utility_of(asked(at, utility, "utility")),
        quantities=tuple(quantities),
    )


@app.command()
def replace(
    ctx: typer.Context,
    point: Point = None,
    unit: Unit = None,
    meter: MeterNumber = None,
    address: AddressPart = None,
    serial: Serial = None,
    register_serial: RegisterSerial = "",
    final_display: FinalShown = None,
    display: Shown = None,
    reason: Annotated[str | None, typer.Option(help="Why it is replaced.")] = None,
    source: Source = None,
    profile: Profile = None,
    technician: Who = "",
    witness: Who = "",
    seal: Seal = None,
    ratio: PlateRatio = None,
    multiplier: Multiplier = None,
    side: SideText = None,
    load: LoadText = None,
    clamp: ClampText = None,
    location: Location = "",
    photo: Photo = None,
    note: Note = "",
    watch: Watch = WATCH_S,
    *,
    as_json: Json = False,
) -> None:
    """Put another meter in place of the one at a point; both parts stay billable."""
    with opened(ctx, WRITER) as at:
        desk, point = desk_of(at), asked(at, point, "point")
        source, profile = of_old(desk, point, source, profile)
        its = desk.source(source)
        where = address_given(at, its, unit, meter, address)
        installed = Installed(
            point=point,
            address=where,
            serial=asked(at, serial, "serial"),
            register_serial=register_serial,
            displays=displays_given(at, display, "display"),
            source=source,
            profile=profile,
            multiplier=ratio_of(multiplier),
            side=side_of(side),
            sighted=sighted_of(ratio, load, clamp, checked_before(at, its, where, profile)),
            people=Witnesses(technician=technician, witness=witness),
            seals=tuple(seal or ()),
            note=note,
            location=location,
            photos=documents_of(at, photo),
        )
        removed = Removed(
            displays=displays_given(at, final_display, "final-display"),
            reason=asked(at, reason, "reason"),
        )
        done = desk.act(Replace(installed=installed, removed=removed, watch_s=watch))
        _finish(at, judged(done), as_json=as_json)


def _finish(at: Opened, done: Done, *, as_json: bool) -> None:
    print_done(at, done, as_json=as_json)
    if not as_json and not done.again:
        print_collected(at, done)
