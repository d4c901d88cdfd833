"""In: a meter's papers. Out: its class, seals, certificates, what is due of it. I/O: PostgreSQL.

They are facts of a device: they go with its serial to whatever point it serves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from energy.metering.meter_papers import DUE, Fact, MeterPapers

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
_IN_SERVICE = "m.serial IS NOT NULL AND m.retired_at IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """A fact of a meter and since when it is known."""

    name: str
    value: str
    at: datetime
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """A certificate of a meter."""

    serial: str
    tested_on: date
    valid_until: date
    laboratory: str
    accuracy_class: str
    document: str
    """SHA-256, in hex."""
    error_percent: str | None
    """Exact, as a fraction. [%]"""
    unit: str
    """Of the load points; "" where there are none."""
    errors: list[list[str]]
    """[load, error before, error after [%]]."""
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """Something that is due of a meter in service."""

    point: str
    serial: str
    name: str
    """A `Fact`."""
    day: date
    """Until when it holds."""
    billing: tuple[int, ...] = ()
    """Channels of the point on which bills may rest."""
    position: int = 0
    """Of the event that told it."""


def fold_calibration(
    cursor: Cursor, schema: str, position: int, event: MeterPapers.Calibrated
) -> None:
    """Keep a certificate with its curve."""
    error = None if event.error_percent is None else str(event.error_percent)
    cursor.execute(
        f"INSERT INTO {schema}.certificate VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *(position, event.point, event.serial, event.tested_on, event.valid_until),
            *(event.laboratory, event.accuracy_class, event.certificate, error),
            Jsonb({"unit": event.load_unit, "points": event.errors or []}),
        ),
    )
    facts = {Fact.CERTIFICATE_UNTIL.value: event.valid_until.isoformat()}
    if event.accuracy_class:
        facts[Fact.ACCURACY_CLASS.value] = event.accuracy_class
    _keep(cursor, schema, position, event, facts)


def fold_facts(cursor: Cursor, schema: str, position: int, event: MeterPapers.FactsStated) -> None:
    """Keep what was stated of a meter."""
    _keep(cursor, schema, position, event, event.facts)


def _keep(cursor: Cursor, schema: str, position: int, event: Any, facts: Mapping[str, str]) -> None:
    cursor.executemany(
        f"INSERT INTO {schema}.meter_fact VALUES (%s, %s, %s, %s, %s, %s)",
        [(event.point, event.serial, name, facts[name], event.at, position) for name in facts],
    )


def facts_of(connection: Connection, schema: str, serial: str) -> list[FactRow]:
    """Return everything stated of a meter, the oldest first."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT name, value, from_at, position FROM {schema}.meter_fact WHERE serial = %s "
        "ORDER BY from_at, position, name",
        (serial,),
    ).fetchall()
    return [FactRow(name=name, value=value, at=at, position=p) for name, value, at, p in rows]


def certificates_of(connection: Connection, schema: str, serial: str) -> list[CertificateRow]:
    """Return the certificates of a meter, the newest test first."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT serial, tested_on, valid_until, laboratory, accuracy_class, document, "
        f"error_percent, errors, position FROM {schema}.certificate WHERE serial = %s "
        "ORDER BY tested_on DESC, position DESC",
        (serial,),
    ).fetchall()
    return [
        CertificateRow(
            serial=row[0],
            tested_on=row[1],
            valid_until=row[2],
            laboratory=row[3],
            accuracy_class=row[4],
            document=row[5],
            error_percent=row[6],
            unit=row[7]["unit"],
            errors=row[7]["points"],
            position=row[8],
        )
        for row in rows
    ]


def due_facts(connection: Connection, schema: str, up_to: date) -> list[DueRow]:
    """Return what is due of the meters in service up to a day, the most overdue first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        up_to: Last day looked at, included.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT m.point, m.serial, f.name, f.value::date, f.position, "
        f"ARRAY(SELECT number FROM {schema}.channel AS c WHERE c.point = m.point AND c.billing "
        f"ORDER BY number) FROM {schema}.meter AS m CROSS JOIN LATERAL (SELECT DISTINCT ON (name) "
        f"name, value, position FROM {schema}.meter_fact WHERE serial = m.serial "
        "AND name = ANY(%s) ORDER BY name, CASE name WHEN 'certificate_until' THEN value END DESC, "
        "from_at DESC, position DESC) AS f "
        f"WHERE {_IN_SERVICE} AND f.value::date <= %s ORDER BY f.value::date, m.point, f.name",
        ([name.value for name in DUE], up_to),
    ).fetchall()
    return [
        DueRow(
            point=point,
            serial=serial,
            name=name,
            day=day,
            position=position,
            billing=tuple(billing),
        )
        for point, serial, name, day, position, billing in rows
    ]
