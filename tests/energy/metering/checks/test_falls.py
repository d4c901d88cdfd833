"""Falls of a register are told apart by what was before them and what came behind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.metering.checks.falls import Kind, kind_of
from tests.fixtures.registers import every_minute, registers

RISING = [100_000 + 10 * n for n in range(20)]


@pytest.mark.parametrize(
    ("counts", "kind", "why"),
    [
        ([*RISING, 100_189, 100_200], Kind.NOISE, "a count back, and on"),
        ([*RISING, 1_100_200, 100_210, 100_220], Kind.SPIKE, "a million for one reading"),
        ([*RISING, 0, 100_210, 100_220], Kind.SPIKE, "a zero of a gateway"),
        ([*RISING, 0, 0, 0, 100_230, 100_240], Kind.SPIKE, "three zeros"),
        ([*RISING, 0, 10, 20, 30], Kind.RESET, "it begins at zero"),
        ([*RISING, 0, 10], Kind.RESET, "one reading behind it is enough"),
        ([*RISING, 0], Kind.UNKNOWN, "nobody can tell yet whether it comes back"),
        ([*RISING, 55_000, 55_010, 55_020, 55_030], Kind.SWAP, "another register goes on"),
        ([*RISING, 55_000, 55_010], Kind.UNKNOWN, "too few readings for another register"),
        ([*RISING, 900_200, 100_210, 900_220], Kind.UNKNOWN, "either pair may be the right one"),
    ],
)
def test_a_fall_is_what_the_readings_around_it_say(counts: list[int], kind: Kind, why: str) -> None:
    kinds = [kind_of(fall) for fall in registers(every_minute(*counts)).falls]
    assert kinds[0] is kind, why


def test_a_turn_faster_than_rated_is_told_and_one_that_fits_is_a_rollover() -> None:
    counts = [9_500, 9_700, 9_900, 100, 300]
    (fall,) = registers(every_minute(*counts), modulus=10_000, max_per_hour=60).falls
    assert kind_of(fall) is Kind.ROLLOVER
    assert registers(every_minute(*counts), modulus=10_000, max_per_hour=12_000).falls == ()


def test_another_serial_number_goes_before_every_guess() -> None:
    counts = [*RISING, 0, 10, 20, 30]
    (fall,) = registers(every_minute(*counts), other_device=(19, 21)).falls
    assert kind_of(fall) is Kind.OTHER_DEVICE
    (fall,) = registers(every_minute(*counts), other_device=(40, 50)).falls
    assert kind_of(fall) is Kind.RESET


def test_a_spike_to_the_top_is_one_though_its_way_down_looks_like_a_turn() -> None:
    counts = [*RISING, 1_050_000, 100_210, 100_220]
    (fall,) = registers(every_minute(*counts), modulus=1_100_000).falls
    assert fall.turned
    assert kind_of(fall) is Kind.SPIKE


def test_a_reset_register_that_counts_fast_is_no_dip() -> None:
    counts = [*range(0, 1_000, 100), 0, *range(100, 1_300, 100)]
    (fall,) = registers(every_minute(*counts)).falls
    assert kind_of(fall) is Kind.RESET


@given(st.lists(st.integers(0, 50), min_size=2, max_size=40))
def test_a_register_that_never_falls_has_no_falls(steps: list[int]) -> None:
    counts = [100_000 + sum(steps[:n]) for n in range(len(steps))]
    assert registers(every_minute(*counts)).falls == ()


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=30))
def test_every_fall_of_any_readings_is_of_one_kind(counts: list[int]) -> None:
    found = registers(every_minute(*counts))
    assert len(found.falls) == int(found.steps.broken.sum())
    assert all(kind_of(fall) in Kind for fall in found.falls)
