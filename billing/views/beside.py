"""In: a point, quantities that its tariff prices. Out: their usage beside its own. I/O: reads."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from billing.errors import RatingError
from billing.rating.quantities import base_of, name_of_quantity
from energy.base.period import Period
from energy.metering.channel import Channel, Kind
from energy.metering.usage import UsageSpan
from energy.views.counted import counted_usage
from energy.views.registry import load_channels

Connection = psycopg.Connection[tuple[object, ...]]


def read_beside(
    known: tuple[Connection, str, ZoneInfo, int],
    billed: tuple[str, int],
    needed: Collection[str],
    period: Period,
    *,
    usage_of: Callable[[int], UsageSpan],
) -> dict[str, UsageSpan]:
    """Return the usage of other channels of a point, by the names that the rating has.

    Args:
        known: Any connection that may read, the site's schema and zone, the metering position.
        billed: The metering point and its billing channel, which is left out.
        needed: Names of quantities, `reactive_import`.
        period: Span on whole grid intervals.
        usage_of: Reads a channel that is of a utility.

    Returns:
        Usage by name [base unit of the quantity]; nothing of what no channel measures.

    Raises:
        RatingError: A count is no whole number of base units.
    """
    if not needed:
        return {}
    connection, schema, zone, position = known
    numbers: list[tuple[Any, ...]] = connection.execute(
        f"SELECT number FROM {schema}.channel WHERE point = %s AND number <> %s AND kind = ANY(%s)",
        (*billed, [Kind.COUNTER, Kind.INTERVAL, Kind.COMPUTED]),
    ).fetchall()
    channels = load_channels(connection, schema, only=[number for (number,) in numbers])
    found: dict[str, UsageSpan] = {}
    for number, each in sorted(channels.items(), reverse=True):  # the first of a name counts
        name = name_of_quantity(each.facts.quantity)
        if name not in needed:
            continue
        if each.facts.utility is None and each.facts.kind is not Kind.COMPUTED:
            counted = counted_usage(connection, schema, zone, [each], period, position)
            found[name] = _in_base_units(counted[number], each)
        else:
            found[name] = usage_of(number)
    return found


def _in_base_units(span: UsageSpan, channel: Channel) -> UsageSpan:
    factor = channel.facts.resolution * base_of(channel.facts)
    if factor.denominator != 1:
        raise RatingError(
            f"A count of {channel.key} is {factor} of the quantity's base unit, no whole number of "
            "it. Plan the channel with a coarser resolution."
        )
    return replace(span, usage=span.usage * factor.numerator)
