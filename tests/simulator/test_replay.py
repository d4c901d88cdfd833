"""What a register shows as an exact function of time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.replay import (
    COUNT_KWH,
    CYCLE_HOURS,
    GAS_COUNTS_PER_TENTH,
    HOUR_US,
    WEEK_US,
    HourlySeries,
    Register,
    electricity_counts_per_tenth,
)

START_US = 1_546_300_800_000_000
HOURS = np.random.default_rng(20190101).integers(0, 15_000, size=8760)
SERIES = HourlySeries.of(START_US, HOURS)
instants = st.integers(min_value=START_US, max_value=START_US + 3 * CYCLE_HOURS * HOUR_US)
ratios = st.sampled_from(
    [electricity_counts_per_tenth(Fraction(n)) for n in (1, 20, 80, 120)] + [GAS_COUNTS_PER_TENTH]
)


def register(
    per_tenth: Fraction, *, start_count: int = 0, modulus: int | None = None, weeks: int = 0
) -> Register:
    return Register(
        series=SERIES,
        shift_us=weeks * WEEK_US,
        start_count=start_count,
        counts_per_tenth=per_tenth,
        modulus=modulus,
    )


def test_a_tenth_of_a_kwh_is_ten_counts_and_72_79ths_of_a_gas_pulse() -> None:
    assert electricity_counts_per_tenth(Fraction(1)) == 10
    assert electricity_counts_per_tenth(Fraction(80)) == Fraction(1, 8)
    assert Fraction(72, 79) == GAS_COUNTS_PER_TENTH
    # 39.5 kWh are 142.2 MJ, 3.6 m3, 360 pulses.
    assert 395 * GAS_COUNTS_PER_TENTH == 360


@given(instants, instants, ratios)
def test_a_register_never_runs_backwards(one: int, other: int, per_tenth: Fraction) -> None:
    earlier, later = sorted((one, other))
    meter = register(per_tenth, start_count=77)
    assert 77 <= meter.true_count(earlier) <= meter.true_count(later)


@given(st.integers(0, 2 * CYCLE_HOURS), st.integers(0, HOUR_US))
def test_energy_is_even_within_the_hour(hour: int, within_us: int) -> None:
    begin_us = START_US + hour * HOUR_US
    share = SERIES.energy_at(begin_us + within_us) - SERIES.energy_at(begin_us)
    assert share == int(HOURS[hour % CYCLE_HOURS]) * within_us


@given(st.integers(0, CYCLE_HOURS), st.integers(0, CYCLE_HOURS))
def test_the_energy_between_two_hours_is_the_sum_of_the_file(one: int, other: int) -> None:
    first, last = sorted((one, other))
    between = SERIES.energy_at(START_US + last * HOUR_US) - SERIES.energy_at(
        START_US + first * HOUR_US
    )
    assert between == int(HOURS[first:last].sum()) * HOUR_US


@given(instants, ratios, st.integers(0, 10**8))
def test_a_register_shows_its_start_and_the_whole_counts_of_the_energy(
    at_us: int, per_tenth: Fraction, start_count: int
) -> None:
    exact = Fraction(SERIES.energy_at(at_us), HOUR_US) * per_tenth
    counted = register(per_tenth, start_count=start_count).true_count(at_us) - start_count
    assert counted <= exact < counted + 1


@given(instants)
def test_the_series_repeats_after_52_weeks_with_one_cycle_more_counted(at_us: int) -> None:
    cycle = SERIES.energy_at(at_us + 52 * WEEK_US) - SERIES.energy_at(at_us)
    assert cycle == int(HOURS[:CYCLE_HOURS].sum()) * HOUR_US
    assert SERIES.tenths_at(at_us + 52 * WEEK_US) == SERIES.tenths_at(at_us)


@given(instants, st.integers(0, 500))
def test_a_shift_moves_the_register_by_whole_weeks(at_us: int, weeks: int) -> None:
    here = register(Fraction(10)).true_count(at_us)
    assert register(Fraction(10), weeks=weeks).true_count(at_us + weeks * WEEK_US) == here


@given(instants, st.integers(0, 10**8 - 1))
def test_a_gas_register_shows_its_true_count_within_eight_digits(at_us: int, start: int) -> None:
    meter = register(GAS_COUNTS_PER_TENTH, start_count=start, modulus=10**8)
    assert 0 <= meter.shown_count(at_us) < 10**8
    assert (meter.true_count(at_us) - meter.shown_count(at_us)) % 10**8 == 0


@given(instants, st.sampled_from([1, 20, 80, 120]))
def test_power_is_the_mean_of_the_hour_on_the_meters_side(at_us: int, ratio: int) -> None:
    meter = register(electricity_counts_per_tenth(Fraction(ratio)))
    exact_w = Fraction(SERIES.tenths_at(at_us), 10) * 1000 / ratio
    power = Fraction(meter.power_cw(at_us), 100)
    assert power <= exact_w < power + Fraction(1, 100)
    assert Fraction(1, 100) == COUNT_KWH
