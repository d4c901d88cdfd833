"""In: spans of some channels. Out: the readings that count there, now or as of a position. I/O.

Knowledge at a metering position is a pure function of what `reading` and `reading_superseded`
hold of it. A window always comes with one neighbour on either side; where the nearest reading is
an estimate, with all of them up to the nearest one that somebody read: whether an estimate fits
is told by those (energy/metering/usage.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.metering.usage_strips import SeriesColumns
from energy.store.arrays import INSTANT, use_arrays

GOOD = f"quality <> {Quality.SUSPECT:d}"
"""SQL: the reading is believed."""
READ = f"quality NOT IN ({Quality.SUSPECT:d}, {Quality.ESTIMATED:d})"
"""SQL: somebody or something read it from the register."""
NO_NEIGHBOUR = np.iinfo(np.int64).min
"""Stands for no instant in a column. [us]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Accepted:
    """Readings of one channel by instant, none suspect, arrays of shape (n,)."""

    at_us: NDArray[np.int64]
    """Instants, strictly ascending. [us]"""
    count: NDArray[np.int64]
    quality: NDArray[np.uint8]
    position: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AcceptedMany:
    """Readings of several channels one behind the other, each as in Accepted."""

    offsets: NDArray[np.int64]
    """Where each channel's readings begin and the last one's end, shape (channels + 1,)."""
    at_us: NDArray[np.int64]
    """[us]"""
    count: NDArray[np.int64]
    quality: NDArray[np.uint8]
    position: NDArray[np.int64]

    def of(self, number: int) -> Accepted:
        """Return the readings of the channel of that place."""
        mine = slice(int(self.offsets[number]), int(self.offsets[number + 1]))
        return Accepted(
            at_us=self.at_us[mine],
            count=self.count[mine],
            quality=self.quality[mine],
            position=self.position[mine],
        )

    def series(self) -> SeriesColumns:
        """Return them as the fold takes them."""
        return SeriesColumns(
            offsets=self.offsets,
            at_us=self.at_us,
            count=self.count,
            quality=self.quality,
            position=self.position,
        )


def accepted(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    windows: Mapping[int, tuple[int, int]],
    *,
    as_of: int | None = None,
) -> dict[int, Accepted]:
    """Return the accepted readings of each channel's window with its neighbours.

    Args:
        cursor: Any cursor that may read.
        schema: The site's schema.
        windows: First and last instant by channel, both included. [us]
        as_of: Metering position: readings as they counted there; None for now.

    Returns:
        An entry for every channel asked for, empty where nothing is known.
    """
    found = accepted_many(
        cursor,
        schema,
        np.array(list(windows), dtype=np.int64),
        np.array([low for low, _ in windows.values()], dtype=np.int64),
        np.array([high for _, high in windows.values()], dtype=np.int64),
        as_of=as_of,
    )
    return {channel: found.of(number) for number, channel in enumerate(windows)}


def accepted_many(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    channel: NDArray[np.int64],
    low_us: NDArray[np.int64],
    high_us: NDArray[np.int64],
    *,
    as_of: int | None = None,
) -> AcceptedMany:
    """Return the accepted readings of many windows as columns; see accepted.

    Args:
        cursor: Any cursor that may read.
        schema: The site's schema.
        channel: Channel of each window, shape (n,).
        low_us: First instant of each window. [us]
        high_us: Last instant of each window. [us]
        as_of: Metering position; None for now.
    """
    if len(channel) == 0:
        return _many(0, *(np.empty(0, dtype=np.int64) for _ in range(5)))
    use_arrays(cursor)
    source = _source(schema, as_of)
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"""
        SELECT array_agg(t.n), array_agg(r.at), array_agg(r.count), array_agg(r.quality::bigint),
            array_agg(r.position)
        FROM {_SPANS}
        CROSS JOIN LATERAL (SELECT coalesce({", ".join(_before(source))}, t.low) AS first,
            coalesce({", ".join(_behind(source))}, t.high) AS last) AS e
        CROSS JOIN LATERAL (SELECT at, count, quality, position FROM {source}
            WHERE channel = t.channel AND at BETWEEN e.first AND e.last AND {GOOD}) AS r
        """,
        (channel, low_us, high_us),
        binary=True,
    ).fetchall()
    columns = rows[0] if rows[0][0] is not None else [np.empty(0, dtype=np.int64)] * 5
    return _many(len(channel), *columns)


def accepted_within(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    channel: NDArray[np.int64],
    low_us: NDArray[np.int64],
    high_us: NDArray[np.int64],
) -> AcceptedMany:
    """Return the accepted readings of many windows as they count now, without neighbours.

    Args:
        cursor: Any cursor that may read.
        schema: The site's schema.
        channel: Channel of each window, shape (n,).
        low_us: Start of each window, not included. [us]
        high_us: End of each window, included. [us]
    """
    use_arrays(cursor)
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"""
        SELECT array_agg(t.n), array_agg(r.at), array_agg(r.count), array_agg(r.quality::bigint),
            array_agg(r.position)
        FROM {_SPANS}
        CROSS JOIN LATERAL (SELECT at, count, quality, position FROM {schema}.reading
            WHERE channel = t.channel AND at > t.low AND at <= t.high AND {GOOD}) AS r
        """,
        (channel, low_us, high_us),
        binary=True,
    ).fetchall()
    columns = rows[0] if rows[0][0] is not None else [np.empty(0, dtype=np.int64)] * 5
    return _many(len(channel), *columns)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbours:
    """The nearest readings beyond some spans, arrays of shape (n,)."""

    before_us: NDArray[np.int64]
    """The nearest that was read, else the farthest estimate, else NO_NEIGHBOUR. [us]"""
    before_read: NDArray[np.bool_]
    """Whether it was read."""
    behind_us: NDArray[np.int64]
    behind_read: NDArray[np.bool_]


