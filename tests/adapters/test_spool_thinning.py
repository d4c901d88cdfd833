from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import SpoolFullError
from adapters.spool import Spool
from adapters.spool_rows import chosen
from adapters.spool_thinning import COUNTERS, GAUGES, Rung, staying
from energy.base.clock import to_us
from energy.base.quality import PRECEDENCE, Quality
from energy.metering.channel import Kind
from energy.metering.codec import decode
from energy.metering.reading import Reading, ReadingColumns
from energy.metering.usage import CounterSegment, Folded
from energy.metering.usage_fold import fold
from tests.adapters.test_spool import CLOCK, START
from tests.examples import tried

KINDS = {1: "counter", 2: "gauge", 3: "interval", 4: "state"}
QUARTER = Rung(number=3, kind=Kind.COUNTER, window_s=900)


def minutes(channel: int, counts: list[int], *, first: int = 0, second: int = 0) -> ReadingColumns:
    """Return one count a minute."""
    many = len(counts)
    at = [to_us(START + timedelta(minutes=first + n, seconds=second)) for n in range(many)]
    return ReadingColumns(
        channel=np.full(many, channel, dtype=np.int32),
        at_us=np.array(at, dtype=np.int64),
        count=np.array(counts, dtype=np.int64),
        quality=np.full(many, Quality.MEASURED, dtype=np.uint8),
    )


def hours_of(spool: Spool, hours: int) -> None:
    for hour in range(hours):
        parts = [
            minutes(channel, list(range(60 * hour, 60 * hour + 60)), first=60 * hour)
            for channel in KINDS
        ]
        spool.append("bus", ReadingColumns.joined(parts))
        spool.seal()


def everything(spool: Spool) -> list[Reading]:
    return [reading for batch in spool.pending(10_000) for reading in decode(batch.payload)]


def climbed(spool: Spool, rungs: tuple[Rung, ...]) -> int:
    gone = 0
    for rung in rungs:
        while (done := spool.thin(rung, KINDS)).batches:
            gone += done.readings
    return gone


