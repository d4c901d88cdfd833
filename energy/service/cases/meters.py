"""In: a metering point. Out: whether its meter counts, and its last count is known. I/O: reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg

from energy.base.quality import Quality

Connection = psycopg.Connection[tuple[object, ...]]
_READ: Final = [int(each) for each in (Quality.MEASURED, Quality.CORRECTED, Quality.MANUAL)]
"""What proves something: no estimate does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterNow:
    """The meter of a point as it stands."""

    utility: str
    serial: str
    commissioned_at: datetime | None
    retired_at: datetime | None
    read_at: datetime | None
    """First accepted reading of a billing channel since the instant asked for; None: none is."""
    last_known: bool
    """Whether every billing channel ended with a count."""


def read_meter(connection: Connection, schema: str, point: str, since: datetime) -> MeterNow | None:
    """Return the meter of a point; None where there is no such point.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        point: The metering point.
        since: From when on a reading proves something, and its commissioning at the earliest.
    """
    row: tuple[Any, ...] | None = connection.execute(
        "SELECT m.utility, m.serial, m.commissioned_at, m.retired_at, "
        f"(SELECT min(r.at) FROM {schema}.reading AS r JOIN {schema}.channel AS c "
        "ON c.number = r.channel WHERE c.point = m.point AND c.billing AND r.quality = ANY(%s) "
        "AND r.at >= greatest(m.commissioned_at, %s)), "
        f"(SELECT count(*) > 0 AND bool_and(s.end_count IS NOT NULL) FROM {schema}.channel AS c "
        f"JOIN {schema}.segment AS s ON s.channel = c.number AND s.start_at = (SELECT "
        f"max(start_at) FROM {schema}.segment WHERE channel = c.number) "
        "WHERE c.point = m.point AND c.billing) "
        f"FROM {schema}.meter AS m WHERE m.point = %s",
        (_READ, since, point),
    ).fetchone()
    if row is None:
        return None
    return MeterNow(
        utility=row[0] or "",
        serial=row[1] or "",
        commissioned_at=row[2],
        retired_at=row[3],
        read_at=row[4],
        last_known=bool(row[5]),
    )
