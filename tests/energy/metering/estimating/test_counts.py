"""What a register would show: exact sums, never backwards, whatever the values."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.quality import Quality
from energy.metering.estimating.asked import EstimateError
from energy.metering.estimating.counts import gap_counts, rounded_sums
from energy.metering.estimating.gaps import Gap, Lies, gaps_of
from energy.metering.usage import CounterSegment
from energy.metering.usage_fold import fold

STEP = 900_000_000
M, E, MISSING = Quality.MEASURED, Quality.ESTIMATED, Quality.MISSING
values_of = st.lists(st.fractions(0, 500, max_denominator=12), min_size=1, max_size=20)


def segment(modulus: int | None = 100_000, factor: Fraction = Fraction(10)) -> CounterSegment:
    return CounterSegment(
        start_us=0, end_us=None, base_per_count=factor, modulus=modulus, max_per_hour=None
    )


@given(values_of, st.one_of(st.none(), st.integers(0, 10_000)))
def test_rounded_sums_end_on_the_total_and_stay_within_half_a_count(
    values: list[Fraction], total: int | None
) -> None:
    sums = rounded_sums(values, total)
    whole = sum(values)
    wanted = (
        total
        if total is not None
        else (2 * whole.numerator + whole.denominator) // (2 * whole.denominator)
    )
    assert sums[-1] == wanted
    assert sums == sorted(sums)
    if total is not None and whole:
        exact = [sum(values[: n + 1]) * total / whole for n in range(len(values))]
        assert all(
            abs(each - told) <= Fraction(1, 2) for each, told in zip(exact, sums, strict=True)
        )


def folded(
    readings: list[tuple[int, int, Quality]], own: CounterSegment, many: int
) -> tuple[list[int], list[int]]:
    """Return usage and quality of the intervals of readings in any order."""
    rows = sorted(readings)
    found = fold(
        np.array([at for at, _, _ in rows], dtype=np.int64),
        np.array([count for _, count, _ in rows], dtype=np.int64),
        np.array([quality for _, _, quality in rows], dtype=np.uint8),
        [own],
        np.arange(many + 1, dtype=np.int64) * STEP,
        gap_us=STEP,
    )
    assert (found.usage >= 0).all()
    return found.usage.tolist(), found.quality.tolist()


@given(values_of.filter(lambda each: len(each) > 2), st.integers(0, 99_999), st.integers(0, 5_000))
def test_a_shape_leaves_the_measured_total_over_a_turn_of_the_register_too(
    values: list[Fraction], start: int, rise: int
) -> None:
    own, many = segment(), len(values)
    end = (start + rise) % 100_000
    ends = [(0, start, M), (many * STEP, end, M)]
    (gap,) = gaps_of(
        np.array([0, many * STEP]), np.array([start, end]), [own], 0, many * STEP, STEP
    )
    alone, quality = folded(ends, own, many)
    if gap.lies is not Lies.BETWEEN:
        return
    pieces = [((n + 1) * STEP, value) for n, value in enumerate(values)]
    stated = [(at, count, E) for at, count in gap_counts(gap, pieces, None)]
    usage, told = folded([*ends, *stated], own, many)
    assert sum(usage) == sum(alone) == 10 * rise
    assert len(stated) == many - 1
    assert set(told) == {E}
    assert set(quality) == {Quality.INTERPOLATED}


@given(values_of, st.integers(0, 90_000), st.one_of(st.none(), st.integers(0, 50_000)))
def test_a_missing_total_behind_the_last_reading_is_the_estimated_one(
    values: list[Fraction], start: int, total: int | None
) -> None:
    own, many = segment(), len(values)
    gap = Gap(
        lies=Lies.BEHIND, start_us=0, end_us=many * STEP, start_count=start, end_count=None,
        base_per_count=Fraction(10), modulus=100_000,
    )  # fmt: skip
    pieces = [((n + 1) * STEP, value) for n, value in enumerate(values)]
    asked = None if total is None else Fraction(total)
    stated = [(at, count, E) for at, count in gap_counts(gap, pieces, asked)]
    usage, quality = folded([(0, start, M), *stated], own, many)
    wanted = Fraction(total) if total is not None else sum(values, Fraction(0))
    assert abs(sum(usage) - wanted) <= 5  # half a count of ten base units
    assert set(quality) == {E}


@given(values_of.filter(lambda each: len(each) > 2), st.integers(0, 900), st.integers(0, 20_000))
def test_a_total_across_a_reset_is_the_estimated_one_and_the_break_stays_a_finding(
    values: list[Fraction], end: int, total: int
) -> None:
    own, many = segment(), len(values)
    start = 40_000
    ends = [(0, start, M), (many * STEP, end, M)]
    (gap,) = gaps_of(
        np.array([0, many * STEP]), np.array([start, end]), [own], 0, many * STEP, STEP
    )
    assert gap.lies is Lies.RESET
    pieces = [((n + 1) * STEP, value) for n, value in enumerate(values)]
    stated = [(at, count, E) for at, count in gap_counts(gap, pieces, Fraction(10 * total))]
    usage, quality = folded([*ends, *stated], own, many)
    assert sum(usage) == 10 * total
    assert set(quality) == {E}


def test_a_register_is_never_said_to_have_been_below_zero_or_past_its_end() -> None:
    before = Gap(
        lies=Lies.BEFORE, start_us=0, end_us=STEP, start_count=None, end_count=7,
        base_per_count=Fraction(1), modulus=None,
    )  # fmt: skip
    assert gap_counts(before, [(STEP, Fraction(7))], None) == [(0, 0)]
    with pytest.raises(EstimateError, match="7 counts"):
        gap_counts(before, [(STEP, Fraction(8))], None)
    reset = Gap(
        lies=Lies.RESET, start_us=0, end_us=STEP, start_count=900, end_count=7,
        base_per_count=Fraction(1), modulus=1000,
    )  # fmt: skip
    with pytest.raises(EstimateError, match="passed its turn"):
        gap_counts(reset, [(STEP, Fraction(200))], None)


def test_gaps_lie_between_behind_and_before_and_end_with_the_meter() -> None:
    first = CounterSegment(
        start_us=0, end_us=10 * STEP, base_per_count=Fraction(1), modulus=1000, max_per_hour=None,
        start_count=5, end_count=50,
    )  # fmt: skip
    second = CounterSegment(
        start_us=10 * STEP, end_us=None, base_per_count=Fraction(2), modulus=1000, max_per_hour=None
    )
    at = np.array([4 * STEP, 5 * STEP, 14 * STEP])
    found = gaps_of(at, np.array([20, 21, 3]), [first, second], 0, 20 * STEP, STEP)
    assert [(gap.lies, gap.start_us // STEP, gap.end_us // STEP, gap.rise) for gap in found] == [
        (Lies.BETWEEN, 0, 4, 15),
        (Lies.BETWEEN, 5, 10, 29),
        (Lies.BEFORE, 10, 14, None),
        (Lies.BEHIND, 14, 20, None),
    ]
    assert gaps_of(np.array([], dtype=np.int64), np.array([]), [second], 0, 90 * STEP, STEP) == []


def test_a_register_that_turns_more_than_once_in_a_gap_behind_its_last_reading_adds_up() -> None:
    many = 500
    own = CounterSegment(
        start_us=0, end_us=None, base_per_count=Fraction(1), modulus=1000, max_per_hour=20
    )
    gap = Gap(
        lies=Lies.BEHIND, start_us=0, end_us=many * STEP, start_count=500, end_count=None,
        base_per_count=Fraction(1), modulus=1000, max_per_hour=20,
    )  # fmt: skip
    pieces = [((n + 1) * STEP, Fraction(5, 2)) for n in range(many)]
    stated = [(at, count, E) for at, count in gap_counts(gap, pieces, None)]
    usage, quality = folded([(0, 500, M), *stated], own, many)
    assert (sum(usage), set(quality)) == (1250, {E})
    # The other way round, before the first reading.
    back = [(many * STEP - at, (1000 - count) % 1000, E) for at, count, _ in stated]
    usage, quality = folded([(many * STEP, 500, M), *back], own, many)
    assert (sum(usage), set(quality)) == (1250, {E})


def test_what_the_device_cannot_have_counted_is_refused() -> None:
    gap = Gap(
        lies=Lies.BEHIND, start_us=0, end_us=4 * STEP, start_count=0, end_count=None,
        base_per_count=Fraction(1), modulus=1000, max_per_hour=10,
    )  # fmt: skip
    pieces = [((n + 1) * STEP, Fraction(1)) for n in range(4)]
    assert gap_counts(gap, pieces, Fraction(13))[-1] == (4 * STEP, 13)
    with pytest.raises(EstimateError, match="more than the register can make"):
        gap_counts(gap, pieces, Fraction(14))


def test_an_estimate_before_a_turn_that_came_sooner_gives_way() -> None:
    own = CounterSegment(
        start_us=0, end_us=None, base_per_count=Fraction(1), modulus=1000, max_per_hour=40
    )
    stated = [(n * STEP, (980 + 5 * n) % 1000, E) for n in range(1, 9)]
    usage, _ = folded([(0, 980, M), (2 * STEP, 3, M), *stated[2:]], own, 8)
    assert usage[0] + usage[1] == 23
    assert sum(usage) == 40  # up to the last estimate, which the register can reach
