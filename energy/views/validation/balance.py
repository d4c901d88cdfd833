"""In: supply nodes with their balance. Out: days beyond the limit, and who is to blame. I/O: reads.

What explains a residual is pure (energy/metering/supply/culprit.py); here it gets the usage of a
period and the multipliers that were entered.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg

from energy.base.clock import from_us, to_us
from energy.base.period import Period, local_day, midnight
from energy.base.units import Utility
from energy.metering.checks import loss_over_limit
from energy.metering.supply.balance import NodeBalance
from energy.metering.supply.culprit import verdicts
from energy.metering.supply.culprit_verdict import Verdict
from energy.metering.usage_groups import Every
from energy.views.balance import Balanced, balances, point_channels
from energy.views.plant_rows import supplied_utilities
from energy.views.validation.lot import Windows
from energy.views.validation.readings import Met
from energy.views.validation.told import Scope, Told

Connection = psycopg.Connection[tuple[object, ...]]
LOOK_BACK: Final = timedelta(days=35)
"""How far back days are balanced again when something came late."""
SETTLED: Final = timedelta(hours=1)
"""A day is balanced so long after its end."""


def explained(connection: Connection, schema: str, balanced: Balanced) -> list[Verdict]:
    """Return what can be said of the residual of each node of a utility, by node.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        balanced: Of a period; a month says more than a day.
    """
    return verdicts(
        balanced.series,
        balanced.flows,
        step_s=balanced.step_s,
        multipliers=_multipliers(connection, schema, list(balanced.flows)),
        ties=balanced.ties,
    )


def _multipliers(connection: Connection, schema: str, points: list[str]) -> dict[str, Fraction]:
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT point, multiplier FROM {schema}.meter "
        "WHERE point = ANY(%s) AND multiplier IS NOT NULL",
        (points,),
    ).fetchall()
    return {point: Fraction(multiplier) for point, multiplier in rows}


def checked_balance(
    connection: Connection, schema: str, zone: ZoneInfo, now: datetime, windows: Windows, met: Met
) -> None:
    """Look at the days on which something came, for nodes that lose more than their limit.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        now: The present, aware UTC.
        windows: Time of what came, by channel. [us]
        met: What was found, and where was looked, is added.
    """
    if not windows or not _limited(connection, schema):
        return
    came = max(from_us(min(low for low, _ in windows.values())), now - LOOK_BACK)
    first = min(local_day(came, zone), local_day(now, zone) - timedelta(days=1))
    end = midnight(local_day(now - SETTLED, zone), zone)
    start = midnight(first, zone)
    if start >= end:
        return
    period = Period(start=start, end=end)
    for utility in supplied_utilities(connection, schema):
        days = balances(connection, schema, zone, Utility(utility), period, every=Every.DAY)
        _tell(connection, schema, Utility(utility), days, met)


def _tell(
    connection: Connection, schema: str, utility: Utility, days: list[NodeBalance], met: Met
) -> None:
    """Add what is beyond its limit; the finding stands at the channel of what comes in."""
    limited = [day for day in days if day.node.limit_percent is not None and day.node.entries]
    points = sorted({day.node.entries[0].point for day in limited})
    channels = {
        each.point: each.into if each.into is not None else each.back
        for each in point_channels(connection, schema, utility, points)
    }
    placed: list[tuple[int, NodeBalance]] = []
    for day in limited:
        number = channels.get(day.node.entries[0].point)
        if number is not None and loss_over_limit.speaks(day):
            placed.append((number, day))
            low_us, high_us = to_us(day.start), to_us(day.end)
            codes = (loss_over_limit.CODE,)
            met.scopes.append(Scope(codes=codes, channel=number, low_us=low_us, high_us=high_us))
    for span in loss_over_limit.found(placed):
        met.found.append(Told.of(loss_over_limit.CODE, loss_over_limit.SEVERITY, span.place, span))


def _limited(connection: Connection, schema: str) -> bool:
    """Return whether any node has a limit: most sites look no further."""
    row = connection.execute(
        f"SELECT FROM {schema}.supply_history WHERE facts::text LIKE '%limit_percent%' LIMIT 1"
    ).fetchone()
    return row is not None
