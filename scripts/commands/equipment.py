"""In: `equipment` verbs. Out: equipment registered, related, certified, shown. I/O: desks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.equipment_frame import (
    about,
    day_meant,
    desk_of,
    end_meant,
    heads,
    one_of,
    piece_named,
    pieces,
    print_orders,
    print_piece,
    print_relations,
    quoted,
    relation_meant,
)
from scripts.commands.equipment_plan import add_plans
from scripts.commands.field_options import documents_of
from scripts.commands.frame import opened, required
from scripts.commands.printing import cell, in_zone, print_json, print_table
from scripts.commands.tree import DONE, FINDINGS, Json, group

if runs():
    from dashboards.security.scope import Right
    from energy.service.equipment.reads import (
        read_certificates,
        read_certificates_due,
        read_history,
        read_orders_about,
        read_relations,
    )
    from energy.service.equipment.told import details_of
    from energy.service.equipment.words import EquipmentClass, Facts
    from energy.system import WEB, WRITER

app = group("equipment")
add_plans(app)
MaybeDay = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]


@app.command()
def register(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="CLASS")],
    name: str,
    place: Annotated[str, typer.Option()],
    maker: str = "",
    type_: Annotated[str, typer.Option("--type")] = "",
    serial: str = "",
    since: MaybeDay = None,
    by: str | None = None,
) -> None:
    """Register a piece of equipment; it gets its number."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        facts = Facts(
            kind=EquipmentClass(one_of(kind, "CLASS", EquipmentClass)),
            name=name,
            place=place,
            maker=maker,
            type=type_,
            serial=serial,
        )
        first = day_meant(at, since)
        said = (*facts.to_json().values(), first.isoformat(), str(person))
        equipment = desk_of(at).register(
            facts,
            since=first,
            by=person,
            command_id=id_of("command", "register equipment", at.site.key, *quoted(said)),
        )
        at.settle("operations")
        (number,) = [row.number for row in pieces(at) if row.equipment == equipment]
        print(at.text("equipment.registered", number=number))


@app.command()
def change(
    ctx: typer.Context,
    equipment: str,
    kind: Annotated[str | None, typer.Option("--class")] = None,
    name: str | None = None,
    place: str | None = None,
    maker: str | None = None,
    type_: Annotated[str | None, typer.Option("--type")] = None,
    serial: str | None = None,
    on: MaybeDay = None,
    by: str | None = None,
) -> None:
    """Let a piece be something else, or stand elsewhere, from a day on."""
    with opened(ctx, WRITER) as at:
        person, row, day = (
            at.person(by, Right.PLAN_WORK),
            piece_named(at, equipment),
            day_meant(at, on),
        )
        said = {
            "kind": None if kind is None else one_of(kind, "--class", EquipmentClass),
            "name": name,
            "place": place,
            "maker": maker,
            "type": type_,
            "serial": serial,
        }
        facts = row.facts(**{key: value for key, value in said.items() if value is not None})
        words = (*facts.to_json().values(), day.isoformat(), str(person))
        desk_of(at).change(
            row.equipment,
            facts,
            on=day,
            by=person,
            command_id=id_of("command", "change equipment", *about(row), *quoted(words)),
        )
        at.settle("operations")
        print(at.text("equipment.changed", number=row.number, day=day))


@app.command()
def relate(
    ctx: typer.Context,
    equipment: str,
    relation: str,
    to: str,
    on: MaybeDay = None,
    by: str | None = None,
) -> None:
    """Say what a piece is to another thing: what it feeds, belongs to, stands by for, measures."""
    with opened(ctx, WRITER) as at:
        person, row, day = (
            at.person(by, Right.PLAN_WORK),
            piece_named(at, equipment),
            day_meant(at, on),
        )
        meant = relation_meant(relation)
        end = end_meant(meant, to)
        said = (meant.value, end, day.isoformat(), str(person))
        desk_of(at).relate(
            row.equipment,
            meant,
            end,
            on=day,
            by=person,
            command_id=id_of("command", "relate equipment", *about(row), *quoted(said)),
        )
        at.settle("operations")
        word = at.text(f"equipment_relation.{meant}")
        print(at.text("equipment.related", number=row.number, word=word, to=end, day=day))


@app.command()
def unrelate(
    ctx: typer.Context,
    equipment: str,
    relation: str,
    to: str,
    on: MaybeDay = None,
    by: str | None = None,
) -> None:
    """End what a piece is to another thing: on that day it is it no more."""
    with opened(ctx, WRITER) as at:
        person, row, day = (
            at.person(by, Right.PLAN_WORK),
            piece_named(at, equipment),
            day_meant(at, on),
        )
        meant = relation_meant(relation)
        end = end_meant(meant, to)
        said = (meant.value, end, day.isoformat(), str(person))
        desk_of(at).unrelate(
            row.equipment,
            meant,
            end,
            on=day,
            by=person,
            command_id=id_of("command", "unrelate equipment", *about(row), *quoted(said)),
        )
        at.settle("operations")
        word = at.text(f"equipment_relation.{meant}")
        print(at.text("equipment.unrelated", number=row.number, word=word, to=end, day=day))


