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
class ServedChannel:
    """A channel of a point and what its counts are."""

    number: int
    quantity: str
    kind: str
    unit: str
    resolution: str
    """Units per count, exact."""
    utility: str
    """Empty where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedMeter:
    """A point that a device serves now."""

    point: str
    source: str
    profile: str
    address: dict[str, Any]
    channels: tuple[ServedChannel, ...]
    """By number."""
    serial: str = ""
    """Serial number of the device that serves now."""
    register_serial: str = ""
    """What the device tells for it, where its record says that the plate differs."""
    ratio_since: str = ""
    """Instant of the last change of its ratio, ISO; "" where there was none."""


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
            "SELECT m.point, m.source, m.profile, m.address, m.serial, "
            "jsonb_agg(jsonb_build_object('number', c.number, 'quantity', c.quantity, "
            "'kind', c.kind, 'unit', c.unit, 'resolution', c.resolution, "
            "'utility', coalesce(c.utility, '')) ORDER BY c.number), "
            "coalesce(m.record ->> 'register_serial', ''), "
            f"(SELECT max(s.start_at) FROM {schema}.segment AS s JOIN {schema}.channel AS own "
            "ON own.number = s.channel WHERE own.point = m.point AND s.end_at IS NULL "
            "AND s.start_at > m.commissioned_at) "
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
            channels=tuple(ServedChannel(**channel) for channel in channels),
            serial=serial,
            register_serial=register_serial,
            ratio_since="" if since is None else since.isoformat(),
        )
        for point, source, profile, address, serial, channels, register_serial, since in rows
    ]


def channel_numbers(database: Database, schema: str) -> dict[tuple[str, str], int]:
    """Return the channel number of each (point, quantity)."""
    with database.connection() as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT point, quantity, number FROM {schema}.channel"
        ).fetchall()
    return {(point, quantity): number for point, quantity, number in rows}
