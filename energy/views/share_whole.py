"""In: an apportionment, a period. Out: the quantity that is divided. I/O: reads."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import psycopg

from energy.base.period import Period
from energy.metering.usage import UsageSpan
from energy.views.computed import channel_usage
from energy.views.shares import ShareRow, channel_of_whole

Connection = psycopg.Connection[tuple[object, ...]]


def whole_usage(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    share: ShareRow,
    period: Period,
    as_of: int | None,
) -> UsageSpan:
    """Return what is divided, on the grid of the apportionment.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        share: The apportionment.
        period: Whole local days.
        as_of: Metering position; None for now.
    """
    channel = channel_of_whole(connection, schema, share.whole)
    assert channel is not None, "a supply node is not divided yet"
    return channel_usage(connection, schema, zone, [channel], period, as_of)[channel]
