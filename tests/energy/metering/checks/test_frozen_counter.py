"""A counter that stands while power flows is found; one that may stand is not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.metering.checks.frozen_counter import HOUR_US, CounterFacts, Hour, found

TEN_WH = CounterFacts(step=Fraction(10), max_per_hour=5_520)
"""A meter of 0.01 kWh a count that takes 55.2 kW at most."""


def hour(n: int, usage: int, watts: int, readings: int = 4) -> Hour:
    return Hour(start_us=n * HOUR_US, usage=usage, least=Fraction(watts), readings=readings)


def spans(hours: list[Hour], counter: CounterFacts = TEN_WH) -> list[tuple[int, int, bool]]:
    return [
        (each.start_us // HOUR_US, each.end_us // HOUR_US, each.lasts)
        for each in found(hours, counter)
    ]


def test_a_counter_that_stands_while_power_flows_is_found_and_still_stands() -> None:
    hours = [hour(0, 2_000, 1_900), hour(1, 0, 1_900), hour(2, 0, 1_800)]
    assert spans(hours) == [(1, 3, True)]
    assert found(hours, TEN_WH)[0].proof == {"hours": 2, "not_counted_at_least": 3_700}


def test_it_is_over_when_the_counter_goes_on_and_not_when_the_load_rests() -> None:
    hours = [hour(0, 0, 1_900), hour(1, 0, 0), hour(2, 0, 1_900), hour(3, 10, 1_900)]
    assert spans(hours) == [(0, 3, False)]


@pytest.mark.parametrize(
    ("usage", "watts", "readings", "why"),
    [
        (0, 0, 60, "the shop is empty"),
        (0, -1_900, 60, "power flows the other way"),
        (0, 540, 60, "below one hundredth of what it can carry, a meter may not start"),
        (0, 1_900, 1, "one reading says nothing of an hour"),
        (10, 1_900, 60, "it counts, if little: another check's business"),
    ],
)
def test_a_counter_that_may_stand_is_left_alone(
    usage: int, watts: int, readings: int, why: str
) -> None:
    assert spans([hour(0, usage, watts, readings)]) == [], why


def test_a_coarse_counter_is_not_asked_for_less_than_ten_of_its_steps() -> None:
    coarse = CounterFacts(step=Fraction(10_000))
    assert spans([hour(0, 0, 99_999)], coarse) == []
    assert spans([hour(0, 0, 100_000)], coarse) == [(0, 1, True)]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-3_000, 60_000)), max_size=30))
def test_every_span_begins_and_ends_with_an_hour_that_speaks_for_it_and_none_counts(
    rows: list[tuple[int, int]],
) -> None:
    hours = [hour(n, usage, watts) for n, (usage, watts) in enumerate(rows)]
    for start, end, lasts in spans(hours):
        inside = hours[start:end]
        assert all(each.usage == 0 for each in inside)
        assert min(inside[0].least, inside[-1].least) >= TEN_WH.threshold
        assert lasts == all(each.usage == 0 for each in hours[end:])
