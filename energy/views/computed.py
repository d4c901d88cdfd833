"""In: channels, a period, a position. Out: their usage, measured or computed. I/O: reads.

A computed channel has no readings: its usage follows from that of others by a rule (a formula, a
share of a common meter). Who wants usage asks here and need not know which kind a channel is of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

import psycopg

from energy.base.period import Period
from energy.metering.usage import UsageSpan
from energy.views.as_of import usage_as_of
from energy.views.usage import read_spans

Connection = psycopg.Connection[tuple[object, ...]]
Rule = Callable[
    [Connection, str, ZoneInfo, Sequence[int], Period, int | None], Mapping[int, UsageSpan]
]
"""Usage of some channels of one rule: takes what `channel_usage` takes, in its order."""

RULES: dict[str, Rule] = {}
"""Rules by name; `computed_channel.rule` names the one a channel follows."""


def channel_usage(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channels: Sequence[int],
    period: Period,
    as_of: int | None = None,
) -> dict[int, UsageSpan]:
    """Return the usage of some channels over a period, MISSING where nothing is known.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        channels: Channel numbers, measured or computed.
        period: Span on whole grid intervals of every channel asked for.
        as_of: Metering position: usage as known there; None for now.

    Raises:
        NotFoldedError: The views have not come that far.
    """
    if as_of is None:
        return read_spans(connection, schema, channels, period)
    return usage_as_of(connection, schema, zone, channels, period, as_of)
