"""In: a point, days. Out: its usage in groups as known then, or what changed it. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from energy.base.errors import RefusedError, UnknownMeterError
from energy.base.period import span_of_days
from energy.base.units import BASE_UNIT, Utility, to_base
from energy.metering.channel import USAGE_KINDS, Channel, Kind
from energy.metering.usage_groups import Every, UsageGroup, group_usage
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.adjustments import adjusted_usage
from energy.views.arrivals import Arrivals, usage_arrived
from energy.views.as_of import folded_position
from energy.views.computed import channel_usage
from energy.views.formula.usage import Asked, IndicatorGroup, indicator_groups
from energy.views.point_rows import channels_of
from energy.views.readings_told import known_when, position_when


class NoUsageError(RefusedError):
    """A point has no usage of the kind asked for."""

    code = "usage.none"


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
    """Metering position; None for now."""
    groups: tuple[UsageGroup, ...]
    adjusted: tuple[tuple[date, int], ...] = ()
    """What decisions on the meter's error add beside the groups, by local day. [base unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointIndicator:
    """What a formula of no utility says: a mean or a ratio, never added up."""

    point: str
    quantity: str
    channel: int
    unit: str
    as_of: int | None
    """Metering position; None for now."""
    groups: tuple[IndicatorGroup, ...]


def read_usage(
    database: Database,
    site: Site,
    point: str,
    first: date,
    last: date,
    every: Every,
    *,
    quantity: str | None = None,
    as_of: str | None = None,
) -> PointUsage | PointIndicator:
    """Return the usage of a point over local days, measured or computed.

    Args:
        database: Any pool that may read.
        site: The site.
        point: The metering point.
        first: First local day.
        last: Last local day, included.
        every: Width of a group.
        quantity: Counter or interval channel meant; the billed one when None.
        as_of: Position, instant or mark; None for now.

    Raises:
        UnknownMeterError: There is no such point.
        NoUsageError: It has no such channel, or the days run backwards.
        UnknownKnowledgeError: Nothing is known at `as_of`.
        NotFoldedError: The views have not come that far.
    """
    if last < first:
        raise NoUsageError.of("days.backwards", first=first, last=last)
    with database.connection() as connection:
        channel = _metered(channels_of(connection, site.schema, point), point, quantity)
        period = span_of_days(first, last, site.zone)
        position = position_when(connection, site, as_of)
        if channel.facts.utility is None:
            asked = Asked(
                connection=connection,
                schema=site.schema,
                zone=site.zone,
                period=period,
                as_of=position,
            )
            return _indicator(asked, channel, every)
        number = channel.number
        spans = channel_usage(connection, site.schema, site.zone, [number], period, position)
        beside = adjusted_usage(
            connection, site.schema, site.zone, [number], first, last, as_of=position
        )
    groups = group_usage(spans[number], site.zone, every)
    return _point_usage(channel, position, groups, beside[number])


def _point_usage(
    channel: Channel,
    position: int | None,
    groups: Sequence[UsageGroup],
    adjusted: Mapping[date, int],
) -> PointUsage:
    facts = channel.facts
    assert facts.utility is not None, "a channel with usage has a utility"
    return PointUsage(
        point=channel.point,
        quantity=facts.quantity,
        channel=channel.number,
        base_unit=BASE_UNIT[facts.utility],
        unit=facts.unit,
        per_unit=to_base(facts.utility, facts.unit),
        as_of=position,
        groups=tuple(groups),
        adjusted=tuple(adjusted.items()),
    )


def _indicator(asked: Asked, channel: Channel, every: Every) -> PointIndicator:
    facts = channel.facts
    return PointIndicator(
        point=channel.point,
        quantity=facts.quantity,
        channel=channel.number,
        unit=facts.unit,
        as_of=asked.as_of,
        groups=tuple(indicator_groups(asked, channel, every)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PointArrivals:
    """What arrived between two positions and changed the usage of a point's channel."""

    point: str
    quantity: str
    channel: int
    base_unit: str
    unit: str
    """Unit of the register."""
    per_unit: Fraction
    """[base unit / unit]"""
    arrivals: Arrivals


def read_arrivals(
    database: Database,
    site: Site,
    point: str,
    first: date,
    last: date,
    *,
    since: str,
    until: str | None = None,
    quantity: str | None = None,
) -> PointArrivals:
    """Return what arrived between two positions and what it changed of some local days.

    Args:
        database: Any pool that may read.
        site: The site.
        point: The metering point.
        first: First local day.
        last: Last local day, included.
        since: Position, instant or mark of the first figure.
        until: Position, instant or mark of the second figure; None for now.
        quantity: Counter or interval channel meant; the billed one when None.

    Raises:
        UnknownMeterError: There is no such point.
        NoUsageError: It has no such channel, or the days run backwards.
        UnknownKnowledgeError: Nothing is known at `since` or `until`.
        NotFoldedError: The views have not come that far.
        ArrivalsError: `until` comes before `since`.
    """
    if last < first:
        raise NoUsageError.of("days.backwards", first=first, last=last)
    with database.connection() as connection:
        channel = _metered(channels_of(connection, site.schema, point), point, quantity)
        if channel.facts.kind is Kind.COMPUTED:
            raise NoUsageError.of("usage.computed", point=point)
        before, after = known_when(connection, site, since), known_when(connection, site, until)
        assert before is not None, "the first figure is named"
        arrivals = usage_arrived(
            connection,
            site.schema,
            site.zone,
            channel.number,
            span_of_days(first, last, site.zone),
            since=before.position,
            until=folded_position(connection, site.schema) if after is None else after.position,
        )
    facts = channel.facts
    assert facts.utility is not None, "a counter with usage has a utility"
    return PointArrivals(
        point=point,
        quantity=facts.quantity,
        channel=channel.number,
        base_unit=BASE_UNIT[facts.utility],
        unit=facts.unit,
        per_unit=to_base(facts.utility, facts.unit),
        arrivals=arrivals,
    )


def _metered(channels: list[Channel], point: str, quantity: str | None) -> Channel:
    if not channels:
        raise UnknownMeterError(point)
    metered = [c for c in channels if _has_usage(c)]
    chosen = [c for c in metered if quantity is None or c.facts.quantity == quantity]
    if not chosen:
        known = ", ".join(c.facts.quantity for c in metered) or "none"
        raise NoUsageError.of(
            "channel.no_counter", point=point, quantity=quantity or "", known=known
        )
    return next((c for c in chosen if c.facts.billing), chosen[0])


def _has_usage(channel: Channel) -> bool:
    if channel.facts.kind is Kind.COMPUTED:
        return True
    return channel.facts.kind in USAGE_KINDS and isinstance(channel.facts.utility, Utility)
