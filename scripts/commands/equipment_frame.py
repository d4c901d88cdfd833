"""In: numbers, days, words of the `equipment` verbs. Out: what is meant, printed. I/O: reads."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from energy.base.period import local_day
from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.printing import in_zone, print_facts, print_table
from scripts.commands.tree import misused

if runs():
    from energy.service.equipment.desk import EquipmentDesk
    from energy.service.equipment.reads import (
        EquipmentRow,
        OrderAboutRow,
        RelationRow,
        find_equipment,
        read_equipment,
    )
    from energy.service.equipment.words import Relation


def print_piece(at: Opened, row: EquipmentRow) -> None:
    """Print what a piece is."""
    facts = {
        "number": row.number,
        "class": at.text(f"equipment_class.{row.kind}"),
        "name": row.name,
        "place": row.place,
        "maker": row.maker,
        "type": row.type,
        "serial": row.serial,
        "since": row.in_service_since,
        "out_on": row.out_on,
        "reason": row.out_reason,
    }
    print_facts([(at.text(f"equipment_head.{key}"), each) for key, each in facts.items() if each])


def print_relations(at: Opened, relations: list[RelationRow]) -> None:
    """Print what pieces are and were to others."""
    keys = ("number", "relation", "to", "from", "until")
    rows = [
        (
            *(each.number, at.text(f"equipment_relation.{each.relation}"), each.about),
            *(each.valid_from, each.valid_to),
        )
        for each in relations
    ]
    print_table(heads(at, keys), rows)


def print_orders(at: Opened, orders: list[OrderAboutRow]) -> None:
    """Print work orders about a piece."""
    keys = ("order", "state", "what", "plan", "came_up", "done_at")
    rows = [
        (
            *(each.number, at.text(f"work_state.{each.state}"), each.what, each.plan or None),
            *(in_zone(each.since, at.site.zone), in_zone(each.done_at, at.site.zone)),
        )
        for each in orders
    ]
    print_table(heads(at, keys), rows)


def heads(at: Opened, keys: tuple[str, ...]) -> list[str]:
    """Return the heads of columns."""
    return [at.text(f"equipment_head.{key}") for key in keys]


def desk_of(at: Opened) -> EquipmentDesk:
    """Return where equipment is registered."""
    return EquipmentDesk(at.system.database, at.site, at.system.clock)


def pieces(at: Opened) -> list[EquipmentRow]:
    """Return every piece of the site."""
    with at.system.database.connection() as connection:
        return read_equipment(connection, at.site.schema)


def piece_named(at: Opened, number: str) -> EquipmentRow:
    """Return the piece of a number.

    Raises:
        EquipmentError: There is none.
    """
    with at.system.database.connection() as connection:
        return find_equipment(connection, at.site.schema, number)


def about(row: EquipmentRow) -> tuple[str, str]:
    """Return what makes the same row behind a change of the piece another command."""
    return str(row.equipment), str(row.position)


def quoted(said: tuple[str, ...]) -> tuple[str, ...]:
    """Return words of people so that none of them holds a row's end."""
    return tuple(repr(each) for each in said)


def day_meant(at: Opened, day: datetime | None) -> date:
    """Return a day that was named, else today at the site."""
    return local_day(at.system.clock.now(), at.site.zone) if day is None else day.date()


def relation_meant(text: str) -> Relation:
    """Return the relation that was typed.

    Raises:
        click.UsageError: It is none.
    """
    return Relation(one_of(text.replace("-", "_"), "RELATION", Relation))


def end_meant(relation: Relation, to: str) -> str:
    """Return the name of the other end; what it begins with need not be typed."""
    plain = to.removeprefix(relation.to)
    return relation.to + (plain.upper() if relation.to == "equipment:" else plain)


def one_of(text: str, option: str, known: type[StrEnum]) -> str:
    """Return a word that was typed.

    Raises:
        click.UsageError: It is none of those known.
    """
    words = [str(each) for each in known]
    if text not in words:
        raise misused("none_of", option=option, value=text, known=", ".join(words))
    return text