@app.command()
def certify(
    ctx: typer.Context,
    equipment: str,
    kind: str,
    number: str,
    issued_on: Day,
    valid_until: MaybeDay = None,
    paper: Path | None = None,
    by: str | None = None,
) -> None:
    """File a certificate of a piece; the same number again replaces what was filed."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.WORK), piece_named(at, equipment)
        ends = None if valid_until is None else valid_until.date()
        document = documents_of(at, [paper])[0] if paper is not None else None
        sha256 = "" if document is None else document.sha256
        said = (kind, number, issued_on.date().isoformat(), str(ends), sha256, str(person))
        desk_of(at).certify(
            row.equipment,
            kind,
            number,
            issued_on=issued_on.date(),
            valid_until=ends,
            paper=None if document is None else (document.content, document.media_type),
            by=person,
            command_id=id_of("command", "certify equipment", *about(row), *quoted(said)),
        )
        at.settle("operations")
        print(at.text("equipment.certified", number=row.number, kind=kind, certificate=number))


@app.command("take-out")
def take_out(
    ctx: typer.Context,
    equipment: str,
    reason: str | None = None,
    on: MaybeDay = None,
    by: str | None = None,
) -> None:
    """Take a piece out of service; what it was to others ends with it."""
    with opened(ctx, WRITER) as at:
        person, row, day = (
            at.person(by, Right.PLAN_WORK),
            piece_named(at, equipment),
            day_meant(at, on),
        )
        why = required(reason, "--reason", at.text("ask.reason"))
        said = (day.isoformat(), why, str(person))
        desk_of(at).take_out(
            row.equipment,
            on=day,
            reason=why,
            by=person,
            command_id=id_of("command", "take out equipment", *about(row), *quoted(said)),
        )
        at.settle("operations")
        print(at.text("equipment.taken_out", number=row.number, day=day))


@app.command("list")
def list_(
    ctx: typer.Context,
    kind: Annotated[str | None, typer.Option("--class")] = None,
    place: str | None = None,
    *,
    every: Annotated[bool, typer.Option("--all")] = False,
    as_json: Json = False,
) -> None:
    """List the equipment in service in the order of the numbers."""
    with opened(ctx, WEB) as at:
        meant = None if kind is None else one_of(kind, "--class", EquipmentClass)
        found = [
            row
            for row in pieces(at)
            if (every or row.out_on is None)
            and meant in {None, row.kind}
            and place in {None, row.place}
        ]
        if as_json:
            print_json(found)
            return
        keys = ("number", "class", "name", "place", "maker", "type", "serial", "since", "out_on")
        rows = [
            (
                *(row.number, at.text(f"equipment_class.{row.kind}"), row.name, row.place),
                *(row.maker or None, row.type or None, row.serial or None),
                *(row.in_service_since, row.out_on),
            )
            for row in found
        ]
        print_table(heads(at, keys), rows, nothing=at.text("equipment.none"))


@app.command()
def show(ctx: typer.Context, equipment: str, *, as_json: Json = False) -> None:
    """Show a piece: what it is, what it is and was to others, its certificates."""
    with opened(ctx, WEB) as at:
        row = piece_named(at, equipment)
        with at.system.database.connection() as connection:
            relations = read_relations(connection, at.site.schema, row.number)
            certificates = read_certificates(connection, at.site.schema, row.equipment)
        if as_json:
            print_json({"equipment": row, "relations": relations, "certificates": certificates})
            return
        print_piece(at, row)
        if relations:
            print()
            print_relations(at, relations)
        if certificates:
            print()
            keys = ("kind", "certificate", "issued_on", "valid_until", "paper", "filed_by")
            rows = [
                (
                    *(each.kind, each.number, each.issued_on, each.valid_until),
                    *(each.paper[:8] or None, at.name_of(each.filed_by)),
                )
                for each in certificates
            ]
            print_table(heads(at, keys), rows)


@app.command()
def history(ctx: typer.Context, equipment: str, *, as_json: Json = False) -> None:
    """Tell what happened to a piece, as it was recorded, and the work orders about it."""
    with opened(ctx, WEB) as at:
        row = piece_named(at, equipment)
        with at.system.database.connection() as connection:
            found = read_history(connection, at.site.schema, row.equipment)
            orders = read_orders_about(connection, at.site.schema, row.number)
        if as_json:
            print_json({"happened": found, "orders": orders})
            return
        keys = ("recorded", "day", "what", "details", "by")
        rows = [
            (
                *(in_zone(each.at, at.site.zone), each.day),
                at.text(f"equipment_what.{each.what}"),
                details_of(at.language, each, lambda said: cell(in_zone(said, at.site.zone))),
                at.name_of(each.person),
            )
            for each in found
        ]
        print_table(heads(at, keys), rows)
        if orders:
            print()
            print_orders(at, orders)


@app.command()
def certificates(
    ctx: typer.Context,
    within: Annotated[int, typer.Option(min=0, max=3660)] = 90,
    *,
    as_json: Json = False,
) -> None:
    """List certificates that end within some days or have ended; exit 1 when there are any."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_certificates_due(connection, at.site.schema, day_meant(at, None), within)
        if as_json:
            print_json([{"equipment": row, "due": due} for row, due in found])
        elif not found:
            print(at.text("equipment.no_certificates", days=within))
        else:
            keys = ("valid_until", "days_left", "number", "name", "kind", "certificate")
            rows = [
                (
                    *(due.ends_on, due.days_left, row.number, row.name),
                    *(due.certificate.kind, due.certificate.number),
                )
                for row, due in found
            ]
            print_table(heads(at, keys), rows, right=(1,))
        raise typer.Exit(FINDINGS if found else DONE)
