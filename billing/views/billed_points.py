"""In: issued documents. Out: what they bill of each point, and for which days. I/O: reads.

A credit note takes back what its invoice billed, for the same days. An adjustment on a later
invoice concerns the days that it corrects.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from energy.base.units import Utility

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledPoint:
    """What issued documents bill of a point for some days."""

    point: str
    first_day: date
    last_day: date
    net: Decimal
    """Before tax, credit notes taken off. [currency]"""


def read_billed_points(
    connection: Connection, schema: str, utility: Utility, first: date, last: date
) -> list[BilledPoint]:
    """Return what is billed of each point for spans that touch some days.

    Args:
        connection: Any connection that may read the books.
        schema: The site's schema.
        utility: Of the points.
        first: First local day.
        last: Last local day, included.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"WITH stored AS (SELECT document::jsonb AS told FROM {schema}.invoice "
        "WHERE state = 'issued' AND last_day >= %(first)s), "
        "document AS (SELECT told, CASE told ->> 'kind' WHEN 'credit_note' THEN -1 ELSE 1 END "
        "AS sign FROM stored), "
        "supply AS (SELECT sign, s FROM document, jsonb_array_elements(told -> 'supplies') AS s "
        "WHERE s ->> 'utility' = %(utility)s), "
        "part AS (SELECT s ->> 'point' AS point, (s ->> 'first_day')::date AS first, "
        "(s ->> 'last_day')::date AS last, sign * (c ->> 'net')::numeric AS net "
        "FROM supply, jsonb_array_elements(s -> 'charges') AS c "
        "UNION ALL SELECT c ->> 'point', (a -> 'period' ->> 'first_day')::date, "
        "(a -> 'period' ->> 'last_day')::date, sign * (c ->> 'net')::numeric FROM document, "
        "jsonb_array_elements(coalesce(told -> 'adjustments', '[]')) AS a, "
        "jsonb_array_elements(a -> 'charges') AS c WHERE EXISTS (SELECT FROM "
        "jsonb_array_elements(told -> 'supplies') AS s WHERE s ->> 'utility' = %(utility)s "
        "AND s ->> 'point' = c ->> 'point')) "
        "SELECT point, first, last, sum(net) FROM part WHERE first <= %(last)s "
        "AND last >= %(first)s GROUP BY point, first, last ORDER BY point, first, last",
        {"utility": str(utility), "first": first, "last": last},
    ).fetchall()
    return [
        BilledPoint(point=point, first_day=begun, last_day=ended, net=net)
        for point, begun, ended, net in rows
    ]
