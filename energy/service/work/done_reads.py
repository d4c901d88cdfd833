"""In: the tables of work. Out: what was used, spent and kept for an order. I/O: reads."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """Something used up or built in."""

    item: str
    number: int
    unit: str
    person: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    """How long somebody worked."""

    person: UUID
    began_at: datetime
    ended_at: datetime

    @property
    def minutes(self) -> int:
        """Return how long, in whole minutes. [min]."""
        return (self.ended_at - self.began_at) // timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """A photo or paper."""

    sha256: str
    media_type: str
    person: UUID
    added_at: datetime


def read_parts(connection: Connection, schema: str, order: UUID) -> list[PartRow]:
    """Return what was used for an order, in the order of telling."""
    return _rows(connection, schema, "work_order_part", order, PartRow)


def read_times(connection: Connection, schema: str, order: UUID) -> list[TimeRow]:
    """Return how long who worked on an order, in the order of telling."""
    return _rows(connection, schema, "work_order_time", order, TimeRow)


def read_papers(connection: Connection, schema: str, order: UUID) -> list[PaperRow]:
    """Return the photos and papers of an order, in the order of telling."""
    return _rows(connection, schema, "work_order_paper", order, PaperRow)


def _rows(connection: Connection, schema: str, table: str, order: UUID, kind: Any) -> list[Any]:
    names = [each.name for each in fields(kind)]
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.{table} WHERE work_order = %s "
        "ORDER BY position".encode(),
        (order,),
    ).fetchall()
    return [kind(**dict(zip(names, row, strict=True))) for row in rows]
