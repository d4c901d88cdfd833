"""In: values of intervals, a gap of a register. Out: what the register would show. Pure.

Counts are rounded where they are stated, from the sum since the gap began, as the fold rounds at
its boundaries: so they never run backwards, the last one lies on the total, and what is rounded
never adds up (each interval apart, rounded by itself, would put a coarse register's counts into
whatever intervals come first).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate

from energy.metering.estimating.asked import EstimateError
from energy.metering.estimating.gaps import Gap, Lies

Pieces = Sequence[tuple[int, Fraction]]
"""Ends of neighbouring pieces of a gap [us], and the value of each [base unit]."""
BRIDGE_US = 1
"""What lies between the two counts of a register that was set anew. [us]"""


def rounded_sums(values: Sequence[Fraction], total: int | None) -> list[int]:
    """Return the sum of the values up to the end of each, rounded half up.

    Args:
        values: None below zero.
        total: What the sum is to be; the values tell its shape, evenly where all are zero. None
            for the values' own sum.
    """
    sums = list(accumulate(values))
    if total is not None and sums:
        if not sums[-1]:
            sums = [Fraction(n) for n in range(1, len(values) + 1)]
        sums = [each * total / sums[-1] for each in sums]
    return [(2 * each.numerator + each.denominator) // (2 * each.denominator) for each in sums]


def gap_counts(gap: Gap, pieces: Pieces, total: Fraction | None) -> list[tuple[int, int]]:
    """Return instants and counts that an estimate states of a gap. [us, count].

    Args:
        gap: The gap.
        pieces: From its start to its end.
        total: What was used in it, where somebody says so; a measured one wins. [base unit]

    Raises:
        EstimateError: The register would have been below zero, or faster than it can.
    """
    values = [max(value, Fraction(0)) / gap.base_per_count for _, value in pieces]
    ends = [end for end, _ in pieces]
    known = gap.rise
    if known is None and total is not None:
        known = rounded_sums([total / gap.base_per_count], None)[0]
    sums = rounded_sums(values, known)
    _check_pace(gap, ends, sums)
    match gap.lies:
        case Lies.BETWEEN:
            assert gap.start_count is not None, "it lies between two readings"
            return [(at, _shown(gap, gap.start_count + n)) for at, n in _pairs(ends, sums)[:-1]]
        case Lies.BEHIND:
            assert gap.start_count is not None, "a reading lies before it"
            return [(at, _shown(gap, gap.start_count + n)) for at, n in _pairs(ends, sums)]
        case Lies.BEFORE:
            assert gap.end_count is not None, "a reading lies behind it"
            first = gap.end_count - (sums[-1] if sums else 0)
            if first < 0:
                raise EstimateError.of(
                    "estimate.below_zero", shown=gap.end_count, used=sums[-1] if sums else 0
                )
            counts = [first, *(first + n for n in sums)]
            return _pairs([gap.start_us, *ends], counts)[:-1]
        case Lies.RESET:
            return _reset(gap, ends, sums)


def _check_pace(gap: Gap, ends: Sequence[int], sums: Sequence[int]) -> None:
    """Refuse what the fold would not believe of an estimate beyond what was read."""
    if not sums:
        return
    if gap.lies is Lies.BEHIND:
        paces = [(at - gap.start_us, n) for at, n in zip(ends, sums, strict=True)]
    elif gap.lies is Lies.BEFORE:
        starts = zip([gap.start_us, *ends[:-1]], [0, *sums[:-1]], strict=True)
        paces = [(gap.end_us - at, sums[-1] - n) for at, n in starts]
    else:
        return
    for elapsed_us, used in paces:
        most = gap.most(elapsed_us)
        if used > most:
            raise EstimateError.of(
                "estimate.too_fast",
                used=used,
                hours=-(-elapsed_us // 3_600_000_000),
                most=int(most),
            )


def _reset(gap: Gap, ends: list[int], sums: list[int]) -> list[tuple[int, int]]:
    """Return counts of a gap in which the register was set anew.

    It was set to zero when just what the reading behind the gap shows was still to come; where
    less was used than that, at the gap's start, to what was left.
    """
    assert gap.start_count is not None, "it lies between two readings"
    assert gap.end_count is not None, "it lies between two readings"
    total = sums[-1]
    old = max(total - gap.end_count, 0)
    reset_us = min(_instant(gap.start_us, ends, sums, old), gap.end_us - 2 * BRIDGE_US)
    stated = {at: gap.start_count + n for at, n in _pairs(ends, sums) if at < reset_us}
    if reset_us > gap.start_us:
        stated[reset_us] = gap.start_count + old
    stated[reset_us + BRIDGE_US] = gap.end_count - (total - old)
    for at, n in _pairs(ends, sums):
        if reset_us + BRIDGE_US < at < gap.end_us:
            stated[at] = gap.end_count - (total - max(n, old))
    if gap.modulus is not None and gap.start_count + old >= gap.modulus:
        raise EstimateError.of("estimate.past_turn", shown=gap.start_count, used=old)
    return sorted(stated.items())


def _instant(start_us: int, ends: list[int], sums: list[int], wanted: int) -> int:
    """Return when a sum is reached, evenly within its piece. [us]."""
    before_us, before = start_us, 0
    for at, n in _pairs(ends, sums):
        if n >= wanted:
            part = wanted - before
            return before_us if part == 0 else before_us + (at - before_us) * part // (n - before)
        before_us, before = at, n
    raise AssertionError("the last sum is the total")


def _pairs(ends: Sequence[int], sums: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(ends, sums, strict=True))


def _shown(gap: Gap, count: int) -> int:
    """Return what the register shows, past its turn."""
    return count if gap.modulus is None else count % gap.modulus
