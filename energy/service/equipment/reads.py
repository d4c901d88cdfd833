"""In: the tables of equipment. Out: pieces, relations, certificates, history. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg

from energy.service.equipment.certificates import Certificate, CertificateDue, certificates_due
from energy.service.equipment.words import PIECE, EquipmentError, Facts

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentRow:
    """A piece of equipment as it stands."""

    equipment: UUID
    number: str
    kind: str
    name: str
    place: str
    maker: str
    type: str
    serial: str
    in_service_since: date
    out_on: date | None
    """First day on which it is not in service."""
    out_reason: str
    position: int
    """Of the newest event about it."""

    def facts(self, **changed: object) -> Facts:
        """Return what it is, some of it changed."""
        names = ("kind", "name", "place", "maker", "type", "serial")
        return Facts.from_json({name: getattr(self, name) for name in names} | changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationRow:
    """What a piece is to something else, or was."""

    number: str
    """Of the piece."""
    relation: str
    about: str
    """The other end, for example "node:electricity/bus-a" or "equipment:E-2026-00001"."""
    valid_from: date
    valid_to: date | None
    """First day on which it does not hold; None: it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HappenedRow:
    """One thing that happened to a piece."""

    at: datetime
    """When it was recorded."""
    day: date | None
    """Local day on which it happened."""
    what: str
    person: UUID
    told: Mapping[str, Any]


def read_equipment(connection: Connection, schema: str) -> list[EquipmentRow]:
    """Return every piece of a site in the order of their numbers."""
    names = list(EquipmentRow.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.equipment ORDER BY number".encode()
    ).fetchall()
    return [EquipmentRow(**dict(zip(names, row, strict=True))) for row in rows]


def find_equipment(connection: Connection, schema: str, number: str) -> EquipmentRow:
    """Return the piece of a number.

    Raises:
        EquipmentError: There is none.
    """
    wanted = number.removeprefix(PIECE).upper()
    for row in read_equipment(connection, schema):
        if row.number == wanted:
            return row
    raise EquipmentError.of("unknown", number=number)


def read_relations(connection: Connection, schema: str, number: str) -> list[RelationRow]:
    """Return what a piece is and was to others, and others to it, in order of time."""
    names = list(RelationRow.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM ("
        f"SELECT e.number, r.relation, r.about, r.valid_from, r.valid_to, r.position AS place "
        f"FROM {schema}.equipment_relation AS r JOIN {schema}.equipment AS e USING (equipment) "
        "WHERE e.number = %s OR r.about = %s) AS found ORDER BY valid_from, place".encode(),
        (number, PIECE + number),
    ).fetchall()
    return [RelationRow(**dict(zip(names, row, strict=True))) for row in rows]


def read_certificates(
    connection: Connection, schema: str, equipment: UUID | None = None
) -> list[Certificate]:
    """Return the certificates of a piece; without one, of every piece in service."""
    names = list(Certificate.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join('c.' + name for name in names)} "
        f"FROM {schema}.equipment_certificate AS c JOIN {schema}.equipment AS e USING (equipment) "
        "WHERE (%(one)s::uuid IS NULL AND e.out_on IS NULL) OR c.equipment = %(one)s "
        "ORDER BY c.kind, c.issued_on, c.number".encode(),
        {"one": equipment},
    ).fetchall()
    return [Certificate(**dict(zip(names, row, strict=True))) for row in rows]


def read_certificates_due(
    connection: Connection, schema: str, today: date, within_days: int
) -> list[tuple[EquipmentRow, CertificateDue]]:
    """Return which certificates of pieces in service end within some days, or have ended."""
    pieces = {row.equipment: row for row in read_equipment(connection, schema)}
    due = certificates_due(read_certificates(connection, schema), today, within_days)
    return [(pieces[each.certificate.equipment], each) for each in due]


def read_history(connection: Connection, schema: str, equipment: UUID) -> list[HappenedRow]:
    """Return what happened to a piece, in the order in which it was recorded."""
    names = list(HappenedRow.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.equipment_event WHERE equipment = %s "
        "ORDER BY position".encode(),
        (equipment,),
    ).fetchall()
    return [HappenedRow(**dict(zip(names, row, strict=True))) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAboutRow:
    """A work order about a piece."""

    number: str
    kind: str
    plan: str
    what: str
    state: str
    since: datetime
    done_at: datetime | None


def read_orders_about(connection: Connection, schema: str, number: str) -> list[OrderAboutRow]:
    """Return the work orders about a piece, the oldest first, however far they are."""
    names = list(OrderAboutRow.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.work_order WHERE equipment = %s "
        "ORDER BY since, number".encode(),
        (number,),
    ).fetchall()
    return [OrderAboutRow(**dict(zip(names, row, strict=True))) for row in rows]
