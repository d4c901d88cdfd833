"""In: a point, days, a width. Out: its usage in groups, as known now or at a mark. I/O: reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from energy.base.errors import RefusedError, UnknownMeterError
from energy.base.period import span_of_days
from energy.base.units import BASE_UNIT, Utility, to_base
from energy.metering.channel import Channel, Kind
from energy.metering.usage_groups import Every, UsageGroup, group_usage
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.point_rows import channels_of, mark_at_or_before
from energy.views.usage import read_spans


class NoUsageError(RefusedError):
    """A point has no usage of the kind asked for."""

    code = "usage.none"


class NoMarkError(RefusedError):
    """Knowledge was asked for at a position that is no mark."""

    code = "usage.no_mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointUsage:
    """The usage of a point's channel."""

    point: str
    quantity: str
    channel: int
    base_unit: str
    unit: str
    """Unit of the register."""
    per_unit: Fraction
    """[base unit / unit]"""
    as_of: int | None
    groups: tuple[UsageGroup, ...]


def read_usage(
    database: Database,
    site: Site,
    point: str,
    first: date,
    last: date,
    every: Every,
    *,
    quantity: str | None = None,
    as_of: int | None = None,
) -> PointUsage:
    """Return the usage of a point over local days.

    Args:
        database: Any pool that may read.
        site: The site.
        point: The metering point.
        first: First local day.
        last: Last local day, included.
        every: Width of a group.
        quantity: Counter meant; the billed one when None.
        as_of: Position of a mark; None for now.

    Raises:
        UnknownMeterError: There is no such point.
        NoUsageError: It has no such counter, or the days run backwards.
        NoMarkError: There is no mark at the position.
    """
    if last < first:
        raise NoUsageError(f"{first} to {last} runs backwards. Give --from before --to.")
    with database.connection() as connection:
        channel = _counter(channels_of(connection, site.schema, point), point, quantity)
        if as_of is not None:
            mark = mark_at_or_before(connection, site.schema, as_of)
            if mark is None or mark.position != as_of:
                nearest = f"The mark before is {mark.position}." if mark else "There is none yet."
                raise NoMarkError(f"Position {as_of} is no mark. {nearest}")
        period = span_of_days(first, last, site.zone)
        spans = read_spans(connection, site.schema, [channel.number], period, as_of=as_of)
    facts = channel.facts
    utility = facts.utility
    assert utility is not None, "a counter with usage has a utility"
    return PointUsage(
        point=point,
        quantity=facts.quantity,
        channel=channel.number,
        base_unit=BASE_UNIT[utility],
        unit=facts.unit,
        per_unit=to_base(utility, facts.unit),
        as_of=as_of,
        groups=tuple(group_usage(spans[channel.number], site.zone, every)),
    )


def _counter(channels: list[Channel], point: str, quantity: str | None) -> Channel:
    if not channels:
        raise UnknownMeterError(point)
    counters = [c for c in channels if c.facts.kind is Kind.COUNTER and _has_usage(c)]
    if quantity is not None:
        counters = [c for c in counters if c.facts.quantity == quantity]
    if not counters:
        known = ", ".join(c.facts.quantity for c in channels if _has_usage(c)) or "none"
        raise NoUsageError(f"{point} has no counter {quantity or ''}. With usage: {known}.")
    return next((c for c in counters if c.facts.billing), counters[0])


def _has_usage(channel: Channel) -> bool:
    return channel.facts.kind is Kind.COUNTER and isinstance(channel.facts.utility, Utility)
