"""In: channels that are shares, a period. Out: their usage, computed on read. I/O: reads.

The rule "share" of energy/views/computed.py. What is divided is asked there in turn, so a share of
a share or of a formula is nothing special. A whole local month up to the day asked for is divided:
rounding is carried from its first day on (energy/metering/shares/division.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from energy.base.period import Period, days_between, grid_of, local_day, midnight, span_of_days
from energy.base.quality import Quality, worst_of
from energy.metering.places import PlaceBook
from energy.metering.shares.bearer import BearerKind, Hold
from energy.metering.shares.division import DayShares, Divider, Whole
from energy.metering.shares.part import DayFacts
from energy.metering.shares.version import DayPortions, KeyVersion, portions_on
from energy.metering.usage import UsageSpan, worst_in
from energy.views.computed import channel_usage
from energy.views.places import read_places
from energy.views.shares.bearers import read_holds
from energy.views.shares.rows import ShareRow, read_shares, shares_of
from energy.views.shares.whole import whole_channels, whole_usage
from energy.views.usage import empty_span
from energy.views.usage_channels import usage_channels

Connection = psycopg.Connection[tuple[object, ...]]
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DividedDay:
    """One local day of an apportionment, with all it rests on."""

    day: date
    version: KeyVersion | None
    """None where nothing is divided."""
    facts: DayFacts
    found: DayPortions
    whole: Whole
    shares: DayShares


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the keys of some days ask for."""

    places: PlaceBook
    holds: Mapping[tuple[BearerKind, str], list[Hold]]
    """Kind of bearer, point -> who holds it; every key has a kind of its own."""
    own: Mapping[str, UsageSpan]
    """Point -> its usage."""


def share_usage(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channels: Sequence[int],
    period: Period,
    as_of: int | None,
) -> Mapping[int, UsageSpan]:
    """Return the usage of shares, and of those that were divided together with them.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone: keys are dated by its days.
        channels: Channels of the rule "share".
        period: Span on whole grid intervals.
        as_of: Metering position: usage and keys as known there; None for now.
    """
    meant = shares_of(connection, schema, channels)
    spans: dict[int, UsageSpan] = {}
    for share in read_shares(connection, schema, only=meant, as_of=as_of):
        spans |= _spans(connection, schema, zone, share, period, as_of)
    return spans | {
        n: empty_span(n, period, _grid(connection, schema, n)) for n in channels if n not in spans
    }


def divided_days(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    share: ShareRow,
    first: date,
    last: date,
    as_of: int | None = None,
) -> list[DividedDay]:
    """Return how some local days of an apportionment were divided, with what it rests on.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        share: The apportionment, as known at `as_of`.
        first: First local day.
        last: Last local day, included.
        as_of: Metering position; None for now.
    """
    begun = first.replace(day=1)
    period = span_of_days(begun, last, zone)
    span = whole_usage(connection, schema, zone, share.whole, share.grid_s, period, as_of)
    days = days_between(begun, last)
    known = _known(connection, schema, zone, share, days, as_of)
    divider = Divider()
    found = []
    for day in days:
        divided = _day(share, day, span, known, zone, divider)
        if day >= first:
            found.append(divided)
    return found


def _spans(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    share: ShareRow,
    period: Period,
    as_of: int | None,
) -> dict[int, UsageSpan]:
    first = local_day(period.start, zone)
    last = local_day(max(period.start, period.end - _INSTANT), zone)
    days = divided_days(connection, schema, zone, share, first, last, as_of)
    step_s = share.grid_s
    skipped = (period.start - midnight(first, zone)) // timedelta(seconds=step_s)
    part = slice(skipped, skipped + grid_of(period, step_s))
    quality = np.concatenate([day.shares.quality for day in days])[part]
    spans = {}
    for key, number in share.channels.items():
        nothing = [np.zeros(len(day.shares.quality), dtype=np.int64) for day in days]
        own = [day.shares.usage.get(key, zero) for day, zero in zip(days, nothing, strict=True)]
        spans[number] = UsageSpan(
            channel=number,
            start=period.start,
            step_s=step_s,
            usage=np.concatenate(own)[part],
            quality=quality.copy(),
        )
    return spans


def _day(
    share: ShareRow,
    day: date,
    span: UsageSpan,
    known: _Known,
    zone: ZoneInfo,
    divider: Divider,
) -> DividedDay:
    version = share.held_on(day)
    cut = _cut(span, day, zone)
    whole = Whole(day=day, usage=span.usage[cut], quality=span.quality[cut])
    if version is None:
        facts, found = DayFacts(day=day), DayPortions(portions=None)
    else:
        facts = _facts(share, version, day, known, zone)
        found = portions_on(version, facts)
    shares = divider.divide(whole, found)
    return DividedDay(
        day=day, version=version, facts=facts, found=found, whole=whole, shares=shares
    )


