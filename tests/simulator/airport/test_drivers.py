"""The drivers of the airport: scaled, seasonal, and neither too clean nor too wild."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.airport import figures as f
from simulator.airport.drivers import UNIT, VARIANTS, VARIED, at_hour, drivers_of

DRIVERS = drivers_of(1)
HOURS = np.arange(f.CYCLE_HOURS)


def row(name: str) -> np.ndarray:
    return DRIVERS.rates[DRIVERS.names.index(name)]


def test_the_same_seed_gives_the_same_drivers_and_another_seed_others() -> None:
    again = drivers_of.__wrapped__(1)
    assert again.names == DRIVERS.names
    assert np.array_equal(again.rates, DRIVERS.rates)
    assert not np.array_equal(drivers_of(2).rates, DRIVERS.rates)


def test_no_driver_is_ever_below_zero_and_each_has_a_mean_of_one() -> None:
    assert (DRIVERS.rates >= 0).all()
    means = {name: round(row(name).mean()) for name in DRIVERS.names}
    scaled = {name: mean for name, mean in means.items() if not name.startswith(("solar", "chill"))}
    assert set(scaled.values()) == {UNIT}


def test_summer_is_warm_winter_mild_and_nights_dark() -> None:
    weather = DRIVERS.weather
    january, july = slice(0, 31 * 24), slice(190 * 24, 220 * 24)
    assert 8 < weather.temperature_c[january].mean() < 17
    assert 26 < weather.temperature_c[july].mean() < 32
    assert weather.temperature_c.min() >= f.COLDEST_C
    assert (weather.sun[HOURS % 24 == 1] == 0).all()
    assert 1_000 < weather.sun.sum() < 1_700  # kWh/m2 a


def test_people_come_by_day_and_the_year_has_its_passengers() -> None:
    night = DRIVERS.passengers[HOURS % 24 == 3].mean()
    noon = DRIVERS.passengers[HOURS % 24 == 12].mean()
    assert noon > 4 * night
    assert DRIVERS.flights.mean() * 8766 == pytest.approx(f.FLIGHTS_A_YEAR)


def test_a_chiller_takes_a_fifth_or_so_of_what_it_gives_and_more_of_it_in_the_heat() -> None:
    for variant in range(VARIANTS):
        cop = row(f"cool_{variant}").sum() / row(f"chill_{variant}").sum()
        assert 4.8 < cop < 6.0


def test_what_is_left_after_week_and_weather_is_ten_to_thirty_percent() -> None:
    """A fit of hour of week and outdoor temperature leaves what real meters leave."""
    kinds = sorted(set(VARIED) - {"dark"})  # dusk falls between two hours
    rates = np.stack([row(f"{kind}_0") for kind in kinds], axis=1).astype(float)
    week = np.zeros((f.CYCLE_HOURS, 168))
    week[HOURS, HOURS % 168] = 1
    segments = [np.clip(DRIVERS.weather.temperature_c - base, 0, None) for base in range(6, 36, 5)]
    table = np.column_stack([week, *segments])
    fitted = table @ np.linalg.solve(table.T @ table, table.T @ rates)
    left = np.sqrt(np.mean((rates - fitted) ** 2, axis=0)) / rates.mean(axis=0)
    assert 0.10 < left.min() < left.max() < 0.30


def test_between_two_hours_a_table_runs_in_a_straight_line() -> None:
    table = np.array([float(hour) for hour in range(f.CYCLE_HOURS)])
    assert at_hour(table, 5 * 3600 + 1800) == 5.5
    assert at_hour(table, f.CYCLE_HOURS * 3600) == 0
