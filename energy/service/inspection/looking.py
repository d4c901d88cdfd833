"""In: a site, local days, who is supplied. Out: what is suspected there. I/O: reads.

What counts is read as it is known now; what follows from it is pure
(energy/service/inspection/suspecting.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import psycopg

from energy.alerting.outages.affected import FindSupplied
from energy.base.period import Period, day_starts, days_between, local_day, span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.usage import UsageSpan
from energy.service.inspection.rules import RuleSet
from energy.service.inspection.suspecting import (
    NodeLoss,
    PointUse,
    RatioChange,
    Suspected,
    losses,
    ratio_changes,
    zero_uses,
)
from energy.store.sites import Site
from energy.views.balance import balances
from energy.views.computed import channel_usage
from energy.views.usage_channels import UsageChannel, every_usage_channel

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Local days that somebody looks at, both included."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Return every day."""
        return days_between(self.first, self.last)


def look(
    connection: Connection, site: Site, days: Look, rules: RuleSet, supplied: FindSupplied
) -> list[Suspected]:
    """Return everything that is suspected over some local days.

    Args:
        connection: Any connection that may read.
        site: The site.
        days: What is looked at.
        rules: When something is suspected.
        supplied: Asks the books who is supplied at points.
    """
    span = (days.first, days.last)
    found = losses(_node_losses(connection, site, days), span, rules.loss_percent)
    channels = _measured(connection, site)
    used = _used(connection, site, channels, days)
    uses = _point_uses(site, channels, used, supplied, days)
    found += zero_uses(uses, days.days, rules.zero_days)
    changes = _ratio_changes(connection, site, channels, used, days)
    return found + ratio_changes(changes, days.last)


def _node_losses(connection: Connection, site: Site, days: Look) -> Iterator[NodeLoss]:
    """Yield what each node lost whose sources and ends are all metered."""
    period = span_of_days(days.first, days.last, site.zone)
    for utility in Utility:
        for each in balances(connection, site.schema, site.zone, utility, period):
            unmetered = each.node.unmetered_sources or each.node.unmetered_ends
            if each.node.children and not unmetered:
                yield NodeLoss(
                    utility=utility.value,
                    node=each.node.key,
                    came_in=each.known_in,
                    residual=each.residual,
                    limit_percent=each.node.limit_percent,
                    known=each.known,
                    expected=each.expected,
                )


def _measured(connection: Connection, site: Site) -> Mapping[str, UsageChannel]:
    """Return of each point the channel that says what it used."""
    every = every_usage_channel(connection, site.schema, computed=False)
    return {point: channels[0] for point, channels in every.items() if not channels[0].export}


def _used(
    connection: Connection, site: Site, channels: Mapping[str, UsageChannel], days: Look
) -> Mapping[int, UsageSpan]:
    period = span_of_days(days.first, days.last, site.zone)
    numbers = sorted(each.number for each in channels.values())
    return channel_usage(connection, site.schema, site.zone, numbers, period)


def _point_uses(
    site: Site,
    channels: Mapping[str, UsageChannel],
    used: Mapping[int, UsageSpan],
    supplied: FindSupplied,
    days: Look,
) -> Iterator[PointUse]:
    paying = {each.point: each.account for each in supplied(list(channels), days.last)}
    for point, channel in channels.items():
        if account := paying.get(point, ""):
            yield PointUse(
                point=point,
                utility=channel.utility,
                account=account,
                daily=_daily(used[channel.number], site),
            )


def _daily(span: UsageSpan, site: Site) -> list[int | None]:
    """Return the usage of each day, None where not all of it is known. [base unit]."""
    starts = day_starts(Period(start=span.start, end=span.end), span.step_s, site.zone)
    found: list[int | None] = []
    for first, last in pairwise([*starts, len(span.usage)]):
        known = bool((span.quality[first:last] != Quality.MISSING).all())
        found.append(int(span.usage[first:last].sum()) if known else None)
    return found


def _ratio_changes(
    connection: Connection,
    site: Site,
    channels: Mapping[str, UsageChannel],
    used: Mapping[int, UsageSpan],
    days: Look,
) -> list[RatioChange]:
    """Return the changes of multipliers within the days, with whether an order covers them."""
    period = span_of_days(days.first, days.last, site.zone)
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT channel, start_at, serial, was, multiplier FROM (SELECT channel, start_at, serial, "
        "multiplier, lag(serial) OVER w AS same, lag(multiplier) OVER w AS was "
        f"FROM {site.schema}.segment WHERE channel = ANY(%(channels)s) "
        "WINDOW w AS (PARTITION BY channel ORDER BY start_at)) AS s WHERE serial = same "
        "AND multiplier <> was AND start_at >= %(first)s AND start_at < %(last)s "
        "ORDER BY channel, start_at".encode(),
        {
            "channels": [each.number for each in channels.values()],
            "first": period.start,
            "last": period.end,
        },
    ).fetchall()
    meant = {each.number: each for each in channels.values()}
    return [
        RatioChange(
            point=meant[number].point,
            utility=meant[number].utility,
            serial=serial,
            day=local_day(start, site.zone),
            was=Fraction(was),
            now=Fraction(now),
            used_since=_used_since(used[number], start),
            ordered=_ordered(connection, site, meant[number].point, local_day(start, site.zone)),
        )
        for number, start, serial, was, now in rows
    ]


def _used_since(span: UsageSpan, since: datetime) -> int:
    first = -(-(since - span.start) // timedelta(seconds=span.step_s))
    return int(span.usage[max(first, 0) :].sum())


def _ordered(connection: Connection, site: Site, point: str, day: date) -> bool:
    """Return whether a work order at a point was there on a local day."""
    period = span_of_days(day, day, site.zone)
    return (
        connection.execute(
            f"SELECT FROM {site.schema}.work_order WHERE point = %s AND state <> 'cancelled' "
            "AND since < %s AND coalesce(ended_at, 'infinity') >= %s LIMIT 1",
            (point, period.end, period.start),
        ).fetchone()
        is not None
    )
