"""In: metering points. Out: the channels that say what each used, the one meant first. I/O: reads.

One order for everybody: the billed channel before the others, what enters before what comes out
again, then the channel that was planned first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from energy.base.units import Utility
from energy.metering.channel import USAGE_KINDS, Direction, Kind

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageChannel:
    """A channel that says what a point used, or gave back."""

    point: str
    number: int
    quantity: str
    utility: str
    unit: str
    resolution: str
    grid_s: int
    """Width of an interval. [s]"""
    billing: bool
    """Whether a bill may rest on it."""
    export: bool
    """Whether it counts what comes out again."""


def every_usage_channel(
    connection: Connection,
    schema: str,
    *,
    points: Sequence[str] | None = None,
    numbers: Sequence[int] | None = None,
    utility: Utility | None = None,
    computed: bool = True,
) -> dict[str, list[UsageChannel]]:
    """Return the channels with usage of some points, of each the one meant first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        points: Metering points; None for all. One without usage is left out.
        numbers: Only of these channels; None for all.
        utility: Only of this utility; None for all.
        computed: Also those of formulas and shares.
    """
    kinds = (*USAGE_KINDS, Kind.COMPUTED) if computed else USAGE_KINDS
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT point, number, quantity, utility, unit, resolution, grid_s, billing, "
        f"direction = %(export)s AS export FROM {schema}.channel WHERE kind = ANY(%(kinds)s) "
        "AND utility IS NOT NULL AND (%(utility)s::text IS NULL OR utility = %(utility)s) "
        "AND (%(points)s::text[] IS NULL OR point = ANY(%(points)s)) "
        "AND (%(numbers)s::int[] IS NULL OR number = ANY(%(numbers)s)) "
        "ORDER BY point, billing DESC, export, number",
        {
            "export": Direction.EXPORT,
            "kinds": list(kinds),
            "utility": utility,
            "points": None if points is None else list(points),
            "numbers": None if numbers is None else list(numbers),
        },
    ).fetchall()
    found: dict[str, list[UsageChannel]] = {}
    for point, number, quantity, of, unit, resolution, grid_s, billing, export in rows:
        channel = UsageChannel(
            point=point,
            number=number,
            quantity=quantity,
            utility=of,
            unit=unit,
            resolution=resolution,
            grid_s=grid_s,
            billing=billing,
            export=export,
        )
        found.setdefault(point, []).append(channel)
    return found


def usage_channels(
    connection: Connection, schema: str, points: Sequence[str]
) -> dict[str, UsageChannel]:
    """Return the channel that says what each point used.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        points: Metering points, measured or computed; one without usage is left out.
    """
    every = every_usage_channel(connection, schema, points=points)
    return {point: own[0] for point, own in every.items()}


def entering_channels(
    connection: Connection,
    schema: str,
    utility: Utility,
    points: Sequence[str],
    *,
    computed: bool = True,
) -> dict[str, int]:
    """Return the number of the channel that counts what enters each point of a utility.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        utility: The utility.
        points: Metering points; those that only give back are left out.
        computed: Also those of formulas and shares.
    """
    every = every_usage_channel(
        connection, schema, points=points, utility=utility, computed=computed
    )
    entering = {point: [each for each in own if not each.export] for point, own in every.items()}
    return {point: own[0].number for point, own in entering.items() if own}


def coarsest_grid(connection: Connection, schema: str, channels: Sequence[int]) -> int | None:
    """Return the width of the coarsest interval of some channels; None without any. [s].

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Channel numbers.
    """
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT max(grid_s) FROM {schema}.channel WHERE number = ANY(%s)", (list(channels),)
    ).fetchone()
    return None if row is None or row[0] is None else int(row[0])
