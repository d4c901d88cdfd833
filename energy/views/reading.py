"""In: decoded batches. Out: the views `reading`, `latest` and `batch_index`. I/O: PostgreSQL.

`reading` holds the reading that counts per (channel, instant): approved correction before
measured before manual before estimated; within a rank the first position wins and a different
value is a conflict finding; among corrections and among estimates the last wins. What counted
before stays in `reading_superseded`: a bill is proved by what counted when it was made.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.finding import Finding, Severity
from energy.base.quality import Quality
from energy.journal.ingest import store_findings
from energy.metering.reading import ReadingColumns
from energy.store.arrays import INSTANT, use_arrays
from energy.store.binary_copy import pack
from energy.views.positioned import Positioned
from energy.views.registry_columns import RegistryColumns, places_in
from energy.views.slice import Slice

_TYPES = ("int4", "timestamptz", "int8", "int2", "int8")
_RANK = "(CASE {q} WHEN 1 THEN 0 WHEN 0 THEN 1 WHEN 2 THEN 2 WHEN 3 THEN 3 ELSE 9 END)"


def write_readings(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    batch: Positioned,
    fresh: NDArray[np.bool_] | None = None,
) -> None:
    """Write readings into `reading` and `latest`; duplicates by precedence.

    Fresh readings go by COPY straight into the table; of the rest those that are already there go
    through a stage and the rules. `latest` takes no reading of a clock that runs ahead: every
    later one would be older.

    Args:
        cursor: Inside the follower's transaction.
        schema: Schema of the views.
        batch: Readings in the order of the journal.
        fresh: Which are the only ones of their channel and instant, here and in the table; None
            when that is not known.
    """
    order = np.lexsort((batch.readings.at_us, batch.readings.channel))
    batch = batch.chosen(order)  # neighbours in the index arrive together
    new = np.zeros(len(order), dtype=np.bool_) if fresh is None else fresh[order]
    for which in (new, ~new):
        if which.any():
            _copy_or_merge(cursor, schema, batch if which.all() else batch.chosen(which))
    present = ~batch.ahead
    if present.any():
        _write_latest(cursor, schema, batch.chosen(present), new[present])


def _copy_or_merge(
    cursor: psycopg.Cursor[tuple[object, ...]], schema: str, batch: Positioned
) -> None:
    """Copy readings into the table; when one is already there, all of them by the rules."""
    columns = batch.readings
    stream = pack(
        _TYPES,
        (columns.channel, columns.at_us, columns.count, columns.quality, batch.position),
    )
    try:
        with (
            cursor.connection.transaction(),
            cursor.copy(
                f"COPY {schema}.reading (channel, at, count, quality, position) "
                "FROM STDIN (FORMAT binary)"
            ) as copy,
        ):
            copy.write(stream)
    except psycopg.errors.UniqueViolation:
        _stage(cursor, stream)
        _report_conflicts(cursor, schema)
        _keep_superseded(cursor, schema)
        _merge(cursor, schema)


def _stage(cursor: psycopg.Cursor[tuple[object, ...]], stream: bytes) -> None:
    cursor.execute(
        "CREATE TEMP TABLE IF NOT EXISTS reading_stage (channel int, at timestamptz, count bigint,"
        " quality smallint, position bigint, ordinal serial) ON COMMIT DELETE ROWS"
    )
    cursor.execute("TRUNCATE reading_stage RESTART IDENTITY")
    with cursor.copy(
        "COPY reading_stage (channel, at, count, quality, position) FROM STDIN (FORMAT binary)"
    ) as copy:
        copy.write(stream)


_TOLD = """
    SELECT channel, at, count, quality, {rank} AS rank, position, ordinal
    FROM reading_stage
    UNION ALL
    SELECT r.channel, r.at, r.count, r.quality, {old_rank}, r.position, 0
    FROM {schema}.reading AS r
    JOIN (SELECT DISTINCT channel, at FROM reading_stage) AS s USING (channel, at)
