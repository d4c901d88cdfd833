"""In: `field commission|replace|health`. Out: a meter at work, or looked at. I/O: Modbus."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from energy.base.roles import WRITER
from scripts.commands.asked import runs
from scripts.commands.field_gaps import gaps
from scripts.commands.field_health import health
from scripts.commands.field_laptop import add_laptop
from scripts.commands.field_look import add_looks
from scripts.commands.field_map import add_brokers
from scripts.commands.field_options import (
    Watch,
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
from scripts.commands.field_sight import address_given, checked_before, of_old, sighted_of
from scripts.commands.field_tenant import app as tenant
from scripts.commands.frame import Opened, opened
from scripts.commands.tree import Json, group

if runs():
    from processes.technician import Technician
    from processes.technician_acts import Commission, Replace
    from processes.technician_values import Done, Installed, NewPoint, Removed, Witnesses

app = group("field")
app.command()(health)
app.command()(gaps)
add_looks(app)
add_brokers(app)
add_records(app)
add_papers(app)
add_rounds(app)
app.add_typer(tenant)
add_packs(app)
add_laptop(app)
WATCH_S = 10


@app.command()
def commission(
    ctx: typer.Context,
    point: str | None = None,
    name: str | None = None,
    place: str | None = None,
    utility: str | None = None,
    source: str | None = None,
    unit: int | None = None,
    meter: str | None = None,
    address: list[str] | None = None,
    profile: str | None = None,
    serial: str | None = None,
    register_serial: str = "",
    display: list[str] | None = None,
    quantities: list[str] | None = None,
    technician: str = "",
    witness: str = "",
    seal: list[str] | None = None,
    ratio: str | None = None,
    multiplier: str | None = None,
    side: str | None = None,
    load: str | None = None,
    clamp: str | None = None,
    location: str = "",
    photo: list[Path] | None = None,
    note: str = "",
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
    point: str | None = None,
    unit: int | None = None,
    meter: str | None = None,
    address: list[str] | None = None,
    serial: str | None = None,
    register_serial: str = "",
    final_display: list[str] | None = None,
    display: list[str] | None = None,
    reason: str | None = None,
    source: str | None = None,
    profile: str | None = None,
    technician: str = "",
    witness: str = "",
    seal: list[str] | None = None,
    ratio: str | None = None,
    multiplier: str | None = None,
    side: str | None = None,
    load: str | None = None,
    clamp: str | None = None,
    location: str = "",
    photo: list[Path] | None = None,
    note: str = "",
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
