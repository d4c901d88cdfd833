from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.collect_slots import Timetable, delay_s, last_done, phase_s, slot_of

START = datetime(2019, 1, 1, 10, tzinfo=UTC)


@given(
    st.datetimes(timezones=st.just(UTC), min_value=datetime(1971, 1, 1)),  # noqa: DTZ001
    st.sampled_from([1, 10, 60, 900, 3600]),
)
def test_slots_are_aligned_to_the_wall_clock(now: datetime, interval_s: int) -> None:
    slot = slot_of(now, interval_s)
    assert slot <= now < slot + timedelta(seconds=interval_s)
    assert (slot - datetime(1970, 1, 1, tzinfo=UTC)) % timedelta(seconds=interval_s) == timedelta()


def test_a_collector_polls_at_once_unless_it_began_right_behind_a_slot() -> None:
    assert last_done(START + timedelta(seconds=30), 60) == START - timedelta(seconds=60)
    assert last_done(START + timedelta(seconds=5), 60) == START


class Clockwork:
    """A timetable whose clock a test turns."""

    def __init__(self, *intervals_s: int, at: datetime = START) -> None:
        self.now = at
        self.table = Timetable()
        for number, interval_s in enumerate(intervals_s):
            self.table.add(str(number), interval_s, at)
        self.asked: list[tuple[str, datetime]] = []
        self.missed = 0

    def go(self, seconds: float, *, step_s: float = 0.2) -> None:
        """Let the clock run."""
        until = self.now + timedelta(seconds=seconds)
        while self.now < until:
            for due in self.table.take(self.now):
                self.asked.append((due.key, due.slot))
                self.missed += due.missed
                self.table.release(due.key)
            self.now += timedelta(seconds=step_s)

    def jump(self, seconds: float) -> None:
        """Set the clock."""
        self.now += timedelta(seconds=seconds)

    def slots(self, key: str = "0") -> list[float]:
        return [(slot - START) / timedelta(seconds=1) for k, slot in self.asked if k == key]


def test_every_slot_of_every_source_is_asked_once_without_drift() -> None:
    work = Clockwork(1, 60, 900)
    work.go(3600, step_s=0.37)
    assert work.slots("0") == [float(n) for n in range(1, 3600)]
    assert work.slots("1") == [60.0 * n for n in range(1, 60)]
    assert work.slots("2") == [900.0 * n for n in range(1, 4)]
    assert work.missed == 0


@pytest.mark.parametrize("seconds", [3600, 7200, 86400 * 365])
def test_slots_that_a_clock_set_forward_jumps_over_are_missed_and_counted(seconds: int) -> None:
    work = Clockwork(60)
    work.go(600)
    work.jump(seconds)
    work.go(600)
    slots = work.slots()
    assert len(slots) == len(set(slots)) == 19
    assert work.missed == seconds // 60


def test_a_clock_set_back_an_hour_doubles_no_slot_and_goes_on_behind_them() -> None:
    work = Clockwork(60)
    work.go(7200)
    work.jump(-3600)
    work.go(7200)
    slots = work.slots()
    assert len(slots) == len(set(slots))
    assert slots == [60.0 * n for n in range(1, 180)]


def test_slots_jumped_over_are_asked_when_the_clock_is_set_right_again() -> None:
    work = Clockwork(60)
    work.go(600)
    work.jump(3600)
    work.go(600)
    work.jump(-3600)
    work.go(3000)
    slots = work.slots()
    assert len(slots) == len(set(slots))
    before, wrong, after = range(1, 10), range(70, 80), range(20, 70)
    assert set(slots) == {60.0 * n for n in (*before, *wrong, *after)}


@pytest.mark.parametrize("seconds", [-1.0, 1.0, -0.5])
def test_a_leap_second_or_a_small_correction_neither_doubles_nor_loses_a_slot(
    seconds: float,
) -> None:
    work = Clockwork(10)
    work.go(105)
    work.jump(seconds)
    work.go(100)
    slots = work.slots()
    assert slots == [10.0 * n for n in range(1, len(slots) + 1)]


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(-4000, 4000)), max_size=8))
def test_no_slot_is_ever_asked_for_twice(jumps: list[tuple[float, float]]) -> None:
    work = Clockwork(10)
    for run_s, jump_s in jumps:
        work.go(run_s, step_s=3)
        work.jump(jump_s)
    work.go(100, step_s=3)
    slots = work.slots()
    assert len(slots) == len(set(slots))


def test_a_source_that_is_still_busy_is_not_due_and_then_asked_for_the_present_slot() -> None:
    table = Timetable()
    table.add("slow", 10, START)
    (due,) = table.take(START + timedelta(seconds=10))
    assert table.take(START + timedelta(seconds=35)) == []
    table.release(due.key)
    (due,) = table.take(START + timedelta(seconds=36))
    assert (due.slot, due.missed) == (START + timedelta(seconds=30), 1)


def test_sources_are_spread_within_the_time_that_stands_for_the_slot() -> None:
    keys = [f"meter-{number}" for number in range(1000)]
    phases = [phase_s(key, 60, 1000) for key in keys]
    assert phases == [phase_s(key, 60, 1000) for key in keys]
    assert min(phases) >= 0
    assert max(phases) <= 4.0, "5 s after its slot a reading stands for it"
    busiest = max(sum(at <= p < at + 0.1 for p in phases) for at in [n / 10 for n in range(40)])
    assert busiest < 60
    assert max(phase_s(key, 1, 1000) for key in keys) <= 0.8
    assert max(phase_s(key, 60, 5000) for key in keys) <= 4.0
    assert phase_s("alone", 60, 1) == 0.0


def test_a_source_that_is_taken_late_begins_at_its_phase_all_the_same() -> None:
    assert delay_s(0.5, 0.125) == 0.375
    assert delay_s(0.5, 0.0) == 0.5
    assert delay_s(0.0, 0.25) == 0.0


def test_sources_whose_phase_is_over_do_not_begin_together() -> None:
    assert [delay_s(phase, 30.0) for phase in (0.0, 1.5, 4.0)] == [0.0, 1.5, 4.0]


def test_ten_thousand_sources_are_spread_over_the_time_that_a_core_needs_for_them() -> None:
    keys = [f"meter-{number}" for number in range(10_000)]
    phases = [phase_s(key, 10, 10_000) for key in keys]
    assert 7.5 < max(phases) <= 8.0
    begun = Counter(round(phase / 0.02) for phase in phases)
    assert max(begun.values()) < 60, "25 on each step of the grid, and chance"
