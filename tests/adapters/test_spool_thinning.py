from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import SpoolFullError
from adapters.spool import Spool
from adapters.spool_thinning import COUNTERS, GAUGES, Rung, staying
from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.metering.channel import Kind
from energy.metering.codec import decode
from energy.metering.reading import Reading, ReadingColumns
from tests.adapters.test_spool import CLOCK, START

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
