"""In: how devices answer. Out: the rows of `communication`, one a device. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a laptop knows the state of devices, and no database
    from energy.store.pool import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """How one device answers its collector; counts since the collector's start."""

    point: str
    """Metering point of the device."""
    source: str
    bus: str
    gateway: str
    last_seen: datetime | None
    """Last answer, aware UTC; None: never answered."""
    failing: str
    """Error class of the last question; empty: it was answered."""
    failing_since: datetime | None
    """First failure after the last answer."""
    message: str
    """What the error says."""
    answers: int
    failures: int
    latency_p50_us: int | None
    latency_p99_us: int | None


_COLUMNS = tuple(field.name for field in fields(DeviceState))


def store_states(
    database: Database, schema: str, states: Sequence[DeviceState], told_at: datetime
) -> None:
    """Replace the rows of these devices.

    Args:
        database: The pool, role writer.
        schema: The site's schema.
        states: Each device once.
        told_at: When the collector told it, aware UTC.
    """
    columns = ", ".join(_COLUMNS)
    news = ", ".join(f"{name} = EXCLUDED.{name}" for name in (*_COLUMNS[1:], "told_at"))
    rows = [tuple(getattr(state, name) for name in _COLUMNS) for state in states]
    marks = ", ".join(["%s"] * len(_COLUMNS))
    with database.connection() as connection, connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {schema}.communication ({columns}, told_at) VALUES ({marks}, %s) "
            f"ON CONFLICT (point) DO UPDATE SET {news}",
            [(*row, told_at) for row in rows],
        )


def forget_states(
    database: Database, schema: str, sources: Sequence[str], points: Sequence[str]
) -> None:
    """Delete the rows of these sources' devices that are not polled any more.

    Args:
        database: The pool, role writer.
        schema: The site's schema.
        sources: Sources of the collector that tells.
        points: Every device that it still polls.
    """
    with database.connection() as connection:
        connection.execute(
            f"DELETE FROM {schema}.communication WHERE source = ANY(%s) AND point <> ALL(%s)",
            (list(sources), list(points)),
        )
