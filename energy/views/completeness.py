"""In: usage blocks as they are rolled up. Out: completeness_day, and its reads. I/O: PostgreSQL.

A row says how the known intervals of a channel and local day came to be; what nothing is known of
has no row. What is expected follows from the segments of the meters that served, when it is asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.clock import to_us
from energy.base.period import Period
from energy.base.quality import Quality
from energy.metering.completeness import FOR_EVER_US, Completeness, expected_intervals
from energy.views.places import places_at, point_places
from energy.views.usage_channels import UsageChannel, every_usage_channel

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
Ints = NDArray[np.int64]
MEASURED = (Quality.MEASURED, Quality.CORRECTED, Quality.MANUAL)
_DAY = "(date '0001-01-01' + (s.day - 1)::int)"


def write_completeness(
    cursor: Cursor,
    schema: str,
    channel: Ints,
    day: Ints,
    position: Ints,
    offsets: Ints,
    quality: NDArray[np.uint8],
) -> None:
    """Write how the intervals of some days came to be.

    Args:
        cursor: Inside the roll-up's transaction.
        schema: The site's schema.
        channel: Of each day, shape (n,).
        day: Ordinals.
        position: Of each day's usage block.
        offsets: Where each day's intervals begin and the last one's end, shape (n + 1,).
        quality: Codes of the intervals, one day behind the other.
    """
    counts = [
        _count(quality, offsets, codes)
        for codes in (MEASURED, (Quality.INTERPOLATED,), (Quality.ESTIMATED,))
    ]
    cursor.execute(
        f"INSERT INTO {schema}.completeness_day AS c "
        "(channel, day, measured, shaped, estimated, position) "
        f"SELECT s.channel, {_DAY}, s.measured, s.shaped, s.estimated, s.position "
        "FROM unnest(%s, %s, %s, %s, %s, %s) "
        "AS s (channel, day, measured, shaped, estimated, position) "
        "ON CONFLICT (channel, day) DO UPDATE SET measured = excluded.measured, "
        "shaped = excluded.shaped, estimated = excluded.estimated, position = excluded.position",
        (channel, day, *counts, position),
    )


def _count(quality: NDArray[np.uint8], offsets: Ints, codes: Sequence[Quality]) -> Ints:
    """Return how many intervals of each day have one of some qualities."""
    found = np.isin(quality, [int(code) for code in codes]).astype(np.int64)
    return np.add.reduceat(found, offsets[:-1])


def served_channels(
    connection: Connection,
    schema: str,
    *,
    every: bool = False,
    numbers: Sequence[int] | None = None,
) -> dict[int, UsageChannel]:
    """Return the measured channels with usage that a device ever served, by number.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        every: Also those that no bill may rest on.
        numbers: Only of these channels; None for all.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT channel FROM {schema}.segment"
    ).fetchall()
    served = {number for (number,) in rows}
    known = every_usage_channel(connection, schema, numbers=numbers, computed=False)
    found = [each for own in known.values() for each in own if each.billing or every]
    found.sort(key=lambda each: each.number)
    return {each.number: each for each in found if each.number in served}


def served_spans(
    connection: Connection, schema: str, numbers: Sequence[int] | None = None
) -> dict[int, list[tuple[int, int]]]:
    """Return start and end of what served each channel, by start. [us].

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        numbers: Only of these channels; None for all.
    """
    wanted = None if numbers is None else list(numbers)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT channel, start_at, end_at FROM {schema}.segment "
        "WHERE %s::int[] IS NULL OR channel = ANY(%s) ORDER BY channel, start_at",
        (wanted, wanted),
    ).fetchall()
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for channel, start, end in rows:
        found[channel].append((to_us(start), FOR_EVER_US if end is None else to_us(end)))
    return found


def computed_points(connection: Connection, schema: str) -> list[str]:
    """Return the points whose usage is computed: they lack what their inputs lack.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT c.point FROM {schema}.computed_channel AS r "
        f"JOIN {schema}.channel AS c ON c.number = r.channel ORDER BY c.point"
    ).fetchall()
    return [point for (point,) in rows]


def channel_completeness(
    connection: Connection,
    schema: str,
    channels: Sequence[UsageChannel],
    served: dict[int, list[tuple[int, int]]],
    period: Period,
    first: date,
    last: date,
) -> dict[int, Completeness]:
    """Return the completeness of some channels over local days.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: The channels.
        served: As `served_spans` returned it.
        period: Span in which intervals are expected: the days, cut where they are not yet over.
        first: First local day.
        last: Last local day, included.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT channel, sum(measured)::bigint, sum(shaped)::bigint, sum(estimated)::bigint "
        f"FROM {schema}.completeness_day WHERE day BETWEEN %s AND %s GROUP BY channel",
        (first, last),
    ).fetchall()
    known = {row[0]: row[1:] for row in rows}
    span = to_us(period.start), to_us(period.end)
    expected: dict[Served, int] = {}
    found = {}
    for row in channels:
        key = served_in(row, served, period)
        if key not in expected:
            expected[key] = expected_intervals(key[0], *span, key[1])
        found[row.number] = _told(expected[key], *known.get(row.number, (0, 0, 0)))
    return found


