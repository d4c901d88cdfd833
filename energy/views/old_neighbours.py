"""In: edges of old windows. Out: what lies beyond them, up to a measured neighbour. I/O: reads.

The index of the batches is walked outwards from the edge: each round decodes the entries of about
a day, so what is decoded grows with the time to the neighbour alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import numpy as np

from energy.base.quality import Quality
from energy.store.arrays import INSTANT, use_arrays
from energy.views.positioned import Positioned, or_last
from energy.views.told import Connection, Window, joined

DAY_US = 86_400_000_000


class Side(Enum):
    """Which way from an edge."""

    BEFORE = "before"
    BEHIND = "behind"


def neighbours_told(
    connection: Connection,
    schema: str,
    side: Side,
    edges: Mapping[int, int],
    limit_us: int,
    up_to: int | None,
    told: Callable[[Mapping[int, Window]], Positioned],
) -> Positioned:
    """Return the counting readings beyond edges, up to a measured one where there is one.

    Args:
        connection: Any connection that may read.
        schema: Schema of the views.
        side: Before the edges or behind them.
        edges: Per channel number; the edge itself is not part. [us]
        limit_us: Nothing beyond this instant is asked for. [us]
        up_to: Entries after this position are not asked; None for all.
        told: Gives the counting readings of windows.
    """
    parts: list[Positioned] = []
    open_edges = dict(edges)
    slack_us = 0
    while open_edges:
        ends = _ends(connection, schema, side, open_edges, up_to)
        asked = _asked(side, open_edges, ends, slack_us, limit_us)
        if not asked:
            break
        part = told(asked)
        parts.append(part)
        columns = part.readings
        measured = (columns.quality != Quality.SUSPECT) & (columns.quality != Quality.ESTIMATED)
        found = set(np.unique(columns.channel[measured]).tolist())
        open_edges = {
            number: window[0] if side is Side.BEFORE else window[1]
            for number, window in asked.items()
            if number not in found
        }
        slack_us = max(DAY_US, 2 * slack_us)
    return joined(parts)


def _asked(
    side: Side, edges: Mapping[int, int], ends: Mapping[int, int], slack_us: int, limit_us: int
) -> dict[int, Window]:
    """Return the next window of each channel: from its edge to where the next batch reaches."""
    asked: dict[int, Window] = {}
    for number, end_us in ends.items():
        edge_us = edges[number]
        if side is Side.BEFORE:
            window = (max(end_us - slack_us, limit_us), edge_us - 1)
        else:
            window = (edge_us + 1, min(end_us + slack_us, limit_us))
        if window[0] <= window[1]:
            asked[number] = window
    return asked


def _ends(
    connection: Connection,
    schema: str,
    side: Side,
    edges: Mapping[int, int],
    up_to: int | None,
) -> dict[int, int]:
    """Return how far to look: into the nearest short batch, or a day into the nearest long one."""
    index = f"FROM {schema}.batch_index WHERE channel = t.channel AND position <= t.up_to"
    short, long = (f"last_at - first_at {sign} interval '1 day'" for sign in ("<=", ">"))
    if side is Side.BEFORE:
        wanted = (
            f"greatest((SELECT first_at {index} AND first_at < t.edge AND {short} "
            "ORDER BY first_at DESC LIMIT 1), (SELECT least(last_at, t.edge) - interval '1 day' "
            f"{index} AND first_at < t.edge AND {long} ORDER BY last_at DESC LIMIT 1))"
        )
    else:
        wanted = (
            f"least((SELECT last_at {index} AND first_at > t.edge - interval '1 day' "
            f"AND last_at > t.edge AND {short} ORDER BY first_at LIMIT 1), "
            f"(SELECT greatest(first_at, t.edge) + interval '1 day' {index} "
            f"AND last_at > t.edge AND {long} ORDER BY last_at LIMIT 1))"
        )
    with connection.cursor(binary=True) as cursor:
        use_arrays(cursor)
        rows: list[tuple[Any, ...]] = cursor.execute(
            f"SELECT array_agg(channel::bigint), array_agg(end_at) FROM (SELECT t.channel, "
            f"{wanted} AS end_at FROM (SELECT channel::int, {INSTANT.format('edge_us')} AS edge, "
            "%s::bigint AS up_to FROM unnest(%s, %s) AS s (channel, edge_us)) AS t) AS e "
            "WHERE end_at IS NOT NULL",
            (
                or_last(up_to),
                np.array(list(edges), dtype=np.int64),
                np.array(list(edges.values()), dtype=np.int64),
            ),
        ).fetchall()
    channels, ends = rows[0]
    if channels is None:
        return {}
    return dict(zip(channels.tolist(), ends.tolist(), strict=True))
