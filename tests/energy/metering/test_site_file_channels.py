"""Channels of kind `interval` in a site file."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from energy.base.units import Utility
from energy.metering.channel import ChannelFacts
from energy.metering.site_file_channels import read_channels
from energy.metering.site_file_checker import Checker


def read(multiplier: Fraction = Fraction(1), **more: Any) -> tuple[list[ChannelFacts], list[str]]:
    channel = {
        "quantity": "active_energy_import",
        "kind": "interval",
        "unit": "kWh",
        "resolution": "0.001",
        **more,
    }
    checker = Checker({})
    table = {"profile": "p", "channels": [channel]}

    def no_profile(_profile: str, quantity: str) -> ChannelFacts:
        raise AssertionError(quantity)

    found = read_channels(checker, table, "m1", Utility.ELECTRICITY, multiplier, no_profile)
    return list(found), checker.problems


@pytest.mark.parametrize("interval_s", [60, 300, 900, 1800, 3600, 86_400])
def test_the_width_of_the_intervals_is_read(interval_s: int) -> None:
    (facts,), problems = read(interval_s=interval_s)
    assert problems == []
    assert (facts.delivered_s, facts.grid_s) == (interval_s, 900)


def test_without_a_width_the_intervals_are_those_of_the_grid() -> None:
    (facts,), problems = read(grid_s=3600)
    assert (facts.interval_s, facts.delivered_s, problems) == (None, 3600, [])


def test_a_third_of_a_base_unit_a_count_is_no_problem_without_a_rollover() -> None:
    assert read(Fraction(1, 3))[1] == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"interval_s": 420}, "neither a whole number of minutes that divides the hour"),
        ({"interval_s": 7200}, "nor 86400"),
        ({"interval_s": 30}, "whole number from 60 on"),
        ({"interval_s": "900 s"}, "whole number"),
        ({"interval_s": 900, "kind": "counter"}, 'goes with kind = "interval" only'),
        ({"modulus": 10**6}, "begins at zero"),
        ({"unit": "m3"}, "m3"),
    ],
)
def test_what_is_wrong_is_named(more: dict[str, Any], told: str) -> None:
    _, problems = read(**more)
    assert any(told in problem for problem in problems), problems
