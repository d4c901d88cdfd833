"""In: the channels of formulas, a period. Out: their values per interval, exact. I/O: reads.

Usage comes by the door of all usage (computed.py). Gauges, and counters of what is no utility
(reactive energy, passengers), have no usage blocks: they are made of their readings here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from math import lcm
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.clock import to_us
from energy.base.period import Period, grid_of, midnight
from energy.base.quality import Quality
from energy.metering.channel import Kind
from energy.metering.formula.evaluate import Values
from energy.metering.formula.exact import Exact, stepped, times, whole_numbers
from energy.metering.formula.inputs import ATTRIBUTE_UNITS, DatedConstant, Input
from energy.metering.formula.tree import Members
from energy.metering.formula.units import unit_of
from energy.metering.usage import BADNESS, CounterSegment, UsageSpan
from energy.views.computed import channel_usage
from energy.views.counted import counted_usage
from energy.views.formula.places import points_inside
from energy.views.known import Accepted
from energy.views.old_readings import readings_known
from energy.views.places import attribute_spans
from energy.views.registry import load_registry
from energy.views.segment_rows import read_pieces

HELD_S = 3600
"""How long a gauge's last value stands for those that did not come. [s]"""
Connection = psycopg.Connection[tuple[object, ...]]


def read_values(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    inputs: Sequence[Input],
    period: Period,
    step_s: int,
    as_of: int | None,
) -> Values:
    """Return the values of channels on a formula's grid.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        inputs: The channels.
        period: Span on whole intervals of the grid.
        step_s: Width of an interval. [s]
        as_of: Metering position: as known there; None for now.
    """
    usage = [each for each in inputs if _has_usage(each)]
    numbers = [each.channel.number for each in usage]
    spans = channel_usage(connection, schema, zone, numbers, period, as_of) if numbers else {}
    bare = [each for each in inputs if not _has_usage(each)]
    intervals = grid_of(period, step_s)
    found = {
        each.channel.number: _of_span(each, spans[each.channel.number], step_s, intervals)
        for each in usage
    }
    if bare:
        found |= _of_readings(connection, schema, zone, bare, period, step_s, as_of)
    return Values(intervals=intervals, step_s=step_s, channels=found)


def constant_columns(
    constants: Sequence[DatedConstant], zone: ZoneInfo, period: Period, step_s: int
) -> dict[str, Exact]:
    """Return dated constants as columns.

    Args:
        constants: Of one version.
        zone: The site's zone: they hold from local days on.
        period: Span on whole intervals.
        step_s: Width of an interval. [s]
    """
    length = grid_of(period, step_s)
    found = {}
    for each in constants:
        factor = unit_of(each.unit).factor
        days = sorted(each.values)
        starts = [_place(midnight(day, zone), period, step_s, length) for day, _ in days]
        pieces = zip(starts, [*starts[1:], length], days, strict=True)
        kept = [(low, high, value * factor) for low, high, (_, value) in pieces if low < high]
        found[each.name] = stepped(kept, length)
    return found


def attribute_columns(
    connection: Connection,
    schema: str,
    wanted: Sequence[tuple[str, str]],
    period: Period,
    step_s: int,
    as_of: int | None,
) -> dict[tuple[str, str], Exact]:
    """Return attributes of places as columns; MISSING where nobody has stated them.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        wanted: Place and attribute.
        period: Span on whole intervals.
        step_s: Width of an interval. [s]
        as_of: Metering position: as known there; None for now.
    """
    length = grid_of(period, step_s)
    found = {}
    for place, name in wanted:
        factor = unit_of(ATTRIBUTE_UNITS.get(name, "1")).factor
        spans = attribute_spans(connection, schema, place, name, period, as_of=as_of)
        pieces = [
            (
                _place(start, period, step_s, length),
                _place(end, period, step_s, length),
                value * factor,
            )
            for start, end, value in spans
        ]
        found[place, name] = stepped(pieces, length)
    return found


def absences(
    connection: Connection,
    schema: str,
    members: Mapping[Members, Sequence[Input]],
    period: Period,
    step_s: int,
    as_of: int | None,
) -> dict[tuple[Members, int], NDArray[np.bool_]]:
    """Return in which intervals channels are no members of a class, as known then.

    That is where no device served them, and where they were outside the place.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        members: Classes with their channels.
        period: Span on whole intervals.
        step_s: Width of an interval. [s]
        as_of: Metering position; None for now.
    """
    numbers = sorted({each.channel.number for own in members.values() for each in own})
    if not numbers:
        return {}
    segments = load_registry(connection, schema, as_of=as_of, only=numbers).segments
    length = grid_of(period, step_s)
    unserved = {n: _unserved(segments.get(n, ()), period, step_s, length) for n in numbers}
    found = {}
    for node, own in members.items():
        spans = points_inside(connection, schema, node.place, period, as_of) if node.place else []
        for each in own:
            absent = unserved[each.channel.number].copy()
            for span in spans:
                if each.channel.point not in span.points:
                    first = _place(span.start, period, step_s, length)
                    absent[first : _place(span.end, period, step_s, length)] = True
            found[node, each.channel.number] = absent
    return found


