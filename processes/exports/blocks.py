"""In: a selection of channels and days. Out: its usage or readings, block by block. I/O: reads.

A block is one channel and one local month, so memory does not grow with the selection.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np

from adapters.files.export_block import (
    Block,
    ExportChannel,
    ExportError,
    ReadingBlock,
    UsageBlock,
    What,
    unit_of,
)
from energy.base.clock import to_us
from energy.base.period import Period, month_spans, span_of_days
from energy.base.quality import Quality
from energy.base.units import BASE_UNIT, Utility
from energy.metering.channel import USAGE_KINDS, Channel, Kind
from energy.metering.places import inside_of
from energy.metering.usage import UsageSpan
from energy.metering.usage_groups import Every, group_usage
from energy.store.sites import Site
from energy.views.computed import channel_usage
from energy.views.node_usage import Connection
from energy.views.old_readings import readings_known
from energy.views.point_rows import places as site_places
from energy.views.point_rows import points
from energy.views.registry import load_channels

Advance = Callable[[int, int], None]
"""Takes how many blocks are done, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is exported; an empty filter lets everything pass."""

    first: date
    last: date
    """Included."""
    what: What = What.USAGE
    every: Every = Every.QUARTER
    points: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """With all that is inside them."""
    utilities: tuple[Utility, ...] = ()
    quantities: tuple[str, ...] = ()
    qualities: tuple[Quality, ...] = ()
    as_of: str | None = None
    """Position, instant or mark; None for now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The channels of a selection."""

    channels: tuple[Channel, ...]
    names: dict[str, str] = field(default_factory=dict)
    """Name by point."""


def chosen_channels(connection: Connection, site: Site, wanted: Selection) -> Chosen:
    """Return the channels of a selection, by point and number.

    Args:
        connection: Any connection that may read.
        site: The site.
        wanted: What is exported.

    Raises:
        ExportError: The days run backwards, a name is unknown, or nothing is left.
    """
    if wanted.last < wanted.first:
        raise ExportError.of("days.backwards", first=wanted.first, last=wanted.last)
    schema = site.schema
    rows = points(connection, schema)
    names = {row.point: row.name for row in rows}
    _require(wanted.points, names, "export.no_point")
    inside = _inside(connection, schema, wanted.places)
    channels = load_channels(connection, schema).values()
    _require(wanted.quantities, {c.facts.quantity for c in channels}, "export.no_quantity")
    at_place = {row.point for row in rows if row.place in inside}
    found = [
        channel
        for channel in sorted(channels, key=lambda c: (c.point, c.number))
        if (not wanted.points or channel.point in wanted.points)
        and (not wanted.places or channel.point in at_place)
        and (not wanted.quantities or channel.facts.quantity in wanted.quantities)
        and (not wanted.utilities or channel.facts.utility in wanted.utilities)
        and _fits(channel, wanted.what)
    ]
    if not found:
        raise ExportError.of("export.nothing")
    return Chosen(channels=tuple(found), names=names)


def _fits(channel: Channel, what: What) -> bool:
    """Return whether a channel has what is exported; what is computed has usage, no readings."""
    facts = channel.facts
    if what is What.READINGS:
        return facts.kind is not Kind.COMPUTED
    return facts.kind in (*USAGE_KINDS, Kind.COMPUTED) and facts.utility is not None


def _require(wanted: Sequence[str], known: Container[str], key: str) -> None:
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ExportError.of(key, names=", ".join(unknown))


def _inside(connection: Connection, schema: str, places: Sequence[str]) -> set[str]:
    """Return some places with all that is inside them.

    Raises:
        ExportError: One is unknown.
    """
    if not places:
        return set()
    tree = site_places(connection, schema)
    _require(places, {row.key for row in tree}, "export.no_place")
    return inside_of({row.key: row.parent for row in tree}, places)


def blocks_of(
    connection: Connection,
    site: Site,
    chosen: Chosen,
    wanted: Selection,
    as_of: int | None,
    advance: Advance = lambda _done, _of: None,
) -> Iterator[Block]:
    """Yield the blocks of a selection: channel after channel, each in the order of time.

    Args:
        connection: In a transaction that sees one state of the database throughout.
        site: The site.
        chosen: Its channels.
        wanted: What is exported.
        as_of: Metering position: as known there; None for now.
        advance: Told after each block.

    Raises:
        NotFoldedError: The views have not come that far.
    """
    months = list(month_spans(wanted.first, wanted.last))
    total = len(chosen.channels) * len(months)
    done = 0
    for channel in chosen.channels:
        for first, last in months:
            period = span_of_days(first, last, site.zone)
            block = (
                _usage(connection, site, chosen, channel, period, wanted, as_of)
                if wanted.what is What.USAGE
                else _readings(connection, site, chosen, channel, period, wanted, as_of)
            )
            done += 1
            advance(done, total)
            if block is not None:
                yield block


def _channel(chosen: Chosen, channel: Channel, unit: str) -> ExportChannel:
    facts = channel.facts
    return ExportChannel(
        number=channel.number,
        point=channel.point,
        name=chosen.names.get(channel.point, channel.point),
        quantity=facts.quantity,
        utility=facts.utility,
        direction=facts.direction.value,
        unit=unit,
        base_unit="" if facts.utility is None else BASE_UNIT[facts.utility],
    )


def _usage(
    connection: Connection,
    site: Site,
    chosen: Chosen,
    channel: Channel,
    period: Period,
    wanted: Selection,
    as_of: int | None,
) -> UsageBlock | None:
    spans = channel_usage(connection, site.schema, site.zone, [channel.number], period, as_of)
    span = spans[channel.number]
    rows = _grid_rows(span) if wanted.every is Every.QUARTER else _group_rows(span, site, wanted)
    kept = [row for row in rows if not wanted.qualities or row[3] in wanted.qualities]
    if not kept:
        return None
    utility = channel.facts.utility
    assert utility is not None, "what has usage has a utility"
    start_us, end_us, usage, quality, known, expected = zip(*kept, strict=True)
    return UsageBlock(
        channel=_channel(chosen, channel, unit_of(utility)),
        start_us=start_us,
        end_us=end_us,
        usage=usage,
        quality=quality,
        known=known,
        expected=expected,
    )


_Row = tuple[int, int, int | None, int, int, int]


def _grid_rows(span: UsageSpan) -> list[_Row]:
    start_us, step_us = to_us(span.start), span.step_s * 1_000_000
    good = (span.quality < Quality.SUSPECT).tolist()
    return [
        (
            start_us + n * step_us,
            start_us + (n + 1) * step_us,
            usage if is_known else None,
            quality,
            int(is_known),
            1,
        )
        for n, (usage, quality, is_known) in enumerate(
            zip(span.usage.tolist(), span.quality.tolist(), good, strict=True)
        )
    ]


def _group_rows(span: UsageSpan, site: Site, wanted: Selection) -> list[_Row]:
    return [
        (
            to_us(group.start),
            to_us(group.end),
            group.usage,
            int(group.quality),
            group.known,
            group.expected,
        )
        for group in group_usage(span, site.zone, wanted.every)
    ]


def _readings(
    connection: Connection,
    site: Site,
    chosen: Chosen,
    channel: Channel,
    period: Period,
    wanted: Selection,
    as_of: int | None,
) -> ReadingBlock | None:
    window = (to_us(period.start), to_us(period.end) - 1)
    found = readings_known(
        connection, site.schema, {channel.number: window}, as_of=as_of, suspect=True
    )
    known = found.get(channel.number)
    if known is None:
        return None
    inside = (known.at_us >= window[0]) & (known.at_us <= window[1])
    if wanted.qualities:
        inside &= np.isin(known.quality, [int(each) for each in wanted.qualities])
    if not inside.any():
        return None
    counts = known.count[inside].tolist()
    return ReadingBlock(
        channel=_channel(chosen, channel, channel.facts.unit),
        at_us=known.at_us[inside].tolist(),
        value=[_exact(count * channel.facts.resolution, channel) for count in counts],
        count=counts,
        quality=known.quality[inside].tolist(),
        position=known.position[inside].tolist(),
    )


def _exact(value: Fraction, channel: Channel) -> Decimal:
    """Return a register's value as a decimal.

    Raises:
        ExportError: It is none: a resolution such as 1/3.
    """
    decimal = Decimal(value.numerator) / Decimal(value.denominator)
    if Fraction(decimal) != value:
        raise ExportError.of("export.no_decimal", channel=channel.key)
    return decimal