def _facts(
    share: ShareRow, version: KeyVersion, day: date, known: _Known, zone: ZoneInfo
) -> DayFacts:
    attributes: dict[tuple[str, str], Fraction] = {}
    usage: dict[str, int] = {}
    quality: dict[str, Quality] = {}
    at = midnight(day, zone)
    for part in version.parts:
        for name in version.attributes if part.place is not None else ():
            value = _value(known.places, part.place or "", name, at)
            if value is not None:
                attributes[part.key, name] = value
        if version.own_usage and part.points:
            own = [known.own[point] for point in part.points]
            worst = worst_of(Quality(worst_in(each.quality[_cut(each, day, zone)])) for each in own)
            if worst not in {Quality.MISSING, Quality.SUSPECT}:
                usage[part.key] = sum(int(e.usage[_cut(e, day, zone)].sum()) for e in own)
                quality[part.key] = worst
    held_by = BearerKind(version.held_by)
    vacant = {
        part.key
        for part in version.parts
        if not any(
            hold.on(day)
            for hold in known.holds.get((held_by, share_point(share.key, part.key)), ())
        )
    }
    return DayFacts(
        day=day,
        attributes=attributes,
        usage=usage,
        quality=quality,
        vacant=frozenset(vacant),
    )


def channels_behind(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channels: Sequence[int],
    period: Period,
    as_of: int | None,
) -> set[int]:
    """Return the channels that some shares rest on: what is divided, and own meters of the parts.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        channels: Channels of the rule "share".
        period: Span on whole grid intervals.
        as_of: Metering position: keys as known there; None for now.
    """
    found: set[int] = set()
    meant = shares_of(connection, schema, channels)
    first = local_day(period.start, zone)
    days = days_between(first, local_day(max(period.start, period.end - _INSTANT), zone))
    for share in read_shares(connection, schema, only=meant, as_of=as_of):
        found |= whole_channels(connection, schema, share.whole, period, as_of)
        versions = {id(v): v for day in days if (v := share.held_on(day)) is not None}.values()
        points = {point for v in versions if v.own_usage for p in v.parts for point in p.points}
        own = usage_channels(connection, schema, sorted(points))
        found |= {channel.number for channel in own.values()}
    return found


def share_point(share: str, part: str) -> str:
    """Return the metering point that is a part's share of an apportionment."""
    return f"{share}.{part}"


def _known(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    share: ShareRow,
    days: Sequence[date],
    as_of: int | None,
) -> _Known:
    """Read once what the keys of some days ask for."""
    versions = {id(v): v for day in days if (v := share.held_on(day)) is not None}.values()
    places = {p.place for v in versions for p in v.parts if p.place is not None and v.attributes}
    points = {point for v in versions if v.own_usage for p in v.parts for point in p.points}
    channels = usage_channels(connection, schema, sorted(points))
    numbers = sorted(channel.number for channel in channels.values())
    period = span_of_days(days[0], days[-1], zone)
    own = channel_usage(connection, schema, zone, numbers, period, as_of) if numbers else {}
    holds: dict[tuple[BearerKind, str], list[Hold]] = {}
    kinds = sorted({BearerKind(version.held_by) for version in versions})
    mine = [share_point(share.key, part) for part in share.channels]
    for row in read_holds(connection, schema, kinds=kinds, points=mine, as_of=as_of):
        holds.setdefault((row.kind, row.hold.point), []).append(row.hold)
    return _Known(
        places=read_places(connection, schema, as_of=as_of, only=sorted(places)),
        holds=holds,
        own={point: own[channel.number] for point, channel in channels.items()},
    )


def _value(places: PlaceBook, place: str, name: str, at: datetime) -> Fraction | None:
    """Return an attribute of a place at an instant; None where it is not known."""
    around = Period(start=at, end=at + timedelta(seconds=1))
    found = [each.value for each in places.value_spans(place, name, around) if each.start <= at]
    return found[0] if found else None


def _cut(span: UsageSpan, day: date, zone: ZoneInfo) -> slice:
    """Return which intervals of a span are of a local day."""
    step = timedelta(seconds=span.step_s)
    low = (midnight(day, zone) - span.start) // step
    high = (midnight(day + timedelta(days=1), zone) - span.start) // step
    return slice(low, high)


def _grid(connection: Connection, schema: str, channel: int) -> int:
    row = connection.execute(
        f"SELECT grid_s FROM {schema}.channel WHERE number = %s", (channel,)
    ).fetchone()
    return int(str(row[0])) if row else 900
