"""In: a seed. Out: hourly tables of what drives an airport's use: weather, people, work. Pure.

Every driver is a row of 52 weeks of local hours, scaled so that its mean over the cycle is one
(1,000 in the table). Loads are whole multiples of drivers, so that sums stay exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.airport import figures as f

Floats = NDArray[np.float64]
UNIT = 1000
"""A driver's mean over the cycle."""
VARIANTS = 4
"""Courses of the same kind with a noise of their own: two shops are not alike."""
PLAIN = ("base", "solar")
VARIED = (
    "air", "cool", "chill", "heat", "people", "kitchen", "light", "work", "apron", "dark",
    "night",
)  # fmt: skip
_DEPARTURES = np.array(
    [2, 1, 1, 1, 1, 4, 16, 26, 29, 27, 24, 23, 22, 23, 24, 25, 24, 26, 28, 29, 26, 20, 12, 6]
)
"""Movements by local hour [flights at the hour]; the shape matters, not the sum."""
_WEEK = np.array([1.02, 0.95, 0.94, 0.99, 1.07, 0.98, 1.05])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weather:
    """The weather of the cycle, hour by hour."""

    temperature_c: Floats
    humidity_pct: Floats
    sun: Floats
    """Irradiance on a level roof, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drivers:
    """All drivers of one seed."""

    names: tuple[str, ...]
    rates: NDArray[np.int64]
    """Shape (drivers, CYCLE_HOURS). [1 / UNIT of the mean]"""
    weather: Weather
    flights: Floats
    """Movements in the hour. [flight / h]"""
    passengers: Floats
    """People in the terminals. [person]"""


def _hours() -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return hour of the day, day of the cycle with its fraction, day of the week."""
    hour = np.arange(f.CYCLE_HOURS)
    return (hour % 24).astype(np.float64), hour / 24.0, (hour // 24) % 7


def _spells(luck: np.random.Generator, *, hold_h: float) -> Floats:
    """Return a slow random walk that returns to zero, standard deviation one."""
    keep = float(np.exp(-1.0 / hold_h))
    steps = luck.standard_normal(f.CYCLE_HOURS) * np.sqrt(1 - keep * keep)
    walk = np.empty(f.CYCLE_HOURS)
    state = 0.0
    for hour, step in enumerate(steps.tolist()):
        state = keep * state + step
        walk[hour] = state
    return walk


def weather_of(luck: np.random.Generator) -> Weather:
    """Return a year's weather: seasons, days, spells and clouds.

    Args:
        luck: A seeded generator.
    """
    hod, day, _ = _hours()
    spell = _spells(luck, hold_h=60)
    clouds = np.clip(0.68 + 0.3 * _spells(luck, hold_h=14), 0.12, 1.0)
    season = -np.cos(2 * np.pi * (day - 20) / 364)
    temperature = (
        f.MEAN_C
        + f.YEAR_SWING_C * season
        + f.DAY_SWING_C * np.cos(2 * np.pi * (hod - 15) / 24) * (0.5 + 0.7 * clouds)
        + f.SPELL_C * spell
    )
    length_h = 12 + 1.4 * season
    rise = 12.3 - length_h / 2
    height = np.sin(np.pi * np.clip((hod + 0.5 - rise) / length_h, 0, 1))
    humidity = 78 + 6 * season - 3.0 * (temperature - f.MEAN_C - f.YEAR_SWING_C * season)
    return Weather(
        temperature_c=np.clip(temperature, f.COLDEST_C, f.HOTTEST_C),
        humidity_pct=np.clip(humidity + 5 * spell, 28, 99),
        sun=height * (0.75 + 0.2 * season) * clouds,
    )


def _people(luck: np.random.Generator) -> tuple[Floats, Floats]:
    """Return flights in the hour and people in the building, each with mean one."""
    hod, day, dow = _hours()
    year = (
        1.0
        + 0.11 * np.exp(-(((day - 210) / 28) ** 2))
        + 0.14 * np.exp(-(((day - 38) / 14) ** 2))
        - 0.05 * np.exp(-(((day - 330) / 25) ** 2))
    )
    flights = _DEPARTURES[hod.astype(int)] * _WEEK[dow] * year
    flights = flights * np.exp(0.06 * luck.standard_normal(f.CYCLE_HOURS))
    flights = flights / flights.mean()
    # [Shape: arriving 90-120 min before departure]: half of the next hour's and the one after.
    inside = 0.5 * (0.9 * np.roll(flights, -1) + 1.1 * np.roll(flights, -2)) + 0.45 * flights
    return flights, inside / inside.mean()


def _shapes(weather: Weather, flights: Floats, inside: Floats) -> dict[str, Floats]:
    """Return the noiseless course of every kind of driver."""
    hod, _, dow = _hours()
    warm = np.clip(weather.temperature_c - 14.5, 0, None) / 12
    damp = weather.humidity_pct / 100
    day = _window(hod, 5.5, 23.5)
    cool = 0.10 + warm * (0.35 + 0.5 * day + 0.35 * inside) * (0.8 + 0.3 * damp)
    heat = 0.35 + 0.25 * inside + 1.1 * np.clip(17 - weather.temperature_c, 0, None) / 6
    cop = f.COP_BEST - f.COP_PER_C * np.clip(weather.temperature_c - 18, 0, None)
    meals = np.exp(-(((hod - 11.7) / 1.4) ** 2)) + np.exp(-(((hod - 18.2) / 1.7) ** 2))
    dark = np.clip(1 - 8 * weather.sun, 0, 1)
    works = (dow < 6) * _window(hod, 7.0, 18.5)
    night = np.maximum(_window(hod, -1.0, 5.0), _window(hod, 22.0, 29.0))
    return {
        "air": 0.42 + 0.38 * day + 0.45 * warm,
        "cool": cool,
        "chill": cool / cop,
        "heat": heat,
        "people": 0.16 + inside,
        "kitchen": 0.12 + (0.35 + 1.4 * meals) * inside,
        "light": 0.45 + 0.35 * day + 0.55 * dark * (0.5 + 0.5 * day),
        "work": 0.07 + works,
        "apron": 0.15 + flights,
        "dark": 0.05 + dark * (0.4 + 0.6 * np.clip(flights, 0, 1)),
        "night": 0.06 + night,
    }


def _window(hod: Floats, opens: float, closes: float) -> Floats:
    """Return 1 between two hours of the day and 0 outside, with slopes of an hour."""
    rising = np.clip(hod - opens + 0.5, 0, 1)
    return rising * np.clip(closes - hod + 0.5, 0, 1)


def _noisy(shape: Floats, luck: np.random.Generator) -> Floats:
    hourly = luck.standard_normal(f.CYCLE_HOURS)
    hourly = 0.6 * hourly + 0.8 * np.roll(hourly, 1)  # a busy hour is followed by a busy one
    daily = np.repeat(luck.standard_normal(f.CYCLE_HOURS // 24), 24)
    return shape * np.exp(f.NOISE * hourly + f.DAY_NOISE * daily)


def _whole(shape: Floats, scale: float | None = None) -> NDArray[np.int64]:
    mean = float(shape.mean()) if scale is None else scale
    return np.rint(shape * (UNIT / mean)).astype(np.int64)


@cache
def drivers_of(seed: int) -> Drivers:
    """Return the drivers of a seed; the same in every process.

    Args:
        seed: Any whole number from 0.
    """
    luck = np.random.default_rng(seed)
    weather = weather_of(luck)
    flights, inside = _people(luck)
    shapes = _shapes(weather, flights, inside)
    cop = shapes["cool"] / shapes["chill"]
    names: list[str] = list(PLAIN)
    rows = [
        np.full(f.CYCLE_HOURS, UNIT, dtype=np.int64),
        np.rint(weather.sun * UNIT).astype(np.int64),  # of its peak, not of its mean
    ]
    for variant in range(VARIANTS):
        noisy = {kind: _noisy(shapes[kind], luck) for kind in VARIED}
        noisy["chill"] = noisy["cool"] / cop  # a chiller takes what it gives, noise and all
        for kind in VARIED:
            names.append(f"{kind}_{variant}")
            scale = float(noisy["cool"].mean()) if kind == "chill" else None
            rows.append(_whole(noisy[kind], scale))
    hours_a_year = 8766
    return Drivers(
        names=tuple(names),
        rates=np.stack(rows),
        weather=weather,
        flights=flights * (f.FLIGHTS_A_YEAR / hours_a_year),
        passengers=inside * (f.PASSENGERS_A_YEAR / hours_a_year) * 1.9,
    )


def at_hour(row: Floats, seconds: int) -> float:
    """Return a table's value at an instant, between its hours in a straight line.

    Args:
        row: One value an hour of the cycle.
        seconds: Since the origin. [s]
    """
    hour, within_s = divmod(seconds, 3600)
    here, there = float(row[hour % f.CYCLE_HOURS]), float(row[(hour + 1) % f.CYCLE_HOURS])
    return here + (there - here) * within_s / 3600
