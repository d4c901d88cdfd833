"""In: the dirty queue of usage days. Out: usage_hour, usage_day, usage_month. I/O: PostgreSQL.

Rollups are for screens; a bill is never made from them. Recomputing a dirty day is idempotent,
so late, changed and repeated readings need no rule of their own. One at a time rolls a site up:
a month is summed from the days that others may be writing.
"""

from __future__ import annotations

import psycopg

from energy.base.quality import Quality

ROLLUP_LOCK = 7_246_002
"""First part of the advisory lock's key; the second is the schema's."""
_WORST = (
    "(ARRAY[0,1,2,4,3,5,6])[1 + max(CASE {q} WHEN 3 THEN 4 WHEN 4 THEN 3 ELSE {q} END)]::smallint"
)
_LATEST = (
    "SELECT DISTINCT ON (b.channel, b.day) b.* FROM {schema}.usage_block AS b "
    "JOIN dirty USING (channel, day) ORDER BY b.channel, b.day, b.epoch DESC"
)


def roll_up(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, *, limit: int = 2_000
) -> int:
    """Recompute the rollups of up to `limit` dirty (channel, day) pairs; return how many.

    Args:
        connection: Role meterline_writer, outside a transaction.
        schema: The site's schema.
        limit: Most pairs in one transaction.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (ROLLUP_LOCK, schema))
        rows = connection.execute(
            f"DELETE FROM {schema}.usage_dirty WHERE (channel, day) IN (SELECT channel, day "
            f"FROM {schema}.usage_dirty ORDER BY day, channel LIMIT %s FOR UPDATE SKIP LOCKED) "
            "RETURNING channel, day",
            (limit,),
        ).fetchall()
        if not rows:
            return 0
        keys = ([row[0] for row in rows], [row[1] for row in rows])
        dirty = "WITH dirty AS (SELECT * FROM unnest(%s::int[], %s::date[]) AS d (channel, day)) "
        connection.execute(
            f"{dirty}, block AS ({_LATEST.format(schema=schema)}) "
            f"INSERT INTO {schema}.usage_day "
            "SELECT channel, day, total, worst, position FROM block "
            "ON CONFLICT (channel, day) DO UPDATE SET usage = excluded.usage, "
            "quality = excluded.quality, position = excluded.position",
            keys,
        )
        _hours(connection, schema, dirty, keys)
        connection.execute(
            f"{dirty} INSERT INTO {schema}.usage_month "
            "SELECT u.channel, date_trunc('month', u.day)::date, sum(u.usage), "
            f"{_WORST.format(q='u.quality')}, max(u.position) FROM {schema}.usage_day AS u "
            "JOIN (SELECT DISTINCT channel, date_trunc('month', day)::date AS month FROM dirty) "
            "AS m ON m.channel = u.channel AND m.month = date_trunc('month', u.day)::date "
            "GROUP BY 1, 2 ON CONFLICT (channel, month) DO UPDATE SET usage = excluded.usage, "
            "quality = excluded.quality, position = excluded.position",
            keys,
        )
    return len(rows)


def _hours(
    connection: psycopg.Connection[tuple[object, ...]],
    schema: str,
    dirty: str,
    keys: tuple[list[object], list[object]],
) -> None:
    """Recompute the hours of the dirty days."""
    missing = int(Quality.MISSING)
    connection.execute(  # an hour that is known no more leaves no row behind
        f"{dirty}, block AS ({_LATEST.format(schema=schema)}) "
        f"DELETE FROM {schema}.usage_hour AS h USING block WHERE h.channel = block.channel "
        "AND h.start_at >= block.start_at AND h.start_at < block.start_at "
        "+ make_interval(secs => block.intervals * block.step_s)",
        keys,
    )
    connection.execute(
        f"{dirty}, block AS ({_LATEST.format(schema=schema)}) "
        f"INSERT INTO {schema}.usage_hour "
        "SELECT block.channel, date_bin('1 hour', u.start_at, block.start_at), "
        f"sum(u.usage), {_WORST.format(q='u.quality')}, max(block.position) "
        f"FROM block CROSS JOIN LATERAL {schema}.usage_unpack("
        f"ROW(block.*)::{schema}.usage_block) AS u "
        f"GROUP BY 1, 2 HAVING min(u.quality) <> {missing} OR max(u.quality) <> {missing} "
        "ON CONFLICT (channel, start_at) DO UPDATE SET usage = excluded.usage, "
        "quality = excluded.quality, position = excluded.position",
        keys,
    )
