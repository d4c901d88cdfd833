"""In: events of the place tree and of supply graphs. Out: their rows. I/O: PostgreSQL."""

from __future__ import annotations

from typing import Any

import psycopg


def write_places(
    cursor: psycopg.Cursor[tuple[object, ...]], schema: str, places: list[dict[str, Any]]
) -> None:
    """Put a place tree in the stead of the one there is.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        places: Of the event.
    """
    cursor.execute(f"DELETE FROM {schema}.place")
    for place in places:
        cursor.execute(
            f"INSERT INTO {schema}.place VALUES (%s, %s, %s, %s, %s)",
            (
                place["key"],
                place.get("parent"),
                place["kind"],
                place["name"],
                place.get("area_m2"),
            ),
        )


def write_supply(cursor: psycopg.Cursor[tuple[object, ...]], schema: str, event: Any) -> None:
    """Close the utility's graph at the new one's start and write the new one.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        event: SupplyGraph.Created or Redefined.
    """
    for table in ("supply_node", "supply_edge"):
        cursor.execute(
            f"UPDATE {schema}.{table} SET valid_to = %s WHERE utility = %s AND valid_to IS NULL",
            (event.valid_from, event.utility),
        )
    for node in event.nodes:
        cursor.execute(
            f"INSERT INTO {schema}.supply_node VALUES (%s, %s, %s, %s, %s, %s)",
            (
                event.utility,
                node["key"],
                node["kind"],
                node["name"],
                node.get("point"),
                event.valid_from,
            ),
        )
    for from_key, to_key in event.edges:
        cursor.execute(
            f"INSERT INTO {schema}.supply_edge VALUES (%s, %s, %s, %s)",
            (event.utility, from_key, to_key, event.valid_from),
        )