def daily_completeness(
    connection: Connection,
    schema: str,
    channels: Sequence[UsageChannel],
    served: dict[int, list[tuple[int, int]]],
    days: Sequence[tuple[date, Period]],
) -> dict[date, Completeness]:
    """Return the completeness of some channels together, by local day.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: The channels.
        served: As `served_spans` returned it.
        days: Local days in order, each with the span in which intervals are expected.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT day, sum(measured)::bigint, sum(shaped)::bigint, sum(estimated)::bigint "
        f"FROM {schema}.completeness_day WHERE day BETWEEN %s AND %s AND channel = ANY(%s) "
        "GROUP BY day",
        (days[0][0], days[-1][0], [row.number for row in channels]),
    ).fetchall()
    known = {row[0]: row[1:] for row in rows}
    whole = Period(start=days[0][1].start, end=max(period.end for _, period in days))
    alike = Counter(served_in(row, served, whole) for row in channels)
    found = {}
    for day, period in days:
        span = to_us(period.start), to_us(period.end)
        expected = sum(
            many * expected_intervals(spans, *span, step_us)
            for (spans, step_us), many in alike.items()
        )
        found[day] = _told(expected, *known.get(day, (0, 0, 0)))
    return found


Served = tuple[tuple[tuple[int, int], ...], int]
"""When a channel was served within a span, and the width of its intervals: most are alike. [us]"""


def served_in(
    row: UsageChannel, served: dict[int, list[tuple[int, int]]], period: Period
) -> Served:
    """Return when a channel was served within a period, and its grid: most channels are alike."""
    low_us, high_us = to_us(period.start), to_us(period.end)
    spans = tuple(
        (max(start, low_us), min(end, high_us))
        for start, end in served.get(row.number, ())
        if start < high_us and end > low_us
    )
    return spans, row.grid_s * 1_000_000


def _told(expected: int, measured: int, shaped: int, estimated: int) -> Completeness:
    """Return a completeness; what is known of the last minutes counts as expected."""
    return Completeness(
        expected=max(expected, measured + shaped + estimated),
        measured=measured,
        shaped=shaped,
        estimated=estimated,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeRow:
    """Readings received of a gauge against those due at its source's interval."""

    number: int
    point: str
    quantity: str
    place: str
    due: int | None
    """None where the source states no interval."""
    received: int


def gauge_completeness(
    connection: Connection, schema: str, period: Period, first: date, last: date
) -> list[GaugeRow]:
    """Return what was received of every gauge over local days, by channel.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        period: Span in which readings are due.
        first: First local day.
        last: Last local day, included.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT c.number, c.point, c.quantity, m.place, (s.settings->>'interval_s')::int, "
        "m.commissioned_at, m.retired_at, coalesce(g.readings, 0)::bigint "
        f"FROM {schema}.channel AS c JOIN {schema}.meter AS m USING (point) "
        f"LEFT JOIN {schema}.source AS s ON s.key = m.source "
        f"LEFT JOIN (SELECT channel, sum(readings) AS readings FROM {schema}.gauge_day "
        "WHERE day BETWEEN %s AND %s GROUP BY channel) AS g ON g.channel = c.number "
        "WHERE c.kind = 'gauge' AND m.commissioned_at IS NOT NULL ORDER BY c.number",
        (first, last),
    ).fetchall()
    return [
        GaugeRow(
            number=row[0],
            point=row[1],
            quantity=row[2],
            place=row[3],
            due=_due(period, row[4], row[5], row[6], row[7]),
            received=row[7],
        )
        for row in rows
    ]


def _due(
    period: Period,
    interval_s: int | None,
    since: datetime,
    until: datetime | None,
    received: int,
) -> int | None:
    if interval_s is None:
        return None
    low, high = max(period.start, since), min(period.end, until or period.end)
    return max(received, int((high - low).total_seconds()) // interval_s if high > low else 0)


def supplied_points(
    connection: Connection, schema: str, utility: str, at: datetime
) -> dict[str, set[str]]:
    """Return the points at and below each supply node of a utility at an instant.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        utility: Of the graph.
        at: The instant.
    """
    dated = "utility = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)"
    nodes: list[tuple[Any, ...]] = connection.execute(
        f"SELECT key, point FROM {schema}.supply_node WHERE {dated}", (utility, at, at)
    ).fetchall()
    edges: list[tuple[Any, ...]] = connection.execute(
        f"SELECT from_key, to_key FROM {schema}.supply_edge WHERE {dated}", (utility, at, at)
    ).fetchall()
    below: dict[str, list[str]] = defaultdict(list)
    for upper, lower in edges:
        below[upper].append(lower)
    point_of = dict(nodes)
    found: dict[str, set[str]] = {}
    for key in point_of:
        reached, waiting = {key}, [key]
        while waiting:
            fresh = [each for each in below[waiting.pop()] if each not in reached]
            reached.update(fresh)
            waiting += fresh
        found[key] = {point for each in reached if (point := point_of.get(each)) is not None}
    return found


def supply_changes(connection: Connection, schema: str, period: Period) -> list[datetime]:
    """Return the instants within a period at which a supply graph of any utility changed.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        period: The span asked for; its begin is none of them.
    """
    told = " UNION ".join(
        f"SELECT {column} AS at FROM {schema}.{table}"
        for table in ("supply_node", "supply_edge")
        for column in ("valid_from", "valid_to")
    )
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT at FROM ({told}) AS told WHERE at > %s AND at < %s ORDER BY at",
        (period.start, period.end),
    ).fetchall()
    return [at for (at,) in rows]


def placed_points(connection: Connection, schema: str, at: datetime) -> dict[str, set[str]]:
    """Return the points in and below each place at an instant.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        at: Aware UTC.
    """
    tree = places_at(connection, schema, at)
    found: dict[str, set[str]] = {key: set() for key in tree}
    for point, place in point_places(connection, schema, at).items():
        above: str | None = place
        seen: set[str] = set()
        while above is not None and above not in seen:
            seen.add(above)
            found.setdefault(above, set()).add(point)
            above = tree[above].parent if above in tree else None
    return found
