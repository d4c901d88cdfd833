"""In: what a method says of a counter's gaps. Out: the readings to state. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from energy.base.clock import to_us
from energy.metering.estimating.asked import EstimateError
from energy.metering.estimating.counts import gap_counts, rounded_sums
from energy.metering.estimating.gaps import Gap, Lies, gaps_of
from energy.metering.usage import CounterSegment
from processes.estimates.ground import MOST_STATED, Ground, Statement


def counter_statement(ground: Ground, *, missing_only: bool = False) -> Statement:
    """Return what an estimate states of the gaps of a counter that touch its span.

    Args:
        ground: What is asked.
        missing_only: Leave gaps alone whose total is measured, and what is estimated already.

    Raises:
        EstimateError: Nothing was ever read of the counter, or the method lacks what it needs.
    """
    step_us = ground.step_s * 1_000_000
    start_us, end_us = to_us(ground.first), to_us(ground.last)
    read = ground.read(estimates=missing_only)
    if any(each.feed is not None for each in read.segments if _touches(each, start_us, end_us)):
        raise EstimateError.of("estimate.fed", key=ground.channel.key)
    gaps = gaps_of(read.at_us, read.count, read.segments, start_us, end_us, step_us)
    if missing_only:
        gaps = [gap for gap in gaps if gap.lies is not Lies.BETWEEN]
    if not gaps and not len(read.at_us):
        raise EstimateError.of("estimate.never_read", key=ground.channel.key)
    if not gaps:
        return Statement(readings=())
    cells = {gap: _cells(ground, gap, step_us) for gap in gaps}
    starts = sorted({start for own in cells.values() for start, _, _ in own})
    shaped = all(gap.lies is Lies.BETWEEN for gap in gaps)
    told = ground.ask(starts, total_known=shaped or ground.total is not None)
    value = dict(zip(starts, told.values, strict=True))
    valued = {
        gap: [(end, max(value[start], Fraction(0)) * share) for start, end, share in own]
        for gap, own in cells.items()
    }
    totals = _totals(valued, ground.total)
    coarse = -(-sum(map(len, valued.values())) // MOST_STATED)
    readings: dict[int, int] = {}
    estimated: Fraction | None = None
    for gap, pieces in valued.items():
        readings.update(gap_counts(gap, _merged(pieces, coarse), totals[gap]))
        if gap.lies is not Lies.BETWEEN:
            used = totals[gap]
            used = sum((each for _, each in pieces), Fraction(0)) if used is None else used
            counts = rounded_sums([used / gap.base_per_count], None)[0]
            estimated = (estimated or Fraction(0)) + counts * gap.base_per_count
    lies = ", ".join(sorted({str(gap.lies) for gap in gaps}))
    return Statement(
        readings=sorted(readings.items()),
        inputs={**told.inputs, "gaps": lies},
        total=None if estimated is None else rounded_sums([estimated], None)[0],
    )


def _touches(segment: CounterSegment, start_us: int, end_us: int) -> bool:
    ends = segment.end_us
    return segment.start_us < end_us and (ends is None or ends > start_us)


def _cells(ground: Ground, gap: Gap, step_us: int) -> list[tuple[int, int, Fraction]]:
    """Return of each grid interval of a gap: its start, where the gap leaves it, its share."""
    start = ground.floor_us(gap.start_us, ground.step_s)
    cells = []
    while start < gap.end_us:
        low, high = max(start, gap.start_us), min(start + step_us, gap.end_us)
        cells.append((start, high, Fraction(high - low, step_us)))
        start += step_us
    return cells


def _totals(
    valued: Mapping[Gap, Sequence[tuple[int, Fraction]]], total: Fraction | None
) -> dict[Gap, Fraction | None]:
    """Return the stated total of each gap whose own is missing, by what the method says of each."""
    if total is None:
        return dict.fromkeys(valued)
    missing = [gap for gap in valued if gap.lies is not Lies.BETWEEN]
    if not missing:
        raise EstimateError.of("estimate.total_known")
    sums = {gap: sum((each for _, each in valued[gap]), Fraction(0)) for gap in missing}
    if not any(sums.values()):
        sums = {gap: Fraction(gap.end_us - gap.start_us) for gap in missing}
    whole = sum(sums.values())
    return dict.fromkeys(valued) | {gap: total * own / whole for gap, own in sums.items()}


def _merged(pieces: Sequence[tuple[int, Fraction]], coarse: int) -> list[tuple[int, Fraction]]:
    """Return so many neighbouring pieces put together each time."""
    merged: list[tuple[int, Fraction]] = []
    value = Fraction(0)
    for place, (end, own) in enumerate(pieces, 1):
        value += own
        if place == len(pieces) or place % coarse == 0:
            merged.append((end, value))
            value = Fraction(0)
    return merged
