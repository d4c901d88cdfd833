"""In: `place` verbs. Out: the place tree as it was, places changed from a day on. I/O: database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Annotated

import typer
from rich.tree import Tree

from billing.money import exact_text
from energy.base.errors import RefusedError
from energy.base.period import midnight
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import console, harmless, print_json, worded
from scripts.commands.tree import Json, group

if runs():
    from dashboards.security.scope import Right
    from energy.metering.places import AREA, Place, PlaceAct, PlaceChange
    from energy.system import WEB, WRITER
    from energy.views.places import places_at, point_places
    from energy.views.readings_told import position_when
    from processes.plant_acts import attribute_change, change_places, move_points

app = group("place")
Day = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
Reason = Annotated[str, typer.Option()]


@app.command()
def tree(
    ctx: typer.Context,
    at: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    as_of: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the place tree of a day, with its numbers and metering points."""
    with opened(ctx, WEB) as here:
        site = here.site
        instant = here.system.clock.now() if at is None else midnight(at.date(), site.zone)
        with here.system.database.connection() as connection:
            position = position_when(connection, site, as_of)
            places = places_at(connection, site.schema, instant, as_of=position)
            held = point_places(connection, site.schema, instant, as_of=position)
        if as_json:
            print_json({"at": instant, "as_of": position, "places": places, "points": held})
            return
        root = Tree(f"{harmless(site.name)} ({site.key})")
        _grow(here, root, None, places, held)
        console().print(root)


def _grow(
    at: Opened,
    branch: Tree,
    parent: str | None,
    places: Mapping[str, Place],
    held: Mapping[str, str],
) -> None:
    for place in (each for each in places.values() if each.parent == parent):
        words = [place.key, worded(at.language, "place_kind", place.kind)]
        for name, value in sorted(place.attributes.items()):
            words.append(f"{exact_text(value)} m2" if name == AREA else f"{name} {value}")
        label = f"[bold]{harmless(place.name)}[/bold] [dim]{harmless(', '.join(words))}[/dim]"
        node = branch.add(label)
        for point in sorted(point for point, where in held.items() if where == place.key):
            node.add(harmless(point))
        _grow(at, node, place.key, places, held)


@app.command()
def add(
    ctx: typer.Context,
    place: str,
    name: Annotated[str, typer.Option()],
    kind: Annotated[str, typer.Option()],
    first: Day,
    reason: Reason,
    parent: str | None = None,
    by: str | None = None,
) -> None:
    """Add a place from a local day on."""
    facts: dict[str, object] = {"kind": kind, "name": name, "parent": parent, "attributes": {}}
    _change(ctx, PlaceAct.DEFINED, place, facts, first, reason, by)


@app.command()
def move(
    ctx: typer.Context,
    what: str,
    to: Annotated[str, typer.Option()],
    first: Day,
    reason: Reason,
    by: str | None = None,
    *,
    point: bool = False,
) -> None:
    """Let a place hang on another from a local day on, or with --point a metering point."""
    if not point:
        _change(ctx, PlaceAct.MOVED, what, {"parent": to}, first, reason, by)
        return
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        why = required(reason, "--reason", at.text("ask.why_place"))
        position = move_points(
            at.system, at.site, [what], to, first=first.date(), reason=why, by=person
        )
        print(at.text("place.point_moved", point=what, place=to, position=position))


@app.command()
def rename(
    ctx: typer.Context,
    place: str,
    name: Annotated[str, typer.Option()],
    first: Day,
    reason: Reason,
    by: str | None = None,
) -> None:
    """Give a place another name from a local day on."""
    _change(ctx, PlaceAct.RENAMED, place, {"name": name}, first, reason, by)


@app.command("set")
def set_(
    ctx: typer.Context,
    place: str,
    number: str,
    value: str,
    first: Day,
    reason: Reason,
    by: str | None = None,
) -> None:
    """Give a number of a place (area_m2, headcount, ...) from a local day on; a dash ends it."""
    facts = attribute_change(place, number, _number(value), first).facts
    _change(ctx, PlaceAct.VALUED, place, facts, first, reason, by)


@app.command()
def close(
    ctx: typer.Context,
    place: str,
    first: Day,
    reason: Reason,
    by: str | None = None,
) -> None:
    """Let a place be none from a local day on; it must hold nothing any more."""
    _change(ctx, PlaceAct.CLOSED, place, {}, first, reason, by)


def _number(value: str) -> Fraction | None:
    """Return an exact number, None for a dash.

    Raises:
        RefusedError: It is none.
    """
    if value == "-":
        return None
    try:
        number = Fraction(value if "e" not in value.lower() else "")
    except (ValueError, ZeroDivisionError):
        raise RefusedError.of("place.number", value=value) from None
    if number < 0:
        raise RefusedError.of("place.number", value=value)
    return number


def _change(
    ctx: typer.Context,
    act: PlaceAct,
    place: str,
    facts: Mapping[str, object],
    first: datetime,
    reason: str,
    by: str | None,
) -> None:
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        why = required(reason, "--reason", at.text("ask.why_place"))
        since = midnight(first.date(), at.site.zone)
        change = PlaceChange(act=act, place=place, valid_from=since, facts=facts)
        position = change_places(
            at.system, at.site, [change], first=first.date(), reason=why, by=person
        )
        print(at.text("place.changed", place=place, day=first.date(), position=position))
