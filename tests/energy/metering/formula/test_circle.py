"""Circles among what rests on each other."""

from __future__ import annotations

from energy.metering.formula.circle import circle_in


def test_a_circle_is_told_from_its_beginning_to_its_beginning() -> None:
    assert circle_in({1: [2], 2: [3, 4], 3: [], 4: [1]}, 1) == [1, 2, 4, 1]


def test_what_rests_on_itself_is_a_circle_of_one() -> None:
    assert circle_in({7: [7]}, 7) == [7, 7]


def test_many_ways_to_one_channel_are_no_circle() -> None:
    assert circle_in({1: [2, 3], 2: [4], 3: [4], 4: []}, 1) == []


def test_a_circle_elsewhere_is_not_ones_own() -> None:
    assert circle_in({1: [2], 2: [3], 3: [2]}, 1) == []


def test_ten_thousand_formulas_in_a_row_are_walked() -> None:
    row = {n: [n + 1] for n in range(10_000)}
    assert circle_in(row, 0) == []
    assert len(circle_in(row | {10_000: [0]}, 0)) == 10_002