"""
"""Every reading of the staged instants in the order in which they came."""


def _told(schema: str) -> str:
    return _TOLD.format(
        schema=schema, rank=_RANK.format(q="quality"), old_rank=_RANK.format(q="r.quality")
    )


def _report_conflicts(cursor: psycopg.Cursor[tuple[object, ...]], schema: str) -> None:
    """Name every reading that differs from the one of its rank that counted when it came.

    Each reading is judged by what came before it, so the findings do not depend on how the
    journal was sliced.
    """
    rows = cursor.execute(
        f"""
        WITH told AS ({_told(schema)}), judged AS (
            SELECT *, min(rank) OVER (PARTITION BY channel, at ORDER BY ordinal
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS counted,
                first_value(count) OVER (PARTITION BY channel, at, rank ORDER BY ordinal) AS kept
            FROM told
        )
        SELECT channel, at, position, least(kept, count), greatest(kept, count) FROM judged
        WHERE rank BETWEEN 1 AND 2 AND rank = counted AND count <> kept
        ORDER BY ordinal
        """
    ).fetchall()
    store_findings(
        cursor.connection,
        schema,
        [
            Finding(
                code="reading.conflict",
                severity=Severity.DO_NOT_BILL,
                channel=channel,  # type: ignore[arg-type]
                start=at,  # type: ignore[arg-type]
                end=at,  # type: ignore[arg-type]
                position=position,  # type: ignore[arg-type]
                proof={"least": low, "greatest": high},
            )
            for channel, at, position, low, high in rows
        ],
    )


def _keep_superseded(cursor: psycopg.Cursor[tuple[object, ...]], schema: str) -> None:
    """Keep every reading that counted until a better one of the stage came.

    A reading wins when it is better than all before it, a correction or an estimate also when it
    is the later one; whoever won before it counted until then. One that another of its own batch
    beat never counted.
    """
    cursor.execute(
        f"""
        WITH told AS ({_told(schema)}), judged AS (
            SELECT *, min(rank) OVER (PARTITION BY channel, at ORDER BY ordinal
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS counted
            FROM told
        ), won AS (
            SELECT *, lead(position) OVER (PARTITION BY channel, at ORDER BY ordinal) AS until
            FROM judged WHERE counted IS NULL OR rank < counted
                OR (rank = counted AND rank IN (0, 3))
        )
        INSERT INTO {schema}.reading_superseded
        SELECT channel, at, count, quality, position, until FROM won WHERE until > position
        """
    )


def _merge(cursor: psycopg.Cursor[tuple[object, ...]], schema: str) -> None:
    rank = _RANK.format(q="quality")
    new, old = _RANK.format(q="excluded.quality"), _RANK.format(q="r.quality")
    cursor.execute(
        f"""
        INSERT INTO {schema}.reading AS r (channel, at, count, quality, position)
        SELECT DISTINCT ON (channel, at) channel, at, count, quality, position FROM reading_stage
        ORDER BY channel, at, {rank}, CASE WHEN quality IN (1, 3) THEN -ordinal ELSE ordinal END
        ON CONFLICT (channel, at) DO UPDATE SET count = excluded.count,
            quality = excluded.quality, position = excluded.position
        WHERE {new} < {old}
            OR ({new} = {old} AND {old} IN (0, 3) AND excluded.position > r.position)
        """
    )


def _write_latest(
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    batch: Positioned,
    fresh: NDArray[np.bool_],
) -> None:
    """Take over the counting reading of each channel's newest instant.

    That of a fresh instant is here; any other is asked of the table.
    """
    use_arrays(cursor)
    columns = batch.readings
    last = np.append(columns.channel[1:] != columns.channel[:-1], [True])
    known = last & fresh & (columns.quality != Quality.SUSPECT)
    taken = (
        "ON CONFLICT (channel) DO UPDATE SET at = excluded.at, count = excluded.count, "
        "quality = excluded.quality, position = excluded.position WHERE excluded.at >= l.at"
    )
    into = f"INSERT INTO {schema}.latest AS l (channel, at, count, quality, position) "
    at = INSTANT.format("k.at_us")
    if known.any():
        cursor.execute(
            f"{into} SELECT k.channel, {at}, k.count, k.quality, k.position "
            "FROM unnest(%s, %s, %s, %s, %s) AS k (channel, at_us, count, quality, position) "
            f"{taken}",
            (
                columns.channel[known],
                columns.at_us[known],
                columns.count[known],
                columns.quality[known],
                batch.position[known],
            ),
        )
    asked = last & ~known
    if asked.any():
        cursor.execute(
            f"{into} SELECT r.channel, r.at, r.count, r.quality, r.position "
            "FROM unnest(%s, %s) AS k (channel, at_us) "
            f"JOIN {schema}.reading AS r ON r.channel = k.channel::int AND r.at = {at} {taken}",
            (columns.channel[asked], columns.at_us[asked]),
        )


def write_index(cursor: psycopg.Cursor[tuple[object, ...]], schema: str, batch: Positioned) -> None:
    """Write which positions hold readings of which channels and times."""
    columns = batch.readings
    order = np.lexsort((columns.channel, batch.position))
    position, channel = batch.position[order], columns.channel[order]
    at_us = columns.at_us[order]
    starts = np.flatnonzero(
        np.concatenate([[True], (position[1:] != position[:-1]) | (channel[1:] != channel[:-1])])
    )
    stream = pack(
        ("int8", "int4", "timestamptz", "timestamptz", "int4"),
        (
            position[starts],
            channel[starts],
            np.minimum.reduceat(at_us, starts),
            np.maximum.reduceat(at_us, starts),
            np.diff(np.append(starts, len(order))),
        ),
    )
    with cursor.copy(
        f"COPY {schema}.batch_index (position, channel, first_at, last_at, readings) "
        "FROM STDIN (FORMAT binary)"
    ) as copy:
        copy.write(stream)


class ReadingView:
    """Folds readings into `reading`, `latest` and `batch_index`."""

    name = "reading"
    needs = ("registry",)
    tables = ("reading", "reading_superseded", "latest", "batch_index")

    def __init__(self) -> None:
        """Begin without knowing what is newest."""
        self._columns: RegistryColumns | None = None
        self._newest_us = np.empty(0, dtype=np.int64)

    def forget(self) -> None:
        """Drop the newest instants: the next part is not the one right behind."""
        self._columns = None

    def fold(self, cursor: psycopg.Cursor[tuple[object, ...]], part: Slice) -> None:
        """Write the readings of a part; a registry event changes none."""
        if part.readings is None:
            return
        if self._columns is not part.columns:
            self._newest_us = _newest(cursor, part)
            self._columns = part.columns
        readings = part.readings.readings
        place = places_in(part.columns.channel, readings.channel)
        later = readings.at_us > self._newest_us[place]
        write_readings(cursor, part.schema, part.readings, later & _alone(readings))
        write_index(cursor, part.schema, part.readings)
        present = later & ~part.readings.ahead
        np.maximum.at(self._newest_us, place[present], readings.at_us[present])


def _newest(cursor: psycopg.Cursor[tuple[object, ...]], part: Slice) -> NDArray[np.int64]:
    """Return the newest instant of every channel; long ago where it never spoke. [us]."""
    use_arrays(cursor)
    newest = np.full(len(part.columns.channel), np.iinfo(np.int64).min)
    rows: list[tuple[Any, ...]] = cursor.execute(
        f"SELECT array_agg(channel::bigint), array_agg(at) FROM {part.schema}.latest", binary=True
    ).fetchall()
    if rows[0][0] is not None:
        newest[places_in(part.columns.channel, rows[0][0])] = rows[0][1]
    return newest


def _alone(readings: ReadingColumns) -> NDArray[np.bool_]:
    """Return which readings are the only ones of their channel and instant."""
    order = np.lexsort((readings.at_us, readings.channel))
    channel, at_us = readings.channel[order], readings.at_us[order]
    same = (channel[1:] == channel[:-1]) & (at_us[1:] == at_us[:-1])
    alone = np.ones(len(order), dtype=np.bool_)
    alone[order] = ~(np.append(same, [False]) | np.append([False], same))
    return alone
