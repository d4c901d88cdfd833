"""Channels: whole base units per turn, multipliers that fit, facts that survive as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from energy.base.units import UnknownUnitError, Utility
from energy.metering.channel import (
    LARGEST_MODULUS,
    Channel,
    ChannelError,
    Direction,
    Kind,
    Side,
    base_per_count,
    check_multiplier,
    facts_from_json,
    facts_to_json,
)
from tests.fixtures.meters import counter_facts, gauge_facts, interval_facts


def test_count_of_a_hundredth_kwh_is_ten_watt_hours_times_the_transformers() -> None:
    assert base_per_count(counter_facts(), Fraction(1)) == 10
    assert base_per_count(counter_facts(), Fraction(40)) == 400
    assert base_per_count(counter_facts(modulus=None), Fraction(1, 3)) == Fraction(10, 3)


@pytest.mark.parametrize(
    ("modulus", "multiplier", "told"),
    [
        (10**6, Fraction(1, 3), "no whole number of base units"),
        (7, Fraction(1, 20), "no whole number of base units"),
        (LARGEST_MODULUS + 1, Fraction(1), "Leave the modulus out"),
    ],
)
def test_register_that_could_not_be_folded_exactly_is_refused(
    modulus: int, multiplier: Fraction, told: str
) -> None:
    with pytest.raises(ChannelError, match=told):
        base_per_count(counter_facts(modulus=modulus), multiplier)


def test_channel_without_utility_has_no_usage() -> None:
    with pytest.raises(ChannelError, match="has no utility"):
        base_per_count(replace(counter_facts(), utility=None), Fraction(1))


def test_unit_of_another_utility_is_refused() -> None:
    with pytest.raises(UnknownUnitError):
        base_per_count(replace(counter_facts(), utility=Utility.WATER), Fraction(1))


@pytest.mark.parametrize("multiplier", [Fraction(0), Fraction(-1)])
def test_multiplier_is_above_zero(multiplier: Fraction) -> None:
    with pytest.raises(ChannelError, match="not above zero"):
        check_multiplier([], multiplier)


def test_multiplier_is_checked_against_counters_alone() -> None:
    check_multiplier([gauge_facts()], Fraction(1, 3))
    with pytest.raises(ChannelError):
        check_multiplier([gauge_facts(), counter_facts()], Fraction(1, 3))


def test_facts_come_back_from_json_exactly() -> None:
    for facts in (
        counter_facts(resolution=Fraction(1, 3), max_per_hour=9),
        gauge_facts(),
        interval_facts(interval_s=1800),
        replace(
            gauge_facts(),
            utility=None,
            kind=Kind.STATE,
            direction=Direction.EXPORT,
            side=Side.PRIMARY,
        ),
    ):
        channel = Channel(number=7, point="m1", facts=facts)
        assert facts_from_json("m1", json.loads(json.dumps(facts_to_json(channel)))) == channel


def test_facts_of_the_first_sites_come_back_without_a_width_of_intervals() -> None:
    stored = facts_to_json(Channel(number=7, point="m1", facts=interval_facts()))
    assert "interval_s" not in stored
    assert facts_from_json("m1", stored).facts.delivered_s == 900