def neighbours(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    channel: NDArray[np.int64],
    low_us: NDArray[np.int64],
    high_us: NDArray[np.int64],
    *,
    begun_us: NDArray[np.int64] | None = None,
    as_of: int | None = None,
) -> Neighbours:
    """Return the nearest reading that is no estimate on either side of some spans.

    Where there is none, the farthest estimate: each of them may fit no longer.

    Args:
        cursor: Any cursor that may read.
        schema: The site's schema.
        channel: Channel of each span, shape (n,).
        low_us: First instant of each span. [us]
        high_us: Last instant of each span. [us]
        begun_us: No reading before this instant counts as a neighbour; None for any. [us]
        as_of: Metering position; None for now.
    """
    if begun_us is None:
        begun_us = np.full(len(channel), _LONG_AGO_US, dtype=np.int64)
    use_arrays(cursor)
    source = _source(schema, as_of)
    read_before, any_before = _before(source, "AND at >= t.begun")
    read_behind, any_behind = _behind(source)
    never = "timestamptz '-infinity'"
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"""
        SELECT array_agg(coalesce(r.before, a.before, {never}) ORDER BY t.n),
            array_agg(num_nonnulls(r.before)::bigint ORDER BY t.n),
            array_agg(coalesce(r.behind, a.behind, {never}) ORDER BY t.n),
            array_agg(num_nonnulls(r.behind)::bigint ORDER BY t.n)
        FROM {_BEGUN}
        CROSS JOIN LATERAL (SELECT {read_before} AS before, {read_behind} AS behind) AS r
        CROSS JOIN LATERAL (SELECT CASE WHEN r.before IS NULL THEN {any_before} END AS before,
            CASE WHEN r.behind IS NULL THEN {any_behind} END AS behind) AS a
        """,
        (channel, low_us, high_us, begun_us),
        binary=True,
    ).fetchall()
    before, before_read, behind, behind_read = rows[0]
    return Neighbours(
        before_us=_instants(before),
        before_read=before_read > 0,
        behind_us=_instants(behind),
        behind_read=behind_read > 0,
    )


_SPANS = f"""(SELECT s.n - 1 AS n, s.channel::int AS channel, {INSTANT.format("s.low_us")} AS low,
    {INSTANT.format("s.high_us")} AS high
    FROM unnest(%s, %s, %s) WITH ORDINALITY AS s (channel, low_us, high_us, n)) AS t"""
_BEGUN = f"""(SELECT s.n - 1 AS n, s.channel::int AS channel, {INSTANT.format("s.low_us")} AS low,
    {INSTANT.format("s.high_us")} AS high, {INSTANT.format("s.begun_us")} AS begun
    FROM unnest(%s, %s, %s, %s) WITH ORDINALITY
    AS s (channel, low_us, high_us, begun_us, n)) AS t"""
_LONG_AGO_US = -(2**55)
"""Before any reading. [us]"""


def _source(schema: str, as_of: int | None) -> str:
    """Return the SQL of the readings that counted at a position."""
    if as_of is None:
        return f"{schema}.reading"
    columns = "channel, at, count, quality, position"
    return (
        f"(SELECT {columns} FROM {schema}.reading WHERE position <= {as_of:d} UNION ALL "
        f"SELECT {columns} FROM {schema}.reading_superseded "
        f"WHERE position <= {as_of:d} AND until_position > {as_of:d}) AS known"
    )


def _before(source: str, begun: str = "") -> tuple[str, str]:
    """Return the SQL of the nearest instant before a span that was read, and of the first of any.

    The second is asked where nothing was read: all before the span are estimates.
    """
    before = f"SELECT at FROM {source} WHERE channel = t.channel AND at < t.low {begun}"
    nearest, first = "ORDER BY at DESC LIMIT 1", "ORDER BY at LIMIT 1"
    return f"({before} AND {READ} {nearest})", f"({before} AND {GOOD} {first})"


def _behind(source: str) -> tuple[str, str]:
    """Return the SQL of the nearest instant behind a span that was read, and of the last of any."""
    behind = f"SELECT at FROM {source} WHERE channel = t.channel AND at > t.high"
    nearest, last = "ORDER BY at LIMIT 1", "ORDER BY at DESC LIMIT 1"
    return f"({behind} AND {READ} {nearest})", f"({behind} AND {GOOD} {last})"


def _instants(column: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return instants of which -infinity, read as microseconds, is none."""
    return np.where(column < -(2**62), NO_NEIGHBOUR, column)


def _many(
    channels: int,
    number: NDArray[np.int64],
    at_us: NDArray[np.int64],
    count: NDArray[np.int64],
    quality: NDArray[np.int64],
    position: NDArray[np.int64],
) -> AcceptedMany:
    """Return readings by channel and instant: an aggregate gives them in any order."""
    order = np.lexsort((at_us, number))
    return AcceptedMany(
        offsets=np.searchsorted(number[order], np.arange(channels + 1)).astype(np.int64),
        at_us=at_us[order],
        count=count[order],
        quality=quality[order].astype(np.uint8),
        position=position[order],
    )
