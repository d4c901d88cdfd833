"""In: what a method says of missing intervals or levels. Out: the readings to state. I/O: reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise

from energy.base.clock import from_us, to_us
from energy.base.period import days_between, local_day, midnight
from energy.metering.channel import LOCAL_DAY_S
from energy.metering.estimating.asked import EstimateError
from energy.metering.estimating.counts import rounded_sums
from energy.metering.usage import CounterSegment
from processes.estimates.ground import MOST_STATED, Ground, Statement


def interval_statement(ground: Ground) -> Statement:
    """Return what an estimate states of the intervals that were not delivered.

    Counts are rounded from the sum since each run of missing intervals began.

    Raises:
        EstimateError: They are too many for one estimate, or the method lacks what it needs.
    """
    read = ground.read()
    have = set(read.at_us.tolist())
    missing = [
        (start, end, segment)
        for start, end in _delivered(ground)
        if end not in have and (segment := _serving(read.segments, start, end)) is not None
    ]
    if not missing:
        return Statement(readings=())
    if len(missing) > MOST_STATED:
        raise EstimateError.of("estimate.too_many", intervals=len(missing), most=MOST_STATED)
    step_us = ground.step_s * 1_000_000
    starts = {
        at: None
        for start, end, _ in missing
        for at in range(ground.floor_us(start, ground.step_s), end, step_us)
    }
    told = ground.ask(list(starts), total_known=ground.total is not None)
    value = dict(zip(starts, told.values, strict=True))
    sums = [_sum(ground, value, start, end) for start, end, _ in missing]
    factors = [segment.base_per_count for _, _, segment in missing]
    if ground.total is not None:
        whole = sum(sums)
        sums = [ground.total * (each / whole if whole else Fraction(1, len(sums))) for each in sums]
    counts = _counts([own / factor for own, factor in zip(sums, factors, strict=True)])
    estimated = sum(
        (count * factor for count, factor in zip(counts, factors, strict=True)), Fraction(0)
    )
    return Statement(
        readings=[(end, count) for (_, end, _), count in zip(missing, counts, strict=True)],
        inputs=told.inputs,
        total=rounded_sums([estimated], None)[0],
    )


def _delivered(ground: Ground) -> list[tuple[int, int]]:
    """Return start and end of each interval that the channel delivers within the span. [us]."""
    zone, width = ground.site.zone, ground.channel.facts.delivered_s
    first, last = to_us(ground.first), to_us(ground.last)
    found: list[tuple[int, int]] = []
    days = days_between(local_day(ground.first, zone), local_day(ground.last, zone))
    for day in days:
        low, high = (to_us(midnight(each, zone)) for each in (day, day + timedelta(days=1)))
        step = high - low if width == LOCAL_DAY_S else width * 1_000_000
        found += [(at, at + step) for at in range(low, high, step)]
    return [(start, end) for start, end in found if first <= start and end <= last]


def _serving(segments: Sequence[CounterSegment], start: int, end: int) -> CounterSegment | None:
    """Return the last segment that served in an interval."""
    served = [
        each
        for each in segments
        if each.start_us < end and (each.end_us is None or each.end_us > start)
    ]
    return served[-1] if served else None


def _sum(ground: Ground, value: dict[int, Fraction], start: int, end: int) -> Fraction:
    """Return what the grid intervals say of a delivered one."""
    step_us = ground.step_s * 1_000_000
    whole = Fraction(0)
    for at in range(ground.floor_us(start, ground.step_s), end, step_us):
        share = Fraction(min(at + step_us, end) - max(at, start), step_us)
        whole += max(value[at], Fraction(0)) * share
    return whole


def _counts(values: Sequence[Fraction]) -> list[int]:
    sums = [0, *rounded_sums(values, None)]
    return [later - earlier for earlier, later in pairwise(sums)]


def level_statement(ground: Ground) -> Statement:
    """Return what an estimate states of a gauge where nothing was read for a while.

    Raises:
        EstimateError: A total is stated, they are too many, or the method lacks what it needs.
    """
    if ground.total is not None:
        raise EstimateError.of("estimate.level_total", key=ground.channel.key)
    read = ground.read()
    step_us = ground.step_s * 1_000_000
    first, last = to_us(ground.first), to_us(ground.last)
    have = {ground.floor_us(at, ground.step_s) for at in read.at_us.tolist()}
    instants = [at for at in range(first, last, step_us) if at not in have]
    if not instants:
        return Statement(readings=())
    if len(instants) > MOST_STATED:
        raise EstimateError.of("estimate.too_many", intervals=len(instants), most=MOST_STATED)
    before = [n for n, at in enumerate(read.at_us.tolist()) if at < first]
    behind = [n for n, at in enumerate(read.at_us.tolist()) if at >= last]
    ends = None
    if before and behind:
        one, other = (
            (from_us(int(read.at_us[n])), Fraction(int(read.count[n])))
            for n in (before[-1], behind[0])
        )
        ends = (one, other)
    told = ground.ask(instants, ends=ends)
    return Statement(
        readings=[(at, _nearest(value)) for at, value in zip(instants, told.values, strict=True)],
        inputs=told.inputs,
    )


def _nearest(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
