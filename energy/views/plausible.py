"""In: readings, facts of their channels. Out: SUSPECT where impossible, and findings. I/O.

One absurd count or clock must cost its own reading only: it is kept as SUSPECT with a finding, and
the fold never sees it. Whether a reading is dated ahead is told by when the journal learned it,
so a replay judges as the first time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.clock import from_us, to_us
from energy.base.finding import Finding, Severity
from energy.base.quality import Quality
from energy.journal.ingest import store_findings
from energy.metering.channel import Channel
from energy.metering.reading import ReadingColumns
from energy.views.positioned import Positioned
from energy.views.registry_columns import RegistryColumns, limits_of

OUT_OF_RANGE, FUTURE = IMPOSSIBLE_CODES = ("reading.out_of_range", "reading.future")


def judge(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    channels: RegistryColumns,
    batch: Positioned,
) -> Positioned:
    """Return the readings with the impossible ones as SUSPECT; store a finding on each of those.

    A good reading of the same instant that comes later explains such a finding.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        channels: Every channel of the site.
        batch: Readings in the order of the journal.
    """
    columns = batch.readings
    told = columns.quality != Quality.SUSPECT
    outside = told & channels.out_of_range(columns.channel, columns.count)
    ahead = told & batch.ahead
    if outside.any() or ahead.any():
        quality = np.where(outside | ahead, np.uint8(Quality.SUSPECT), columns.quality)
        columns = ReadingColumns(
            channel=columns.channel, at_us=columns.at_us, count=columns.count, quality=quality
        )
        batch = Positioned(readings=columns, position=batch.position, learned_us=batch.learned_us)
        # A wrong count blocks the bill of its time; a wrong clock tells no time to block.
        found = _findings(batch, outside, OUT_OF_RANGE, Severity.DO_NOT_BILL)
        found += _findings(batch, ahead & ~outside, FUTURE, Severity.WARN)
        store_findings(cursor.connection, schema, found)
    _explain(cursor, schema, batch)
    return batch


def out_of_range(columns: ReadingColumns, channels: Mapping[int, Channel]) -> NDArray[np.bool_]:
    """Return which counts their registers cannot show; see limits_of."""
    numbers = np.unique(columns.channel)
    limits = np.array([limits_of(channels[n]) for n in numbers.tolist()], dtype=np.int64)
    low, high = limits.reshape(-1, 2)[np.searchsorted(numbers, columns.channel)].T
    outside: NDArray[np.bool_] = (columns.count < low) | (columns.count > high)
    return outside


def _findings(
    batch: Positioned, which: NDArray[np.bool_], code: str, severity: Severity
) -> list[Finding]:
    chosen = batch.chosen(which)
    return [
        Finding(
            code=code,
            severity=severity,
            channel=reading.channel,
            start=reading.at,
            end=reading.at,
            position=position,
            proof={"count": reading.count, "learned_at": from_us(learned_us).isoformat()},
        )
        for reading, position, learned_us in zip(
            chosen.readings, chosen.position.tolist(), chosen.learned_us.tolist(), strict=True
        )
    ]


def _explain(cursor: psycopg.Cursor[tuple[object, ...]], schema: str, batch: Positioned) -> None:
    """Close findings on instants of which a later entry told a good reading."""
    columns = batch.readings
    opened: list[tuple[Any, ...]] = cursor.execute(
        f"SELECT code, channel, start_at, position FROM {schema}.finding "
        "WHERE code = ANY(%s) AND explained_position IS NULL AND start_at BETWEEN %s AND %s",
        (
            list(IMPOSSIBLE_CODES),
            from_us(int(columns.at_us.min())),
            from_us(int(columns.at_us.max())),
        ),
    ).fetchall()
    if not opened:
        return
    good = np.flatnonzero(
        np.isin(columns.at_us, [to_us(at) for _, _, at, _ in opened])
        & np.isin(columns.channel, [channel for _, channel, _, _ in opened])
        & (columns.quality != Quality.SUSPECT)
    )
    told: dict[tuple[int, int], list[int]] = {}
    for place in good.tolist():
        key = (int(columns.channel[place]), int(columns.at_us[place]))
        told.setdefault(key, []).append(int(batch.position[place]))
    for code, channel, at, position in opened:
        later = [each for each in told.get((channel, to_us(at)), ()) if each > position]
        if later:
            cursor.execute(
                f"UPDATE {schema}.finding SET explained_position = %s WHERE code = %s "
                "AND channel = %s AND start_at = %s AND position = %s",
                (min(later), code, channel, at, position),
            )
