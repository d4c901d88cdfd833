"""In: accounts and the points they pay for. Out: when each point is paid for. I/O: reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from energy.base.period import midnight

_FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


def supplied_spans(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, zone: ZoneInfo
) -> dict[str, list[tuple[datetime, datetime]]]:
    """Return from when to when some account pays for a point, aware UTC, by point.

    A point that no account ever paid for is not there.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone: contracts begin and end with local days.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT point, valid_from, valid_to FROM {schema}.account_channel "
        "ORDER BY point, valid_from"
    ).fetchall()
    spans: dict[str, list[tuple[datetime, datetime]]] = {}
    for point, first, after in rows:
        end = _FOR_EVER if after is None else midnight(after, zone)
        spans.setdefault(point, []).append((midnight(first, zone), end))
    return spans