def test_gauges_keep_one_reading_a_quarter_hour_and_nothing_else_is_touched(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    hours_of(spool, 3)
    assert climbed(spool, GAUGES[:1]) == 3 * 56
    left = everything(spool)
    per_channel = {c: [r for r in left if r.channel == c] for c in KINDS}
    assert [len(per_channel[c]) for c in (1, 2, 3, 4)] == [180, 12, 180, 180]
    assert [r.at.minute for r in per_channel[2]] == [0, 15, 30, 45] * 3
    spool.close()


def test_what_was_thinned_becomes_one_note_with_span_counts_and_numbers(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    hours_of(spool, 3)
    climbed(spool, GAUGES[:1])
    (told,) = spool.notes()
    assert (told.code, told.source, told.severity) == ("spool.thinned", "bus", "warn")
    assert told.proof["readings"] == 168
    assert told.proof["sequences"] == [[1, 3]]
    assert told.first_us == to_us(START + timedelta(minutes=1))
    assert told.last_us == to_us(START + timedelta(minutes=179))
    assert spool.notes() == [told], "on its way it never changes"
    hours_of(spool, 1)
    climbed(spool, GAUGES)
    assert spool.notes()[0] == told
    spool.noted([told])
    assert told not in spool.notes()
    spool.close()


def test_a_thinned_batch_has_a_number_of_its_own_and_the_chain_goes_on(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    hours_of(spool, 3)
    climbed(spool, GAUGES[:1])
    batches = spool.pending(100)
    assert [batch.sequence for batch in batches] == [4, 5, 6]
    assert [batch.first_us for batch in batches] == sorted(batch.first_us for batch in batches)
    assert batches[1].previous_hash == batches[0].own_hash
    spool.close()


def test_a_batch_that_the_journal_may_hold_is_never_thinned(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    hours_of(spool, 2)
    (offered,) = spool.pending(1)
    climbed(spool, GAUGES)
    assert offered in spool.pending(10)
    spool.close()


def test_thinning_goes_on_where_it_was_after_a_restart_and_begins_anew_when_empty(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    hours_of(spool, 2)
    climbed(spool, GAUGES[:1])
    spool.close()
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    assert spool.thin(GAUGES[0], KINDS).batches == 0
    spool.accepted(spool.pending(100))
    hours_of(spool, 1)
    assert climbed(spool, GAUGES[:1]) == 56
    spool.close()


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 5)), min_size=2, max_size=200),
    st.integers(0, 59),
)
def test_a_thinned_counter_keeps_its_total_its_steps_back_and_its_bounds(
    steps: list[tuple[int, int]], second: int
) -> None:
    counts = np.cumsum([step for step, _ in steps])
    resets = [n for n, (_, kind) in enumerate(steps) if kind == 5]
    for n in resets:
        counts[n:] -= counts[n]
    columns = minutes(1, counts.tolist(), second=second)
    stay = staying(columns, QUARTER, {1})
    kept = columns.count[stay]
    rises = np.diff(columns.count)
    kept_rises = np.diff(kept)
    assert kept_rises[kept_rises > 0].sum() == rises[rises > 0].sum()
    assert (kept_rises < 0).sum() == (rises < 0).sum()
    bounds = columns.at_us % (900 * 1_000_000) == 0
    assert stay[bounds].all()
    assert stay[0]
    assert stay[-1]


def test_a_counter_read_off_the_bound_keeps_both_neighbours_of_it() -> None:
    columns = minutes(1, list(range(60)), second=7)
    kept = columns.at_us[staying(columns, QUARTER, {1})]
    offsets = [(at - columns.at_us[0]) // 60_000_000 for at in kept.tolist()]
    assert offsets == [0, 14, 15, 29, 30, 44, 45, 59]


def test_what_is_sealed_where_thinned_batches_lay_is_thinned_in_its_turn(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    hours_of(spool, 4)
    assert climbed(spool, GAUGES[:1]) == 4 * 56
    spool.accepted(spool.pending(10)[1:])  # the newest went first; the oldest still waits
    hours_of(spool, 3)
    assert climbed(spool, GAUGES[:1]) == 3 * 56
    spool.close()


def test_a_bound_inside_a_gap_keeps_both_neighbours_of_the_gap() -> None:
    columns = ReadingColumns.joined([minutes(1, list(range(11))), minutes(1, [500, 501], first=45)])
    stay = staying(columns, QUARTER, {1})
    kept = [each.at.minute for each, stays in zip(columns, stay, strict=True) if stays]
    assert kept == [0, 10, 45, 46], "10:15 lies between the counts of 10:10 and 10:45"


def test_of_two_readings_of_one_instant_the_first_still_counts() -> None:
    twice = minutes(1, [9, 7], first=5)
    twice = ReadingColumns(
        channel=twice.channel,
        at_us=np.repeat(twice.at_us[:1], 2),
        count=np.array([5, 6], dtype=np.int64),
        quality=twice.quality,
    )
    columns = ReadingColumns.joined([minutes(1, [0, 1, 2, 3, 4]), twice])
    kept = columns.count[staying(columns, QUARTER, {1})].tolist()
    assert kept == [0, 5, 6]


def test_counters_thinned_to_hours_keep_their_totals_in_the_spool(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    hours_of(spool, 5)
    climbed(spool, COUNTERS)
    counter = [r for r in everything(spool) if r.channel == 1]
    assert counter[0].count == 0
    assert counter[-1].count == 299
    assert {r.count for r in counter} >= {60 * n for n in range(5)}
    spool.close()


def test_a_spool_at_its_bound_refuses_whole_polls_and_notes_still_fit(tmp_path: Path) -> None:
    bound = 400_000
    spool = Spool(tmp_path / "spool.sqlite", CLOCK, bound=bound)
    rng = np.random.default_rng(1)
    stored = 0
    with pytest.raises(SpoolFullError, match="its bound of 400,000 B"):  # noqa: PT012
        for number in range(1_000):
            columns = minutes(1, rng.integers(0, 2**40, 900).tolist(), first=900 * number)
            spool.append("bus", columns)
            stored += 900
    assert stored > 1_000
    assert spool.backlog().used <= bound + 20_000
    spool.seal()
    assert len(everything(spool)) == stored
    spool.close()


@pytest.mark.parametrize(("shift_s", "bound"), [(0, 60), (1800, 30), (2700, 15)])
def test_an_hour_is_the_site_s_where_its_zone_has_half_or_quarter_hours(
    shift_s: int, bound: int
) -> None:
    told = minutes(1, [n * n for n in range(150)], second=20)
    rung = Rung(number=4, kind=Kind.COUNTER, window_s=3600, shift_s=shift_s)
    kept = np.flatnonzero(staying(told, rung, {1})).tolist()
    neighbours = {n for at in range(bound, 150, 60) for n in (at - 1, at)}
    assert kept == sorted({0, 149} | neighbours)


SEGMENT = CounterSegment(
    start_us=0, end_us=None, base_per_count=Fraction(3, 7), modulus=10**6, max_per_hour=None
)


def folded(columns: ReadingColumns, window_us: int, shift_us: int) -> Folded:
    """Return usage between the windows' bounds, as the site folds it: SUSPECT readings count not.

    Of several readings of one instant the one of the best quality counts, the first of those.
    """
    counting: dict[int, tuple[int, int]] = {}
    for reading in columns:
        at, quality = to_us(reading.at), reading.quality
        if at not in counting or PRECEDENCE[quality] < PRECEDENCE[Quality(counting[at][1])]:
            counting[at] = (reading.count, int(quality))
    good = sorted((at, *row) for at, row in counting.items() if row[1] != Quality.SUSPECT)
    at_us, count, code = np.array(good, dtype=np.int64).reshape(-1, 3).T
    first_us, last_us = int(columns.at_us.min()), int(columns.at_us.max())
    first_us = (first_us + shift_us) // window_us * window_us - shift_us
    bounds = np.arange(first_us, last_us + window_us + 1, window_us, dtype=np.int64)
    return fold(at_us, count, code.astype(np.uint8), [SEGMENT], bounds, gap_us=3_600_000_000)


@st.composite
def series(draw: st.DrawFn) -> ReadingColumns:
    """Return a counter read now and then, with suspect readings, manual ones and some twice."""
    rows: list[tuple[int, int, int]] = []
    at_s, count = draw(st.integers(0, 7)) * 300, draw(st.integers(0, 999_999))
    for _ in range(draw(st.integers(3, 90))):
        at_s += draw(st.sampled_from([60, 300, 300, 300, 307, 900, 4500]))
        at_s -= draw(st.sampled_from([0, 0, 0, at_s % 300]))
        count = (count + draw(st.integers(0, 400))) % 10**6
        kind = draw(st.integers(0, 19))
        if kind < 5:
            wrong = draw(st.sampled_from([0, count, 999_999]))
            rows.append((at_s, wrong, Quality.SUSPECT))
        if kind == 5:
            rows.append((at_s, count, Quality.MANUAL))
        if kind >= 4:
            rows.append((at_s, count, Quality.MEASURED))
        if kind == 19:
            count = 0
    at, counts, quality = np.array(rows, dtype=np.int64).T
    return ReadingColumns(
        channel=np.ones(len(rows), dtype=np.int32),
        at_us=to_us(START) + np.maximum.accumulate(at) * 1_000_000,
        count=counts,
        quality=quality.astype(np.uint8),
    )


@tried(40)
@given(series(), st.lists(st.integers(0, 200), max_size=2), st.sampled_from([0, 1800, 2700]))
def test_a_thinned_counter_bills_the_same_between_the_bounds_whatever_is_suspect_between(
    whole: ReadingColumns, cuts: list[int], shift_s: int
) -> None:
    edges = [0, *sorted({min(cut, len(whole)) for cut in cuts}), len(whole)]
    batches = [chosen(whole, slice(*edge)) for edge in pairwise(edges) if edge[0] < edge[1]]
    for each in COUNTERS:  # both rungs, one after the other, as the room is made
        rung = replace(each, shift_s=shift_s)
        batches = [chosen(batch, staying(batch, rung, {1})) for batch in batches]
        thinned = ReadingColumns.joined(batches)
        spans = (rung.window_s * 1_000_000, shift_s * 1_000_000)
        before, after = folded(whole, *spans), folded(thinned, *spans)
        for name in ("usage", "quality", "value", "known"):
            assert getattr(after, name).tolist() == getattr(before, name).tolist(), name
        assert after.breaks == before.breaks
        suspect = int((whole.quality == Quality.SUSPECT).sum())
        assert int((thinned.quality == Quality.SUSPECT).sum()) == suspect


def test_a_suspect_reading_on_the_bound_leaves_the_good_neighbours_of_the_bound() -> None:
    columns = minutes(1, [*range(60), 0, *range(61, 90)])
    columns.quality[60] = Quality.SUSPECT
    kept = np.flatnonzero(staying(columns, COUNTERS[1], {1})).tolist()
    assert kept == [0, 59, 60, 61, 89]


@pytest.mark.parametrize("absurd", [-7, 2**40])
def test_an_absurd_count_that_the_site_will_not_believe_leaves_its_good_neighbours(
    absurd: int,
) -> None:
    columns = minutes(1, [*range(60), absurd, *range(61, 90)])
    kept = set(np.flatnonzero(staying(columns, COUNTERS[1], {1})).tolist())
    assert kept >= {0, 59, 60, 61, 89}


def test_a_gauge_keeps_a_good_reading_of_a_window_that_begins_with_a_suspect_one() -> None:
    columns = minutes(2, list(range(30)))
    columns.quality[:2] = Quality.SUSPECT
    kept = np.flatnonzero(staying(columns, GAUGES[0], {2})).tolist()
    assert kept == [0, 2, 15]
