"""Crossings: delay, deadband, late values, hours, and the same in any slices."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.rule import rule_id
from energy.alerting.rules.demand import DemandForecast
from energy.alerting.rules.evaluate import (
    RuleState,
    Sample,
    evaluate,
    state_of,
    stored_state,
)
from energy.alerting.rules.rate import RateOfChange
from energy.alerting.rules.spec import RuleKind, RuleSpec, Subject, Terms, alert_id
from energy.alerting.rules.state import StateIs
from energy.alerting.rules.stuck import Stuck
from energy.alerting.rules.threshold import Threshold
from energy.alerting.rules.zero import Zero
from energy.alerting.signal import Signal, SignalState
from energy.base.clock import to_us
from energy.base.ids import id_of
from tests.examples import tried
from tests.fixtures.batches import at


def rule(*, delay_min: int = 30, deadband: int = 10) -> RuleSpec:
    return RuleSpec(
        rule=rule_id("town", "load", 1),
        key="load",
        version=1,
        kind=RuleKind.THRESHOLD,
        name="Load",
        severity="high",
        subject=Subject(channel=1),
        terms=Threshold(above=100, deadband=deadband),
        delay_s=60 * delay_min,
    )


def gauge(*counts: int, start: int = 0) -> list[Sample]:
    """Return one value a quarter of an hour."""
    return [(to_us(at(15 * (start + n))), 1, count) for n, count in enumerate(counts)]


def seen(signals: list[Signal]) -> list[tuple[str, int, int]]:
    """Return state, quarter and value of some signals."""
    return [
        (signal.state.value, (signal.at - at(0)) // timedelta(minutes=15), signal.value)
        for signal in signals
    ]


def test_value_above_the_limit_for_the_delay_raises_and_falling_back_clears() -> None:
    signals, state = evaluate(rule(), RuleState(), gauge(90, 101, 120, 110, 100, 89))
    assert seen(signals) == [("raised", 3, 110), ("cleared", 5, 89)]
    assert state == RuleState(last_us=to_us(at(75)))


def test_each_value_is_judged_by_the_transformers_of_its_instant() -> None:
    former = ((to_us(at(30)), Threshold(above=10)), (to_us(at(60)), Threshold(above=50)))
    it = replace(rule(delay_min=0, deadband=0), former=former)
    signals, _ = evaluate(it, RuleState(), gauge(9, 11, 51, 49, 99, 101))
    assert seen(signals) == [("raised", 1, 11), ("cleared", 3, 49), ("raised", 5, 101)]
    assert [signal.limit for signal in signals] == [10, 50, 100]


def test_a_change_of_transformers_is_no_change_of_the_value() -> None:
    terms = RateOfChange(rise=10, per_s=900)
    it = replace(rule(delay_min=0), terms=terms, former=((to_us(at(30)), RateOfChange(rise=400)),))
    values = gauge(1, 2, 80, 85, 100)  # a fortieth of the ratio from the third on
    state = RuleState()
    found = []
    for value in values:  # whatever was remembered in between
        signals, state = evaluate(it, state_of(stored_state(state)), [value])
        found += signals
    assert seen(found) == [("raised", 4, 15)]


def test_both_signals_belong_to_one_alert_known_by_its_instant() -> None:
    (raised, cleared), _ = evaluate(rule(delay_min=0), RuleState(), gauge(101, 0))
    it = rule()
    assert raised.alert == cleared.alert == alert_id(it.rule, it.subject, at(0))
    assert (raised.state, raised.limit) == (SignalState.RAISED, 100)


def test_id_of_a_channels_alert_is_that_of_alerts_stored_before_rules_had_kinds() -> None:
    it = rule()
    old = id_of("alert", str(it.rule), "1", at(0).isoformat())
    assert alert_id(it.rule, it.subject, at(0)) == old


@pytest.mark.parametrize("counts", [(100, 100, 100, 100), (101, 101, 100, 101, 101), (0, 0)])
def test_value_at_the_limit_or_above_it_too_shortly_raises_nothing(counts: tuple[int, ...]) -> None:
    assert evaluate(rule(), RuleState(), gauge(*counts))[0] == []


def test_deadband_keeps_an_alert_that_flickers() -> None:
    signals, _ = evaluate(rule(delay_min=0), RuleState(), gauge(101, 95, 101, 90, 89, 101))
    assert seen(signals) == [("raised", 0, 101), ("cleared", 4, 89), ("raised", 5, 101)]


def test_late_and_repeated_values_change_nothing() -> None:
    first, state = evaluate(rule(delay_min=0), RuleState(), gauge(101))
    late = [(to_us(at(-15)), 1, 0), (to_us(at(0)), 1, 0)]
    assert evaluate(rule(delay_min=0), state, late) == ([], state)
    assert len(first) == 1


def test_gap_in_the_data_counts_towards_the_delay() -> None:
    told = [(to_us(at(0)), 1, 101), (to_us(at(300)), 1, 101)]
    assert seen(evaluate(rule(), RuleState(), told)[0]) == [("raised", 20, 101)]


def test_state_stored_before_rules_had_kinds_is_read() -> None:
    old = {"last_at": at(30).isoformat(), "above_since": at(15).isoformat(), "raised_at": None}
    state = RuleState(last_us=to_us(at(30)), since_us=to_us(at(15)))
    assert state_of(old) == state
    assert state_of(stored_state(state)) == state


@tried(60)
@given(
    st.lists(st.integers(60, 140), max_size=40),
    st.lists(st.integers(1, 9), max_size=20),
    st.sampled_from([0, 15, 45]),
    st.sampled_from([0, 10, 60]),
)
def test_evaluating_in_any_slices_gives_the_same_signals(
    counts: list[int], cuts: list[int], delay_min: int, deadband: int
) -> None:
    it = rule(delay_min=delay_min, deadband=deadband)
    whole, end = evaluate(it, RuleState(), gauge(*counts))
    state, parts, position = RuleState(), [], 0
    for cut in [*cuts, len(counts)]:
        part = gauge(*counts[position : position + cut], start=position)
        found, state = evaluate(it, state, part)
        assert evaluate(it, state, part) == ([], state), "a slice evaluated again changes nothing"
        parts += found
        position += cut
    assert parts == whole
    assert state == end
    states = [signal.state for signal in whole]
    both = [SignalState.RAISED, SignalState.CLEARED]
    assert states == both * (len(whole) // 2) + both[: len(whole) % 2]


KINDS_OF_VALUES: list[tuple[Terms, int]] = [
    (Threshold(above=100, below=70, deadband=5), 0),
    (RateOfChange(rise=4, fall=6, per_s=600, deadband=2), 0),
    (StateIs(states=(61, 99)), 0),
    (Stuck(for_s=1800, within=2), 0),
    (Zero(within=65, deadband=3), 15),
    (DemandForecast(above=300, deadband=20, window_s=3600, least_s=900, pace_s=900, modulus=97), 0),
]


@tried(60)
@given(
    st.sampled_from(KINDS_OF_VALUES),
    st.lists(st.integers(60, 96), max_size=30),
    st.lists(st.integers(1, 9), max_size=12),
)
def test_every_kind_gives_the_same_signals_in_any_slices(
    told: tuple[Terms, int], counts: list[int], cuts: list[int]
) -> None:
    terms, delay_min = told
    it = replace(rule(delay_min=delay_min), kind=terms.kind, terms=terms)
    whole, end = evaluate(it, RuleState(), gauge(*counts))
    state, parts, position = RuleState(), [], 0
    for cut in [*cuts, len(counts)]:
        part = gauge(*counts[position : position + cut], start=position)
        found, state = evaluate(it, state_of(stored_state(state)), part)
        assert evaluate(it, state, part) == ([], state), "a slice evaluated again changes nothing"
        parts += found
        position += cut
    assert (parts, state) == (whole, end)
    raised = [signal.alert for signal in whole if signal.state is SignalState.RAISED]
    assert len(set(raised)) == len(raised), "each crossing has an alert of its own"


@tried(60)
@given(st.lists(st.integers(90, 100), max_size=40))
def test_nothing_flaps_inside_the_deadband(counts: list[int]) -> None:
    signals, state = evaluate(rule(delay_min=0), RuleState(), gauge(101, *counts))
    assert seen(signals) == [("raised", 0, 101)]
    assert state.raised_us == to_us(at(0))


def test_a_rule_that_cuts_says_so_in_its_signals() -> None:
    for cuts in (False, True):
        signals, _ = evaluate(replace(rule(delay_min=0), cuts=cuts), RuleState(), gauge(90, 120))
        assert [each.cuts for each in signals] == [cuts]
