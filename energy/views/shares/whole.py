"""In: what an apportionment divides, a period. Out: its usage. I/O: reads.

That is the usage of a metering point, measured or computed, or what goes into a supply node and
comes out nowhere: its losses, the expected ones too. While a closed tie makes the node one with
others nobody can tell its own part, so it is MISSING then.
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from energy.base.period import Period
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.usage import UsageSpan
from energy.views.balance import balanced, point_channels
from energy.views.computed import channel_usage
from energy.views.shares.rows import channel_of_whole

Connection = psycopg.Connection[tuple[object, ...]]


def whole_usage(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    whole: Mapping[str, str],
    period: Period,
    as_of: int | None,
) -> UsageSpan:
    """Return what is divided.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        whole: {"point", "quantity"} or {"utility", "node"}.
        period: Whole local days.
        as_of: Metering position; None for now.
    """
    channel = channel_of_whole(connection, schema, whole)
    if channel is not None:
        return channel_usage(connection, schema, zone, [channel], period, as_of)[channel]
    utility, node = Utility(whole["utility"]), whole["node"]
    found = balanced(connection, schema, zone, utility, period, as_of)
    many = (period.end - period.start).total_seconds() // found.step_s
    usage = np.zeros(int(many), dtype=np.int64)
    quality = np.full(int(many), Quality.MISSING, dtype=np.uint8)
    for series in found.series:
        if series.node.key == node and not series.node.ties:
            known = series.known
            usage[known] = (series.into - series.out)[known]
            quality[known] = series.quality[known]
    return UsageSpan(
        channel=0, start=period.start, step_s=found.step_s, usage=usage, quality=quality
    )


def whole_channels(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    whole: Mapping[str, str],
    period: Period,
    as_of: int | None,
) -> set[int]:
    """Return the channels that what is divided rests on: of a supply node, all meters around it.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        whole: {"point", "quantity"} or {"utility", "node"}.
        period: Span on whole grid intervals.
        as_of: Metering position; None for now.
    """
    channel = channel_of_whole(connection, schema, whole)
    if channel is not None:
        return {channel}
    utility, node = Utility(whole["utility"]), whole["node"]
    found = balanced(connection, schema, zone, utility, period, as_of)
    around = [each.node for each in found.series if node in each.node.nodes]
    points = {meter.point for each in around for meter in (*each.entries, *each.children)}
    told = point_channels(connection, schema, utility, sorted(points))
    return {n for each in told for n in (each.into, each.back) if n is not None}
