"""In: a gauge of the weather, a period. Out: what it showed on average, by hour. I/O: reads."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

import psycopg

from energy.base.period import Period
from energy.views.gauge_hours import read_gauges

WARMTH, SUN = "outdoor_temperature", "irradiance"
"""Quantities of the gauges that tell the weather."""


Connection = psycopg.Connection[tuple[object, ...]]


def weather_gauge(
    connection: Connection, schema: str, quantity: str
) -> tuple[int, Fraction] | None:
    """Return number and resolution of the gauge that tells the weather; None without one.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        quantity: Of the gauge; of several it is the one with the lowest number.
    """
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT number, resolution FROM {schema}.channel WHERE kind = 'gauge' AND quantity = %s "
        "ORDER BY number LIMIT 1",
        (quantity,),
    ).fetchone()
    return None if row is None else (row[0], Fraction(row[1]))


def weather_hours(
    connection: Connection, schema: str, quantity: str, period: Period
) -> dict[datetime, float]:
    """Return the mean of each hour that begins within a period, by its begin.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        quantity: Of the gauge.
        period: Instants.

    Returns:
        Nothing where there is no such gauge. [its unit]
    """
    found = weather_gauge(connection, schema, quantity)
    if found is None:
        return {}
    number, resolution = found
    step = float(resolution)
    return {
        hour.start: hour.total * step / hour.readings
        for hour in read_gauges(connection, schema, [number], period)
    }
