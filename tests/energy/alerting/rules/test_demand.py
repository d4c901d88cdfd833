"""Will this quarter-hour exceed what is agreed: exact, across windows, rollovers and exchanges."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.rules.demand import DemandForecast
from energy.alerting.rules.spec import Judged, Memory, Verdict
from energy.base.clock import to_us
from tests.examples import tried
from tests.fixtures.batches import at

AGREED = DemandForecast(above=1200, deadband=100, least_s=120, pace_s=60)
"""1,200 counts an hour: 300 a quarter-hour."""


def judged(terms: DemandForecast, *counts: int, step_s: int = 60) -> list[Judged]:
    memory: Memory = ()
    found = []
    for n, count in enumerate(counts):
        found.append(terms.judge(memory, to_us(at(0)) + n * step_s * 1_000_000, 1, count))
        memory = found[-1].memory
    return found


def test_even_pace_is_foreseen_exactly_from_the_second_minute_on() -> None:
    found = judged(AGREED, *(20 * n for n in range(15)))
    assert [each.verdict for each in found[:2]] == [Verdict.SILENT] * 2
    assert {each.value for each in found[2:]} == {1200}
    assert {each.verdict for each in found[2:]} == {Verdict.BETWEEN}, "at the limit is not above it"


def test_load_switched_on_in_mid_window_is_seen_at_its_own_pace() -> None:
    slow = [10 * n for n in range(6)]
    found = judged(AGREED, *slow, *(50 + 40 * n for n in range(1, 9)))
    assert found[5].value == 600
    # 50 used by minute 5, 40 more in the sixth, and 40 a minute (20 of them seen) for nine more.
    assert found[7].value == 4 * (50 + 80 + 8 * 40)
    assert found[7].verdict is Verdict.OVER


def test_a_new_window_begins_with_what_the_counter_showed_at_its_begin() -> None:
    told = [(0, 0), (14, 140), (16, 200), (18, 240), (20, 280)]  # at minute 15: 170
    memory: Memory = ()
    for minute, count in told:
        last = AGREED.judge(memory, to_us(at(minute)), 1, count)
        memory = last.memory
    assert last.value == 4 * (280 - 170 + 10 * 20)


def test_register_that_turns_and_device_that_is_exchanged() -> None:
    turning = DemandForecast(above=1200, least_s=120, pace_s=60, modulus=1000)
    counts = [(950 + 20 * n) % 1000 for n in range(10)]
    assert {each.value for each in judged(turning, *counts)[2:]} == {1200}
    exchanged = judged(AGREED, 900, 920, 940, 5, 25, 45)
    assert [each.verdict for each in exchanged[3:]] == [Verdict.SILENT] * 3


def test_first_window_is_judged_only_when_it_was_seen_from_its_begin() -> None:
    memory: Memory = ()
    verdicts = []
    for minute in range(5, 20):
        found = AGREED.judge(memory, to_us(at(minute)), 1, 100 * minute)
        memory = found.memory
        verdicts.append(found.verdict)
    assert verdicts[:12] == [Verdict.SILENT] * 12
    assert verdicts[12:] == [Verdict.OVER] * 3


@tried(60)
@given(st.lists(st.integers(0, 60), min_size=3, max_size=60))
def test_foreseen_is_what_was_used_and_the_rest_at_the_pace_of_the_last_minutes(
    steps: list[int],
) -> None:
    counts = [sum(steps[:n]) for n in range(len(steps) + 1)]
    found = judged(AGREED, *counts)
    for n, each in enumerate(found):
        if each.verdict is Verdict.SILENT:
            continue
        begin = n - n % 15
        slope = [Fraction(counts[n] - counts[m], n - m) for m in (n - 1, n - 2) if m >= 0]
        foreseen = [4 * (counts[n] - counts[begin] + pace * (15 - n % 15)) for pace in slope]
        assert each.value in [int(pace) for pace in foreseen]
        assert (each.verdict is Verdict.OVER) <= (max(foreseen) > 1200)