def _unserved(
    segments: Sequence[CounterSegment], period: Period, step_s: int, length: int
) -> NDArray[np.bool_]:
    """Return the intervals in which no segment lies."""
    start_us, end_us, step_us = to_us(period.start), to_us(period.end), step_s * 1_000_000
    absent = np.ones(length, dtype=np.bool_)
    for each in segments:
        low_us = max(each.start_us, start_us) - start_us
        high_us = min(end_us if each.end_us is None else each.end_us, end_us) - start_us
        if low_us < high_us:
            absent[low_us // step_us : -(-high_us // step_us)] = False
    return absent


def _has_usage(each: Input) -> bool:
    facts = each.channel.facts
    if facts.kind is Kind.COMPUTED:
        return True
    return facts.utility is not None and facts.kind in (Kind.COUNTER, Kind.INTERVAL)


def _of_span(each: Input, span: UsageSpan, step_s: int, intervals: int) -> Exact:
    """Return a channel's usage on a formula's grid; a finer one is added up."""
    usage, bad = span.usage, BADNESS[span.quality]
    finer, rest = divmod(step_s, span.step_s)
    if finer > 1 and rest == 0 and not each.gauge:
        usage = usage.reshape(intervals, finer).sum(axis=1)
        bad = bad.reshape(intervals, finer).max(axis=1)
    elif span.step_s != step_s:  # a class of meters has got one with a coarser grid: not known
        usage = np.zeros(intervals, dtype=np.int64)
        bad = np.full(intervals, BADNESS[Quality.MISSING], dtype=np.uint8)
    return Exact(scale=each.unit.factor, num=usage, bad=bad)


def _of_readings(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    bare: Sequence[Input],
    period: Period,
    step_s: int,
    as_of: int | None,
) -> dict[int, Exact]:
    """Return the values of channels that have no usage blocks."""
    gauges = {e.channel.number: e for e in bare if e.channel.facts.kind is Kind.GAUGE}
    counted = [each for each in bare if each.channel.number not in gauges]
    found: dict[int, Exact] = {}
    if counted:
        channels = [each.channel for each in counted]
        spans = counted_usage(connection, schema, zone, channels, period, as_of)
        intervals = grid_of(period, step_s)
        for each in counted:
            number = each.channel.number
            found[number] = _of_span(each, spans[number], step_s, intervals)
    if gauges:
        pieces = read_pieces(connection, schema, list(gauges), as_of=as_of)
        low_us, high_us = to_us(period.start) - HELD_S * 1_000_000, to_us(period.end) - 1
        windows = dict.fromkeys(gauges, (low_us, high_us))
        known = readings_known(connection, schema, windows, as_of=as_of)
        for number, each in gauges.items():
            own = [p for p in pieces if p.channel == number]
            multipliers = [(to_us(p.start), Fraction(p.multiplier)) for p in own]
            found[number] = _gauge(each, known.get(number), multipliers, period, step_s)
    return found


def _gauge(
    each: Input,
    known: Accepted | None,
    multipliers: Sequence[tuple[int, Fraction]],
    period: Period,
    step_s: int,
) -> Exact:
    """Return a gauge's mean of each interval; the last value is held for an hour."""
    length, step_us = grid_of(period, step_s), step_s * 1_000_000
    many = np.zeros(length, dtype=np.int64)
    bad = np.full(length, BADNESS[Quality.MISSING], dtype=np.uint8)
    if known is None or len(known.at_us) == 0:
        return Exact(scale=each.unit.factor, num=many, bad=bad)
    starts = np.array([at for at, _ in multipliers] or [0], dtype=np.int64)
    factors = [factor for _, factor in multipliers] or [Fraction(1)]
    under = lcm(*(factor.denominator for factor in factors))
    whole = whole_numbers([int(factor * under) for factor in factors])
    segment = np.maximum(np.searchsorted(starts, known.at_us, side="right") - 1, 0)
    count = times(known.count, whole[segment], room=len(known.count))
    place = (known.at_us - to_us(period.start)) // step_us
    inside = (place >= 0) & (place < length)
    own = place[inside]
    num = np.zeros(length, dtype=count.dtype)
    np.add.at(num, own, count[inside])
    np.add.at(many, own, 1)
    worst = np.zeros(length, dtype=np.uint8)
    np.maximum.at(worst, own, BADNESS[known.quality[inside]])
    bad = np.where(many > 0, worst, bad)
    end_us = to_us(period.start) + (np.arange(length, dtype=np.int64) + 1) * step_us
    last = np.searchsorted(known.at_us, end_us, side="left") - 1
    held = (many == 0) & (last >= 0)
    held &= end_us - known.at_us[np.maximum(last, 0)] <= HELD_S * 1_000_000
    num[held], many[held] = count[last[held]], 1
    shape = BADNESS[Quality.INTERPOLATED]
    bad[held] = np.maximum(BADNESS[known.quality[last[held]]], shape)
    den = None if (many <= 1).all() else np.maximum(many, 1)
    return Exact(scale=each.unit.factor / under, num=num, den=den, bad=bad)


def _place(at: datetime, period: Period, step_s: int, length: int) -> int:
    """Return the first interval that begins at or behind an instant, within the period."""
    place = -((period.start - at) // timedelta(seconds=step_s))
    return min(max(place, 0), length)
