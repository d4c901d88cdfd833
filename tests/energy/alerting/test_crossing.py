"""Threshold crossings: delay, deadband, late readings, and the same in any slices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.crossing import Crossing, Direction, RuleState, alert_id, evaluate
from energy.alerting.rule import ThresholdRule, rule_id
from energy.base.quality import Quality
from energy.metering.reading import Reading
from tests.examples import tried
from tests.fixtures.batches import at, reading


def rule(*, delay_min: int = 30, deadband: int = 10) -> ThresholdRule:
    return ThresholdRule(
        rule=rule_id("town", "load", 1),
        key="load",
        version=1,
        name="Load",
        channel=1,
        above=100,
        delay_s=60 * delay_min,
        deadband=deadband,
        severity="high",
    )


def gauge(*counts: int, start: int = 0) -> list[Reading]:
    """Return one reading a quarter of an hour."""
    return [reading(1, 15 * (start + n), count) for n, count in enumerate(counts)]


def seen(crossings: list[Crossing]) -> list[tuple[str, int, int]]:
    """Return direction, quarter and value of some crossings."""
    return [
        (crossing.direction.value, (crossing.at - at(0)) // timedelta(minutes=15), crossing.value)
        for crossing in crossings
    ]


def test_value_above_the_limit_for_the_delay_raises_and_falling_back_clears() -> None:
    crossings, state = evaluate(rule(), RuleState(), gauge(90, 101, 120, 110, 100, 89))
    assert seen(crossings) == [("raised", 3, 110), ("cleared", 5, 89)]
    assert state == RuleState(last_at=at(75))


def test_both_crossings_belong_to_one_alert_known_by_its_instant() -> None:
    (raised, cleared), _ = evaluate(rule(delay_min=0), RuleState(), gauge(101, 0))
    assert raised.alert == cleared.alert == alert_id(rule(), at(0))
    assert raised.direction is Direction.RAISED


@pytest.mark.parametrize("counts", [(100, 100, 100, 100), (101, 101, 100, 101, 101), (0, 0)])
def test_value_at_the_limit_or_above_it_too_shortly_raises_nothing(counts: tuple[int, ...]) -> None:
    assert evaluate(rule(), RuleState(), gauge(*counts))[0] == []


def test_deadband_keeps_an_alert_that_flickers() -> None:
    crossings, _ = evaluate(rule(delay_min=0), RuleState(), gauge(101, 95, 101, 90, 89, 101))
    assert seen(crossings) == [("raised", 0, 101), ("cleared", 4, 89), ("raised", 5, 101)]


def test_late_repeated_and_suspect_readings_change_nothing() -> None:
    first, state = evaluate(rule(delay_min=0), RuleState(), gauge(101))
    late = [reading(1, -15, 0), reading(1, 0, 0), reading(1, 5, 0, Quality.SUSPECT)]
    second, after = evaluate(rule(delay_min=0), state, late)
    assert (len(first), second) == (1, [])
    assert after.raised_at == at(0)


def test_gap_in_the_data_counts_towards_the_delay() -> None:
    told = [reading(1, 0, 101), reading(1, 300, 101)]
    assert seen(evaluate(rule(), RuleState(), told)[0]) == [("raised", 20, 101)]


def test_reading_of_another_channel_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        evaluate(rule(), RuleState(), [reading(2, 0, 5)])


@tried(60)
@given(
    st.lists(st.integers(60, 140), max_size=40),
    st.lists(st.integers(1, 9), max_size=20),
    st.sampled_from([0, 15, 45]),
    st.sampled_from([0, 10, 60]),
)
def test_evaluating_in_any_slices_gives_the_same_crossings(
    counts: list[int], cuts: list[int], delay_min: int, deadband: int
) -> None:
    it = rule(delay_min=delay_min, deadband=deadband)
    whole, end = evaluate(it, RuleState(), gauge(*counts))
    state, parts, position = RuleState(), [], 0
    for cut in [*cuts, len(counts)]:
        found, state = evaluate(
            it, state, gauge(*counts[position : position + cut], start=position)
        )
        again, same = evaluate(it, state, gauge(*counts[position : position + cut], start=position))
        assert (again, same) == ([], state), "a slice evaluated again changes nothing"
        parts += found
        position += cut
    assert parts == whole
    assert state == end
    directions = [crossing.direction for crossing in whole]
    assert directions == [Direction.RAISED, Direction.CLEARED] * (len(whole) // 2) + (
        [Direction.RAISED] if len(whole) % 2 else []
    )
