"""In: the alerts of a site, a time. Out: those that could be heard, named. I/O: reads."""

from __future__ import annotations

from typing import Any

import psycopg

from energy.alerting.actors import Raised
from energy.base.period import Period


def read_raised(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, period: Period
) -> list[Raised]:
    """Return the alerts that stood in a time and could be heard: no historic ones, no children.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        period: The time.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT coalesce(nullif(r.key, ''), nullif(a.key, ''), f.code, ''), "
        "coalesce(nullif(a.about, ''), c.point || '/' || c.quantity, ''), "
        "a.severity, a.raised_at, a.cleared_at "
        f"FROM {schema}.alert AS a LEFT JOIN {schema}.rule AS r ON r.rule = a.rule "
        f"LEFT JOIN {schema}.channel AS c ON c.number = a.channel "
        f"LEFT JOIN {schema}.alert_finding AS f ON f.alert = a.alert "
        "WHERE NOT a.historic AND a.parent IS NULL AND a.raised_at < %s "
        "AND (a.cleared_at IS NULL OR a.cleared_at >= %s)",
        (period.end, period.start),
    ).fetchall()
    return [
        Raised(what=f"{what} {about}".strip(), severity=severity, at=at, cleared_at=cleared_at)
        for what, about, severity, at, cleared_at in rows
    ]
