"""In: the registry tables. Out: sources, served meters, channel numbers. I/O: reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from energy.store.pool import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source of readings."""

    key: str
    kind: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedMeter:
    """A point that a device serves now."""

    point: str
    source: str
    profile: str
    address: dict[str, Any]
    channels: tuple[tuple[int, str], ...]
    """(number, quantity) by number."""


def read_sources(database: Database, schema: str) -> list[SourceRow]:
    """Return a site's sources by key."""
    with database.connection() as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT key, kind, settings FROM {schema}.source ORDER BY key"
        ).fetchall()
    return [SourceRow(key=key, kind=kind, settings=settings) for key, kind, settings in rows]


def read_served_meters(database: Database, schema: str) -> list[ServedMeter]:
    """Return the points that a device serves now, by point."""
    with database.connection() as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            "SELECT m.point, m.source, m.profile, m.address, "
            "array_agg(c.number ORDER BY c.number), array_agg(c.quantity ORDER BY c.number) "
            f"FROM {schema}.meter AS m JOIN {schema}.channel AS c USING (point) "
            "WHERE m.serial IS NOT NULL AND m.retired_at IS NULL "
            "GROUP BY m.point ORDER BY m.point"
        ).fetchall()
    return [
        ServedMeter(
            point=point,
            source=source,
            profile=profile,
            address=address,
            channels=tuple(zip(numbers, quantities, strict=True)),
        )
        for point, source, profile, address, numbers, quantities in rows
    ]


def channel_numbers(database: Database, schema: str) -> dict[tuple[str, str], int]:
    """Return the channel number of each (point, quantity)."""
    with database.connection() as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT point, quantity, number FROM {schema}.channel"
        ).fetchall()
    return {(point, quantity): number for point, quantity, number in rows}
