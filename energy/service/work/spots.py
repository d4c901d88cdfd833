"""In: keys that a person named. Out: what the site has there, or a refusal. I/O: reads."""

from __future__ import annotations

import re
from typing import Final

import psycopg

from energy.service.work.errors import WorkError
from energy.service.work.heard import Spot

_NUMBER: Final = re.compile(r"[A-Z]-[0-9]{4}-[0-9]{5,9}")
_PLAN: Final = "M-"
"""Begins the numbers of plans of maintenance."""
Connection = psycopg.Connection[tuple[object, ...]]


def demand_spot(connection: Connection, schema: str, spot: Spot) -> None:
    """Refuse a spot that the site never had; of a closed place there is still much to do.

    Raises:
        WorkError: There is no such place, node or point.
    """
    utility, _, node = spot.node.partition("/")
    asked = (
        ("place", spot.place, "place_history WHERE place = %s", (spot.place,)),
        (
            "node",
            spot.node,
            "supply_node WHERE utility = %s AND key = %s",
            (utility, node),
        ),
        ("point", spot.point, "meter WHERE point = %s", (spot.point,)),
    )
    for name, key, query, values in asked:
        if (
            key
            and connection.execute(f"SELECT FROM {schema}.{query}".encode(), values).fetchone()
            is None
        ):
            raise WorkError.of(f"no_{name}", key=key)


def demand_asset(connection: Connection, schema: str, equipment: str, plan: str) -> None:
    """Refuse a piece of equipment or a plan of maintenance that the site does not have.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        equipment: Number of the piece; "" of none.
        plan: Number of the plan; "" of none. Of another kind, such as a case, its own desk knows.

    Raises:
        WorkError: There is no such piece or plan.
    """
    other = _NUMBER.fullmatch(plan) and not plan.startswith(_PLAN)
    for name, number, table in (
        ("equipment", equipment, "equipment"),
        ("plan", "" if other else plan, "maintenance_plan"),
    ):
        asked = f"SELECT FROM {schema}.{table} WHERE number = %s"
        if number and connection.execute(asked.encode(), (number,)).fetchone() is None:
            raise WorkError.of(f"no_{name}", key=number)


def point_of(connection: Connection, schema: str, channel: int) -> str:
    """Return the metering point of a channel; "" of none."""
    row = connection.execute(
        f"SELECT point FROM {schema}.channel WHERE number = %s", (channel,)
    ).fetchone()
    return str(row[0]) if row else ""
