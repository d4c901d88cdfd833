"""In: the table `parked` of a site. Out: how many entries wait for a decision. I/O: reads."""

from __future__ import annotations

from energy.store.pool import Database


def count_parked(database: Database, schema: str) -> dict[str, int]:
    """Return how many entries each follower has parked that nobody has settled; none left out.

    Args:
        database: Any role that may read.
        schema: The schema of the followers.
    """
    with database.connection() as connection:
        rows = connection.execute(
            f"SELECT follower, count(*) FROM {schema}.parked "
            "WHERE resolved_at IS NULL GROUP BY follower"
        ).fetchall()
    return {str(follower): int(str(count)) for follower, count in rows}
